import { type Page } from "@playwright/test";

import { attack, told } from "../support/attack";
import { awake } from "../support/pages";
import { expect, test } from "../support/test";

test.use({ who: "on-call", expected: [/favicon\.ico|Transition was skipped/] });

/** Presses the tab key until a button or field with this name has the focus. */
async function until(page: Page, name: RegExp, kind = "button:focus, input:focus"): Promise<void> {
  await tab(page, name.source, async () => {
    const focused = page.locator(kind);
    if ((await focused.count()) === 0) return false;
    const label = (await focused.getAttribute("aria-label")) ?? (await focused.innerText().catch(() => ""));
    return name.test(label);
  });
}

/** Presses the tab key until the field of this name has the focus. */
async function field(page: Page, name: string): Promise<void> {
  await tab(page, name, async () => (await page.locator(":focus").getAttribute("name")) === name);
}

async function tab(page: Page, what: string, found: () => Promise<boolean>): Promise<void> {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.locator(":focus").count()) > 0 && (await found())) return;
  }
  throw new Error(`nothing called ${what} within 120 presses`);
}

test("an attack is worked through its runbook by keyboard", async ({ page, request }) => {
  test.slow();
  const { id } = await attack(page, request);
  await page.goto("/oncall?class=page-phi&state=open");
  await awake(page);
  const chosen = page.locator(".chosen");
  // j goes down the queue until the attack is the one that is looked at.
  const here = page.locator(`[data-row="${id}"][aria-current]`);
  await page.keyboard.press("j");
  await expect(page).toHaveURL(/at=\d+/);
  await awake(page);
  for (let steps = 0; steps < 15 && (await here.count()) === 0; steps += 1) {
    const before = page.url();
    await page.keyboard.press(steps === 0 ? "k" : "j");
    await expect(page).not.toHaveURL(before);
    await awake(page);
  }
  await expect(here).toHaveCount(1);

  await page.keyboard.press("a");
  await expect(chosen).toContainText("has it, for");
  await awake(page);

  await page.keyboard.press("r");
  await expect(page).toHaveURL(/\/runbooks\//);
  // What the alert knows is filled in: nothing is typed.
  await until(page, /^Start$/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/oncall\?.*#run-/);

  // Each step is done with what shows it; the next one opens when it is.
  const open = chosen.getByRole("button", { name: /^Done: / });
  let steps = 0;
  for (; steps < 30 && (await open.count()) > 0; steps += 1) {
    const name = (await open.first().getAttribute("aria-label")) ?? (await open.first().innerText());
    await until(page, /^Evidence \d+$/);
    await page.keyboard.type(`TICKET-${steps + 1}`);
    await until(page, /^Done: /);
    await page.keyboard.press("Enter");
    await expect(chosen.getByRole("button", { name, exact: true })).toHaveCount(0);
  }
  expect(steps, "steps that were done").toBeGreaterThan(4);
  await until(page, /^Sign off, close/, "a:focus");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/runbook-runs\/\d+/);
  await awake(page);
  const main = page.getByRole("main");
  await until(page, /^Sign off$/);
  await page.keyboard.press("Enter");
  await expect(main).toContainText("Signed by");
  await until(page, /^Close and seal$/);
  await page.keyboard.press("Enter");
  await expect(main).toContainText("Verified");

  await page.goto(`/incidents/${id}`);
  await awake(page);
  await page.keyboard.press("d");
  await field(page, "reason");
  await page.keyboard.type("The role was rotated, and the trail is on again.");
  await until(page, /^Resolve the incident$/);
  await page.keyboard.press("Enter");
  await expect(page.locator(".heading")).toContainText("Resolved");
  await expect(main).toContainText("are proved by the audit log");
  const first = (await told(request, id)).filter((it) => it.startsWith("first:"));
  expect(first, "it paged once").toEqual(["first: On-call engineer"]);
});

test("the queue follows, and takes nothing away from whoever writes", async ({ page, context, request }) => {
  const mine = await attack(page, request);
  await page.goto(`/oncall?at=${mine.id}`);
  await awake(page);
  await page.locator(".chosen summary", { hasText: "Resolve" }).click();
  const reason = page.locator(".chosen").getByLabel("Reason");
  await reason.fill("half a sentence");
  const other = await context.newPage();
  const theirs = await attack(other, request);
  // The new incident stands in the queue without anybody loading the page.
  await expect(page.locator(`[data-row="${theirs.id}"]`)).toHaveCount(1);
  await expect(page.locator(`[data-row="${mine.id}"][aria-current]`)).toHaveCount(1);
  await expect(reason).toHaveValue("half a sentence");
  // Somebody else takes the incident that is looked at.
  await other.goto(`/oncall?at=${mine.id}`);
  await other.locator(".chosen").getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.locator(".oncall-news")).toContainText("This incident has changed");
  await expect(reason).toHaveValue("half a sentence");
  await other.close();
});
