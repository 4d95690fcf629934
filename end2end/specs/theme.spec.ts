import { expect, test } from "../support/test";

test("the colour scheme can be chosen, with scripts or without, and holds", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/safeguards");
  const canvas = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await canvas();
  const scheme = page.getByRole("form", { name: /colour scheme/i });
  await scheme.getByRole("button", { name: "Dark" }).click();
  await expect(page).toHaveURL((url) => url.pathname === "/safeguards");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(canvas).not.toBe(light);
  await page.goto("/drift");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await scheme.getByRole("button", { name: "System" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "system");
  await expect.poll(canvas).toBe(light);
});
