import { accessible } from "../support/axe";
import { EVERY, open } from "../support/pages";
import { expect, test } from "../support/test";

for (const scheme of ["light", "dark"] as const) {
  for (const address of EVERY) {
    test(`${address} is accessible in the ${scheme} scheme`, async ({ page }) => {
      test.slow();
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await open(page, address);
      await expect(page.getByRole("main")).toBeVisible();
      await accessible(page);
      for (const closed of await page.locator("main details:not([open]) > summary").all()) {
        if (await closed.isVisible()) await closed.click();
      }
      await accessible(page);
    });
  }

  test(`what is said about a missing page is accessible in the ${scheme} scheme`, async ({ browser, baseURL }) => {
    // A context of its own: the browser logs the 404 that this page is answered with.
    const context = await browser.newContext({ colorScheme: scheme, baseURL });
    const page = await context.newPage();
    await page.goto("/no-such-page");
    await accessible(page);
    await context.close();
  });
}
