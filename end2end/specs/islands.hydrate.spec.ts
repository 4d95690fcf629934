import { awake, open } from "../support/pages";
import { expect, test } from "../support/test";

// One spec operates each island: the only proof that its export was linked. The island that tells
// of rounds has its spec in `validate.hydrate.spec.ts`.

test("the theme can be chosen, holds, and is there before the first paint", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  const canvas = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await canvas();
  const dark = page.getByRole("form", { name: /colour scheme/i }).getByRole("button", { name: "Dark" });
  const loads = new Set<string>();
  page.on("request", (asked) => asked.isNavigationRequest() && loads.add(asked.url()));
  await awake(page);
  await dark.click();
  await expect(dark).toHaveAttribute("aria-pressed", "true");
  expect(await canvas()).not.toBe(light);
  expect([...loads], "the island keeps the page where it is").toEqual([]);
  const chosen = await canvas();
  await page.goto("/findings");
  expect(await canvas()).toBe(chosen);
});

test("an identifier is copied whole", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.clock.install();
  await open(page, "/findings/…");
  await awake(page);
  const copyable = page.locator(".copyable").first();
  const copy = copyable.getByRole("button");
  await expect(copy, "hidden until the island is awake").toBeVisible();
  // The word stays for two seconds of the page's time, which stands still meanwhile.
  await page.clock.pauseAt(Date.now() + 60_000);
  await copy.click();
  await expect(copy).toHaveText("Copied");
  const whole = await copyable.locator("code").textContent();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(whole);
  await page.clock.runFor(2_000);
  await expect(copy).toHaveText("Copy");
});
