import type { Page } from "@playwright/test";

import { expect, test } from "../support/test";

// The simulated organisation reports an upload whose name tries to close its element, to run a
// script, and to reverse the text after it. A dialog fails any spec.
const ATTEMPT = "<img src=x onerror=alert(2)>";

test("hostile text is shown as text and never runs", async ({ page, request }) => {
  const { items } = await (await request.get("/api/v1/findings?q=upload&limit=200")).json();
  const hostile = items.filter((item: { title: string }) => item.title.includes(ATTEMPT));
  expect(hostile.length, "hostile findings in the simulated organisation").toBeGreaterThan(0);
  for (const { id } of hostile.slice(0, 3)) {
    await page.goto(`/findings/${id}`);
    await expect(page.getByRole("main")).toContainText(ATTEMPT);
    await intact(page);
  }
  await page.goto("/findings?q=upload");
  await expect(page.getByRole("main").getByRole("table").first()).toContainText("onerror");
  await intact(page);
});

test("hostile parameters are shown as text and never run", async ({ page }) => {
  const attempt = `"><script>globalThis.broken=1</script><img src=x onerror="globalThis.broken=1">`;
  await page.goto(`/findings?${new URLSearchParams({ q: attempt })}`);
  await intact(page);
  await expect(page.locator('[name="q"]').first()).toHaveValue(attempt);
});

async function intact(page: Page): Promise<void> {
  expect(await page.evaluate(() => "broken" in globalThis)).toBe(false);
  await expect(page.locator("main img[onerror], main script, [onload], [onerror]")).toHaveCount(0);
  await expect(page.getByRole("main")).toHaveCount(1);
  await expect(page.getByRole("contentinfo").or(page.locator("body > :last-child")).first()).toBeAttached();
}
