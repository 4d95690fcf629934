import { type Page } from "@playwright/test";

import { expect, test } from "../support/test";

test.use({ who: "on-call", expected: [/\b(400|409)\b/] });

const LOST = "A device or medium is lost or stolen";

/** Starts a run and answers with the number of its steps. */
async function start(page: Page): Promise<number> {
  await page.goto("/runbooks");
  await page.getByRole("main").getByRole("link", { name: LOST, exact: true }).last().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(LOST);
  const form = page.locator("#start");
  await form.getByLabel(/^Tag or serial number/).fill("LT-0815");
  await form.getByRole("button", { name: "Start" }).click();
  // Everything that is wrong is told at once, and nothing is lost.
  await expect(page.locator(".form-trouble").getByRole("listitem")).toHaveCount(2);
  await expect(page.getByLabel(/^Tag or serial number/)).toHaveValue("LT-0815");
  await page.getByLabel(/^Last surely in our hands/).fill("2026-01-05T10:00");
  await page.getByLabel(/^Identity in AWS/).fill("none");
  await page.locator("#start").getByRole("button", { name: "Start" }).click();
  await expect(page).toHaveURL(/\/runbook-runs\/\d+#step-report$/);
  return page.locator(".steps > .step").count();
}

const step = (page: Page, id: string) => page.locator(`#step-${id}`);

test("a runbook is found, started, worked through, signed and sealed", async ({ page }) => {
  const steps = await start(page);
  await expect(page.getByRole("main")).toContainText(`0 of ${steps} steps done or skipped`);
  await expect(step(page, "report")).toContainText("LT-0815");

  // Without evidence it is not done, and what was written stays.
  await step(page, "report").getByLabel("Remark (kept for good)").first().fill("The bus company has it.");
  await step(page, "report").getByRole("button", { name: /^Done/ }).click();
  await expect(page.locator(".form-trouble")).toContainText("This step asks for evidence");
  await expect(step(page, "report").getByLabel("Remark (kept for good)").first()).toHaveValue("The bus company has it.");
  await step(page, "report").getByLabel("Evidence 1", { exact: true }).fill("TICKET-7");
  await step(page, "report").getByRole("button", { name: /^Done/ }).click();
  await expect(page).toHaveURL(/#step-erase$/);
  await expect(step(page, "report")).toContainText("Done by");

  // A check answers beside its step, with the time of its facts or why nobody can tell.
  await step(page, "keys").getByRole("button", { name: /^Run the check/ }).click();
  await expect(page).toHaveURL(/#step-keys$/);
  await expect(step(page, "keys").locator(".step-answer")).toContainText("Unknown");

  await step(page, "erase").getByText("Skip this step").click();
  await step(page, "erase").getByLabel("Why; an auditor will ask").fill("It is no computer.");
  await step(page, "erase").getByRole("button", { name: /^Skip/ }).click();
  await expect(step(page, "erase")).toContainText("It is no computer.");
  await step(page, "erase").getByText("Open this step again").click();
  await step(page, "erase").getByLabel("Why; what was recorded stays").fill("It is one after all.");
  await step(page, "erase").getByRole("button", { name: /^Open again/ }).click();
  await expect(page).toHaveURL(/#step-erase$/);

  for (;;) {
    const open = page.locator(".step", { has: page.getByRole("button", { name: /^Done/ }) });
    if ((await open.count()) === 0) break;
    const before = await open.count();
    await open.first().getByLabel("Evidence 1", { exact: true }).fill("TICKET-7");
    await open.first().getByRole("button", { name: /^Done/ }).click();
    await expect(open).toHaveCount(before - 1);
  }
  await expect(page).toHaveURL(/#finish$/);
  await page.getByRole("button", { name: "Sign off" }).click();
  await expect(page.locator("#finish")).toContainText("Signed by");
  await page.getByRole("button", { name: "Close and seal" }).click();
  await expect(page.locator("#finish")).toContainText("Verified: everything in it is as it was sealed");
  await expect(page.locator("#finish")).toContainText(/[0-9a-f]{64}/);
  await expect(page.getByRole("main").getByRole("button", { name: /Done|Sign off|Add/ })).toHaveCount(0);
  await expect(page.locator("#history")).toContainText("It is no computer.");
  await expect(page.locator("#history")).toContainText("closed and sealed the run");
});

test("a step is done with the keyboard alone", async ({ page }) => {
  await start(page);
  /** Goes on with the tab key until something has the focus; the order is that of the page. */
  const until = async (name: RegExp) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      const label = (await focused.getAttribute("aria-label")) ?? (await focused.innerText().catch(() => ""));
      if (name.test(label)) return focused;
    }
    throw new Error(`nothing called ${name} within sixty presses`);
  };
  // The browser is at the first step: nothing before it is passed again.
  await until(/^Kind of evidence 1$/);
  await expect(step(page, "report").locator(":focus")).toHaveCount(1);
  await until(/^Evidence 1$/);
  await page.keyboard.type("TICKET-9");
  const done = await until(/^Done: Take the report$/);
  const outline = await done.evaluate((it) => getComputedStyle(it).outlineStyle);
  expect(outline, "the focus is seen").not.toBe("none");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#step-erase$/);
  await expect(step(page, "report")).toContainText("TICKET-9");
  // The next press is within the next step.
  await until(/^Kind of evidence 1$/);
  await expect(step(page, "erase").locator(":focus")).toHaveCount(1);
  await until(/^Skip this step$/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("It is no computer.");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#step-sessions$/);
  await expect(step(page, "erase")).toContainText("It is no computer.");
});

test.describe("who keeps the texts", () => {
  test.use({ who: "compliance" });
  test("edits one in place, is told each flaw with its line, and loses nothing", async ({ page }) => {
    await page.goto("/runbooks/insider-access/edit");
    const text = page.locator("#text");
    const before = await text.inputValue();
    const broken = before.replace(/role = "[a-z-]+"/, 'role = "ghost"');
    await text.fill(broken);
    await page.getByRole("button", { name: "Store this version" }).click();
    await expect(page.locator("#flaws")).toContainText(/Line \d+: .*ghost/);
    await expect(text).toHaveValue(broken);
    const version = Number(/^version = (\d+)/m.exec(before)?.[1]);
    const right = `${before.trimEnd()}\n\nAsk twice.\n`;
    await text.fill(right);
    await page.getByRole("button", { name: "Show what it changes" }).click();
    await expect(page.locator("#flaws")).toContainText(`version = ${version + 1}`);
    await text.fill(right.replace(`version = ${version}`, `version = ${version + 1}`));
    await page.getByRole("button", { name: "Show what it changes" }).click();
    await expect(page.getByRole("status").filter({ hasText: "It would change" })).toContainText("changed its text");
    await page.getByRole("button", { name: "Store this version" }).click();
    await expect(page).toHaveURL(/\/runbooks\/insider-access#versions$/);
    await expect(page.locator("#versions")).toContainText("edited by");
    await expect(page.getByRole("main")).toContainText("Ask twice.");
  });
});

test.describe("who only reads", () => {
  test.use({ who: "auditor" });
  test("sees what was done and can do nothing", async ({ page }) => {
    await page.goto("/runbook-runs?state=sealed");
    await page.locator("tbody").getByRole("link", { name: LOST }).first().click();
    await expect(page.locator("#finish")).toContainText("Verified");
    await expect(page.locator("#history").getByRole("listitem").first()).toContainText("opened the run");
    await expect(page.locator(".step-forms")).toHaveCount(0);
    await page.goto("/runbooks/lost-device");
    await expect(page.locator("#start")).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Edit" })).toHaveCount(0);
  });
});
