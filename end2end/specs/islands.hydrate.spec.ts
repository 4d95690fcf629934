import type { Page } from "@playwright/test";

import { expect, test } from "../support/test";

// One spec operates each island: the only proof that its export was linked.

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
  await page.goto("/findings");
  const href = await page.locator('main a[href^="/findings/"]').first().getAttribute("href");
  await page.goto(href ?? "/findings");
  const copyable = page.locator(".copyable").first();
  const copy = copyable.getByRole("button");
  await expect(copy, "hidden until the island is awake").toBeVisible();
  // The word stays for two seconds: the wait for it begins before the press.
  await Promise.all([expect(copy).toHaveText("Copied"), copy.click()]);
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toBe(await copyable.locator("code").textContent());
});

test("the page learns of a round by itself", async ({ page, request }) => {
  test.setTimeout(180_000);
  const events = page.waitForRequest((asked) => asked.headers()["accept"] === "text/event-stream");
  await page.goto("/");
  await events;
  const news = page.getByRole("banner").getByRole("status");
  await expect(news).toBeAttached();
  const shown = await page.locator("body").getAttribute("data-run");
  const started = await request.post("/api/v1/collection/run");
  expect(started.status()).toBe(202);
  await expect(news.getByRole("link", { name: /new results/i })).toBeVisible({ timeout: 150_000 });
  await news.getByRole("link", { name: /new results/i }).click();
  await expect(page.locator("body")).not.toHaveAttribute("data-run", shown ?? "");
});

/** Until the module is loaded, a press on the theme is the form's, which is right but another test. */
async function awake(page: Page): Promise<void> {
  const wasm = () => performance.getEntriesByType("resource").some((one) => one.name.endsWith(".wasm"));
  await page.waitForFunction(wasm);
  await page.waitForTimeout(500);
}
