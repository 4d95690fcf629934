import type { Page } from "@playwright/test";
import { session } from "../support/roles";
import { cookie, expect, test } from "../support/test";

test.use({ who: "on-call", expected: [/\b(400|404|409)\b/] });

const unique = () => `CHG-${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;

/** Fills the form in, looks at what it would mute, and asks. */
async function ask(page: Page, change: string) {
  await page.goto("/suppressions/new?account=111111111111&rule=guardduty-scan");
  await expect(page.getByLabel("Account")).toHaveValue("111111111111");
  await expect(page.getByLabel("Value 1", { exact: true })).toHaveValue("guardduty-scan");
  await page.getByLabel("Reason").fill("Our own tester scans the network tonight.");
  await page.getByLabel("Change or ticket").fill(change);
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("#preview")).toContainText("Would have muted in 30 days");
  await page.getByRole("button", { name: "Ask for approval" }).click();
  await expect(page).toHaveURL(/\/suppressions\/\d+$/);
}

test("what is wrong is told at once, and nothing typed is lost", async ({ page }) => {
  await page.goto("/suppressions/new");
  await page.getByLabel("Account").fill("12");
  await page.getByLabel("Value 2", { exact: true }).fill("lab");
  await page.getByLabel("Reason").fill("short");
  await page.getByRole("button", { name: "Preview" }).click();
  const told = page.locator(".form-trouble");
  await expect(told).toContainText("twelve digits");
  await expect(told).toContainText("at least 10 characters");
  await expect(told).toContainText("Name the change or ticket");
  await expect(page.getByLabel("Account")).toHaveValue("12");
  await expect(page.getByRole("combobox", { name: "Condition 1" })).toHaveValue("group");
  await expect(page.getByLabel("Value 1", { exact: true })).toHaveValue("lab");
  await expect(page.getByRole("button", { name: "Ask for approval" })).toHaveCount(0);
});

test("what is never muted is said before anybody asks", async ({ page }) => {
  await page.goto("/suppressions/new");
  const never = page.locator("#never");
  for (const words of ["PHI may be exposed", "The redactor is down", "audit log", "heartbeat"]) {
    await expect(never).toContainText(words);
  }
});

test("asked for by one, approved by another, ended early", async ({ page, browser, baseURL }) => {
  const change = unique();
  await ask(page, change);
  await expect(page.locator("#acts")).toContainText("Approve: Your role may not approve suppressions.");
  await expect(page.locator(".heading .mark")).toHaveText("Waits for approval");
  const address = new URL(page.url()).pathname;

  const cookies = [cookie(await session("compliance"))];
  const context = await browser.newContext({ baseURL, storageState: { cookies, origins: [] } });
  const second = await context.newPage();
  await second.goto("/suppressions?stage=waiting");
  await expect(second.getByRole("row", { name: change })).toBeVisible();
  await second.goto(address);
  await second.locator("summary", { hasText: /^Approve$/ }).click();
  await second.getByLabel("Remark, if any").fill("Fine, but end it on time.");
  await second.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(second.locator(".heading .mark")).toHaveText("Mutes now");
  await expect(second.locator("#approvals")).toContainText("bound to what stands here");
  await context.close();

  await page.goto(address);
  await page.locator("summary", { hasText: "End it now" }).click();
  await page.getByLabel("Why").fill("The scan is over.");
  await page.getByRole("button", { name: "End it now" }).click();
  await expect(page.locator(".heading .mark")).toHaveText("Ended early");
  await expect(page.locator("#history")).toContainText("The scan is over.");
  await expect(page.locator("#history")).toContainText("Fine, but end it on time.");
});

test("in an emergency it is taken, and shown in red", async ({ page }) => {
  await ask(page, unique());
  await page.locator("summary", { hasText: "Take it in an emergency" }).click();
  await page.locator("#note-emergency").fill("Nobody of compliance answers.");
  await page.getByRole("button", { name: "Take it in an emergency" }).click();
  await expect(page.locator(".heading .mark-fail")).toHaveText("Taken, not approved");
  await expect(page.getByRole("main")).toContainText("nobody else has approved it yet");
});

test.describe("who only reads", () => {
  test.use({ who: "auditor" });
  test("sees what stands there and why they may not decide", async ({ page }) => {
    await page.goto("/suppressions");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Suppressions");
    await expect(page.getByRole("link", { name: "Ask for a suppression" })).toHaveCount(0);
  });
});
