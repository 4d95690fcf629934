import { awake, tellOfRounds } from "../support/pages";
import { expect, test } from "../support/test";
import { sideways } from "../support/width";

test("what is told of a round never makes the page scroll sideways", async ({ page }) => {
  await tellOfRounds(page);
  await page.goto("/safeguards");
  await awake(page);
  const banner = page.getByRole("banner");
  await expect(banner.getByRole("progressbar")).toBeVisible();
  await expect(banner.getByRole("link", { name: /new results/i })).toBeVisible();
  await sideways(page);
});
