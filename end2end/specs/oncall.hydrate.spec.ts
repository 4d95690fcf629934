import { type Page } from "@playwright/test";

import { awake } from "../support/pages";
import { expect, test } from "../support/test";

test.use({ who: "on-call" });

/** Presses the tab key until something with this name has the focus. */
async function until(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 90; presses += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    const label = (await focused.getAttribute("aria-label")) ?? (await focused.innerText().catch(() => ""));
    if (name.test(label)) return;
  }
  throw new Error(`nothing called ${name} within ninety presses`);
}

/** Presses the tab key until the field of this name has the focus. */
async function field(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 90; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.locator(":focus").getAttribute("name")) === name) return;
  }
  throw new Error(`no field called ${name} within ninety presses`);
}

async function credentials(page: Page): Promise<{ id: number; alerts: number } | undefined> {
  const answer = await page.evaluate(async () => (await fetch("/api/v1/incidents?class=page-phi&limit=200")).json());
  const items = (answer as { items: { id: number; alerts: number; family: string }[] }).items;
  return items.find((it) => it.family === "credentials" && it.alerts >= 3);
}

test("an attack is worked through its runbook by keyboard", async ({ page }) => {
  test.slow();
  await page.goto("/oncall");
  await page.getByRole("button", { name: "Simulate an attack" }).click();
  await expect(async () => expect(await credentials(page)).toBeTruthy()).toPass({ timeout: 15_000 });
  const incident = await credentials(page);
  await page.goto(`/oncall?at=${incident?.id}`);
  await awake(page);
  const chosen = page.locator(".chosen");

  // j and k move; the incident that is looked at is in the URL.
  await page.keyboard.press("j");
  await expect(page).not.toHaveURL(new RegExp(`at=${incident?.id}$`));
  await awake(page);
  await page.goto(`/oncall?at=${incident?.id}`);
  await awake(page);
  if (await chosen.getByRole("button", { name: "Acknowledge" }).count()) {
    await page.keyboard.press("a");
    await expect(chosen).toContainText("has it, for");
    await awake(page);
  }
  if ((await chosen.locator(".step").count()) === 0) {
    await page.keyboard.press("r");
    await expect(page).toHaveURL(/\/runbooks\//);
    await field(page, "p-user");
    await page.keyboard.type("ehr-api-instance");
    await until(page, /^Start/);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/oncall\?at=\d+#run-/);
  }
  // Each step is done with what shows it, by keys alone.
  for (let steps = 0; steps < 30; steps += 1) {
    const open = chosen.getByRole("button", { name: /^Done: / });
    const left = await open.count();
    if (left === 0) break;
    await until(page, /^Evidence 1$/);
    await page.keyboard.type(`TICKET-${steps + 1}`);
    await until(page, /^Done: /);
    await page.keyboard.press("Enter");
    await expect(open).toHaveCount(left - 1);
  }
  await until(page, /^Sign off$/);
  await page.keyboard.press("Enter");
  await expect(chosen).toContainText("Signed by");
  await until(page, /^Close and seal$/);
  await page.keyboard.press("Enter");
  await expect(chosen).toContainText("Verified");

  await page.goto(`/incidents/${incident?.id}`);
  await awake(page);
  await page.keyboard.press("d");
  await field(page, "reason");
  await page.keyboard.type("The role was rotated, and the trail is on again.");
  await until(page, /^Resolve the incident$/);
  await page.keyboard.press("Enter");
  await expect(page.locator(".heading")).toContainText("Resolved");
  await expect(page.getByRole("main")).toContainText("are proved by the audit log");
});

test("the queue tells that it has changed, and takes nothing away from whoever writes", async ({ page, context }) => {
  await page.goto("/oncall");
  await awake(page);
  const first = page.locator(".chosen details.change > summary").last();
  await first.click();
  const other = await context.newPage();
  await other.goto("/oncall");
  await other.getByRole("button", { name: "Simulate an attack" }).click();
  await expect(page.locator(".oncall-news")).toContainText("The queue has changed", { timeout: 20_000 });
  await other.close();
});

test("a question mark shows the keys", async ({ page }) => {
  await page.goto("/oncall");
  await awake(page);
  await page.keyboard.press("?");
  await expect(page.locator("#keys")).toHaveAttribute("open", "");
});
