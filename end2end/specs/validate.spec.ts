import type { Page } from "@playwright/test";

import { expect, test } from "../support/test";

// A round is one for all: the schedule or another spec may have one under way, and then the button
// gives way to the link to it.
test("Validate compliance starts a round and ends on what changed and what to fix first", async ({ page, request }) => {
  test.setTimeout(420_000);
  const main = page.getByRole("main");
  const button = main.getByRole("button", { name: /validate compliance/i });
  await expect(async () => {
    await page.goto("/");
    await expect(button).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 180_000, intervals: [1_000] });
  await button.click();
  await expect(page).toHaveURL(/\/collection(\/runs\/\d+|\?started=1)$/);
  if (!page.url().includes("/runs/")) await follow(page);
  const round = page.url();
  await expect(async () => {
    await page.goto(round);
    await expect(main.getByRole("heading", { name: /what changed/i })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 180_000, intervals: [1_000] });
  await expect(main.getByRole("heading", { name: /fix first/i })).toBeVisible();
  await expect(main.getByText(/how to fix/i).first()).toBeAttached();
  const failing = main.getByRole("region", { name: /fix first/i }).or(main).last();
  const href = await failing.locator('a[href^="/controls/"]').last().getAttribute("href");
  const { control } = await (await request.get(`/api/v1${href?.split("?")[0]}`)).json();
  const text = (await main.innerText()).replace(/\s+/g, " ");
  expect(text, "why the control matters").toContain(control.why.replace(/\s+/g, " ").slice(0, 40));
});

/** A round that takes more than two seconds to begin is found where a person would look for it. */
async function follow(page: Page): Promise<void> {
  const underWay = page.getByRole("main").getByRole("link", { name: /round is under way/i });
  await expect(async () => {
    await page.goto("/collection");
    await page.goto((await underWay.getAttribute("href", { timeout: 1_000 })) ?? "");
    await expect(page).toHaveURL(/\/collection\/runs\/\d+$/, { timeout: 1_000 });
  }).toPass({ timeout: 60_000, intervals: [500] });
}
