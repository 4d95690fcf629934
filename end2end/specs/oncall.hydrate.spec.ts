import { awake } from "../support/pages";
import { expect, test } from "../support/test";

test.use({ who: "on-call" });

test("the queue tells that it has changed, and takes nothing away from whoever writes", async ({ page, context }) => {
  await page.goto("/oncall");
  await awake(page);
  const first = page.locator(".chosen details.change > summary").last();
  await first.click();
  const other = await context.newPage();
  await other.goto("/oncall");
  await other.getByRole("button", { name: "Simulate an attack" }).click();
  await expect(page.locator(".oncall-news")).toContainText("The queue has changed", { timeout: 20_000 });
  await other.close();
});

test("a question mark shows the keys", async ({ page }) => {
  await page.goto("/oncall");
  await awake(page);
  await page.keyboard.press("?");
  await expect(page.locator("#keys")).toHaveAttribute("open", "");
});
