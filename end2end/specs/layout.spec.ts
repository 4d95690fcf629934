import { EVERY, LISTS, open } from "../support/pages";
import { expect, test } from "../support/test";

for (const address of EVERY) {
  test(`${address} has one heading, a title, landmarks and a way past the navigation`, async ({ page }) => {
    await open(page, address);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect(page).toHaveTitle(/Wardround/);
    await expect(page.getByRole("main")).toHaveCount(1);
    await expect(page.getByRole("banner")).toHaveCount(1);
    expect(await page.getByRole("navigation").count()).toBeGreaterThan(0);
    await page.keyboard.press("Tab");
    const first = page.locator(":focus");
    await expect(first).toHaveAttribute("href", /^#/);
    await expect(first).toHaveText(/skip/i);
  });

  test(`${address} never scrolls sideways, on a phone or on a wall`, async ({ page }) => {
    await open(page, address);
    for (const width of [390, 768, 1440, 2560]) {
      await page.setViewportSize({ width, height: 900 });
      const [content, window] = await page.evaluate(() => {
        const root = document.documentElement;
        return [root.scrollWidth, root.clientWidth] as const;
      });
      expect(content, `the width of the content at ${width} px`).toBeLessThanOrEqual(window);
    }
  });

  test(`${address} prints without its navigation`, async ({ page }) => {
    await open(page, address);
    await page.emulateMedia({ media: "print" });
    await expect(page.getByRole("main")).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main", includeHidden: true })).toBeHidden();
  });
}

for (const address of LISTS) {
  test(`${address} is reached from the navigation, which says where one is`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto("/controls");
    const links = page.getByRole("navigation").locator(`a[href="${address}"]`);
    await links.filter({ visible: true }).first().click();
    await expect(page).toHaveURL((url) => url.pathname === address);
    const here = page.getByRole("navigation").locator(`a[href="${address}"][aria-current="page"]`);
    await expect(here.filter({ visible: true }).first()).toBeVisible();
  });
}
