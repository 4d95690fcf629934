import type { Page } from "@playwright/test";

import { accessible } from "../support/axe";
import { VISITS, awake, open, tellOfRounds } from "../support/pages";
import { expect, test } from "../support/test";

for (const scheme of ["light", "dark"] as const) {
  for (const { address, who } of [...VISITS, { address: "/sign-in", who: "nobody" as const }]) {
    test.describe(`as ${who}`, () => {
      test.use({ who });

      test(`${address} is accessible in the ${scheme} scheme`, async ({ page }) => {
        test.slow();
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await open(page, address);
        await expect(page.getByRole("main")).toBeVisible();
        await accessible(page);
        if (await unfold(page)) await accessible(page);
      });
    });
  }

  test(`what is told of a round is accessible in the ${scheme} scheme`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await tellOfRounds(page);
    await page.goto("/");
    await awake(page);
    await expect(page.getByRole("banner").getByRole("link", { name: /new results/i })).toBeVisible();
    await accessible(page);
  });

  test.describe(() => {
    test.use({ expected: [/404.*\/no-such-page/] });

    test(`what is said about a missing page is accessible in the ${scheme} scheme`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.goto("/no-such-page");
      await accessible(page);
    });
  });
}

/** Opens whatever can be opened, and returns how much; of what floats over the page only the first. */
async function unfold(page: Page): Promise<number> {
  let opened = 0;
  let floating = false;
  for (const summary of await page.locator("main details > summary").all()) {
    if (!(await summary.isVisible())) continue;
    const [open, floats] = await summary.evaluate((element) => {
      const body = element.nextElementSibling;
      const out = body !== null && getComputedStyle(body).position === "absolute";
      return [element.parentElement?.hasAttribute("open") ?? false, out] as const;
    });
    if (open || (floats && floating)) continue;
    await summary.press("Enter");
    floating ||= floats;
    opened += 1;
  }
  return opened;
}
