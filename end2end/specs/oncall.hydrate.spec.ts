import { awake } from "../support/pages";
import { expect, test } from "../support/test";

test.use({ who: "on-call" });

test("a question mark shows the keys", async ({ page }) => {
  await page.goto("/oncall");
  await awake(page);
  await page.keyboard.press("?");
  await expect(page.locator("#keys")).toHaveAttribute("open", "");
});
