import { readFile } from "node:fs/promises";

import { expect, own, test } from "../support/test";

test.use({ storageState: own("compliance") });

test("the log is there, proved, and narrowed by a link that stays in the address", async ({ page }) => {
  await page.goto("/audit");
  const main = page.getByRole("main");
  await expect(main.getByText("Verified")).toBeVisible();
  await expect(main.getByText("Not anchored outside")).toBeVisible();
  const rows = main.getByRole("table").last().locator("tbody tr");
  expect(await rows.count()).toBeGreaterThan(5);
  await page.goto("/audit?action=add-person");
  expect(await rows.count()).toBeGreaterThanOrEqual(6);
  for (const text of await rows.allInnerTexts()) expect(text).toContain("add person");
});

test("an export wants a confirmation, comes with its proof, and is an entry itself", async ({ page }) => {
  await page.goto("/audit");
  const exports = page.getByRole("button", { name: "Export with proof" });
  await exports.click();
  await expect(page).toHaveURL(/\/confirm\?next=/);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/audit$/);
  const waiting = page.waitForEvent("download");
  await exports.click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^wardround-audit-.*\.tar\.zst$/);
  const bytes = await readFile(await download.path());
  expect(bytes.subarray(0, 4).toString("hex")).toBe("28b52ffd");
  await page.goto("/audit?action=export-audit-log");
  await expect(page.getByRole("main").getByText("export audit log").first()).toBeVisible();
});
