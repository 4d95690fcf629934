import { expect, test } from "../support/test";

test("a trace of the simulated clinic is followed to its spans and log records", async ({ page }) => {
  await page.goto("/debug");
  await expect(page.locator("table.traces tbody tr").first()).toBeVisible();
  await page.locator("table.traces tbody tr a").first().click();
  await expect(page).toHaveURL(/\/debug\/traces\/[0-9a-f]{32}$/);
  await expect(page.locator("table.waterfall tbody tr")).toHaveCount(4);
  await expect(page.getByRole("heading", { name: "Log records" })).toBeVisible();
});

test("every view says something, and its address brings it back", async ({ page }) => {
  for (const [view, heading] of [
    ["Latency", "Authentication"],
    ["Audit pipeline", "Audit logs"],
    ["Redactor", "Where identifiers stood"],
    ["Attempts", "Attempts by identity"],
    ["Sources", "Backup jobs and retention"],
  ] as const) {
    await page.goto("/debug");
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
    await expect(page.getByRole("heading", { name: heading })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("heading", { name: heading })).toBeVisible();
  }
});

test("a raw answer is shown and its mapping replayed", async ({ page }) => {
  await page.goto("/debug?view=answers&source=securityhub");
  await page.getByRole("link", { name: "GetFindings" }).first().click();
  await page.getByRole("button", { name: "Replay the mapping" }).click();
  await expect(page.locator(".form-told")).toContainText(/makes of it: [\d\s\u202f]+findings?/);
  await expect(page.locator("pre.raw")).toContainText("Findings");
});
