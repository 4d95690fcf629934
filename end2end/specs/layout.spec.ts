import { LISTS, VISITS, open } from "../support/pages";
import { expect, test } from "../support/test";
import { sideways } from "../support/width";

/** Pages on which a large number leads. */
const LEADING = ["/", "/drift", "/safeguards/…", "/collection/runs/…"];

for (const { address, who } of VISITS) {
  test.describe(`as ${who}`, () => {
    test.use({ who });

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
      await sideways(page);
    });

    test(`${address} has no large number that is not a link`, async ({ page }) => {
      await open(page, address);
      const [all, bare] = await page.getByRole("main").evaluate((main) => {
        const large = [...main.querySelectorAll<HTMLElement>(":not(h1, h1 *)")].filter((element) => {
          const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
          const text = own.map((node) => node.textContent?.trim() ?? "").join("");
          // Behind a zero there is no list.
          return /^\d/.test(text) && text !== "0" && Number.parseFloat(getComputedStyle(element).fontSize) >= 20;
        });
        const outside = large.filter((element) => !element.closest("a"));
        return [large.length, outside.map((element) => element.outerHTML.slice(0, 200))] as const;
      });
      expect(bare).toEqual([]);
      if (LEADING.includes(address)) expect(all, "large numbers").toBeGreaterThan(0);
    });

    test(`${address} prints without its navigation`, async ({ page }) => {
      await open(page, address);
      await page.emulateMedia({ media: "print" });
      await expect(page.getByRole("main")).toBeVisible();
      await expect(page.getByRole("navigation", { name: "Main", includeHidden: true })).toBeHidden();
    });
  });
}

for (const address of LISTS) {
  test(`${address} is reached from every page, which says where one is`, async ({ page }) => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto("/controls");
    // One's own account is in the corner, under one's name.
    const place = page.getByRole(address === "/account" ? "banner" : "navigation");
    const links = place.locator(`a[href="${address}"]`);
    await links.filter({ visible: true }).first().click();
    await expect(page).toHaveURL((url) => url.pathname === address);
    const here = place.locator(`a[href="${address}"][aria-current="page"]`);
    await expect(here.filter({ visible: true }).first()).toBeVisible();
  });
}
