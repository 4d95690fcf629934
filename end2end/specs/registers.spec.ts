import { expect, own, test } from "../support/test";

test.use({ who: "compliance", expected: [/\b(400|404|409)\b/] });

const unique = (word: string) => `${word} ${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;

test("the index tells what wants somebody, and each line leads to it", async ({ page }) => {
  await page.goto("/registers");
  const main = page.getByRole("main");
  for (const name of ["Vendors", "Systems", "Incidents", "Drills"]) {
    await expect(main.getByRole("link", { name, exact: true })).toBeVisible();
  }
  await main.getByRole("link", { name: "Appointment reminders" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Appointment reminders");
  await expect(page.getByRole("main")).toContainText("PHI flows without an agreement");
});

test("a vendor is registered, covered, changed and ended, and its history stays", async ({ page }) => {
  const name = unique("Interpreters");
  await page.goto("/registers/vendors");
  await page.getByRole("link", { name: "Register a vendor" }).click();
  await page.getByLabel("Name · needed").fill(name);
  await page.getByLabel("Does it create").selectOption("yes");
  await page.getByLabel("Last day on which it holds").fill("2031-01-01");
  await page.getByRole("button", { name: "Register" }).click();
  // Everything that is wrong is told at once, and nothing is lost.
  const told = page.locator(".form-trouble");
  await expect(told.getByRole("listitem")).toHaveCount(4);
  await expect(page.getByLabel("Name · needed")).toHaveValue(name);
  await expect(page.getByLabel("Last day on which it holds")).toHaveValue("2031-01-01");
  await page.getByLabel("What it does for us").fill("Speak with patients");
  await page.getByLabel("Parties").fill("Both");
  await page.getByLabel("Services that it covers").fill("All");
  await page.getByLabel("Signed by the last party on").fill("2026-01-05");
  await page.getByLabel("Or choose the signed file").setInputFiles({
    name: "signed.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("a signed agreement"),
  });
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  const facts = page.locator("#facts");
  await expect(facts).toContainText("signed.pdf");
  await expect(facts).toContainText(/[0-9a-f]{64}/);
  await expect(page.locator(".heading .mark")).toHaveText("Covered");

  await page.getByText("Change what it says").click();
  await page.getByLabel("Last day on which it holds").fill("2026-01-06");
  await page.getByRole("button", { name: "Store the change" }).click();
  await expect(page.locator(".heading .mark")).toHaveText("Expired");
  await expect(page.locator("#history")).toContainText("Last day on which it holds: 1 Jan 2031 → 6 Jan 2026");

  await page.locator("summary", { hasText: "End the vendor" }).click();
  await page.getByLabel("Why; it stays").fill("The contract is over.");
  await page.getByRole("button", { name: "End the vendor" }).click();
  await expect(page.locator(".heading .mark")).toHaveText("Ended");
  await expect(page.getByRole("main")).toContainText("The contract is over.");
  await page.goto(`/registers/vendors?q=${encodeURIComponent(name)}`);
  await expect(page.getByText("No vendors match these filters")).toBeVisible();
  await page.goto(`/registers/vendors?state=ended&q=${encodeURIComponent(name)}`);
  await expect(page.getByRole("table").getByRole("link", { name })).toBeVisible();
});

test("a table is looked at, corrected and stored", async ({ page }) => {
  const [first, second] = [unique("Archive"), unique("Printers")];
  const line = (name: string, criticality: string) => `${name},Operations lead,${criticality}`;
  const table = (word: string) => ["name,owner_role,criticality", line(first, "routine"), line(second, word)].join("\n");
  await page.goto("/registers/systems/import");
  await page.locator("#table").fill(table("urgent"));
  await page.getByRole("button", { name: "Show what it would do" }).click();
  await expect(page.getByRole("status").filter({ hasText: "1 new" })).toContainText("1 wrong");
  const wrong = page.locator("#preview tbody tr").first();
  await expect(wrong).toContainText("“urgent” is none of critical, important, routine");
  await expect(page.locator("#table")).toHaveValue(table("urgent"));
  // What was changed since is looked at again before it is stored.
  await page.locator("#table").fill(table("critical"));
  await page.getByRole("button", { name: "Store this" }).click();
  await expect(page.locator(".form-trouble")).toContainText("Nothing was stored");
  await expect(page.getByRole("status").filter({ hasText: "2 new" })).toBeVisible();
  await page.getByRole("button", { name: "Store this" }).click();
  await expect(page).toHaveURL(/\/registers\/systems$/);
  await expect(page.getByRole("link", { name: first })).toBeVisible();
  await expect(page.getByRole("link", { name: second })).toBeVisible();
});

test.describe("who only reads", () => {
  test.use({ who: "auditor" });
  test("sees everything and changes nothing", async ({ page }) => {
    await page.goto("/registers/vendors");
    await expect(page.getByRole("link", { name: "Register a vendor" })).toHaveCount(0);
    await page.getByRole("main").getByRole("link", { name: "Cloud hosting" }).click();
    await expect(page.getByText("Change what it says")).toHaveCount(0);
    const answer = await page.request.get("/registers/vendors/export");
    expect(answer.headers()["content-type"] ?? "").toContain("text/csv");
  });
});

test.describe("on call", () => {
  test.use({ storageState: own("on-call") });
  test("registers an incident and moves its first evidence earlier, never later", async ({ page }) => {
    await page.goto("/registers/incidents/new");
    await expect(page.getByText("Never PHI").first()).toBeVisible();
    const title = unique("A door stood open");
    await page.getByLabel("What happened, in a line").fill(title);
    await page.getByLabel("Kind").selectOption("other");
    await page.getByLabel("First evidence").fill("2026-01-05T10:00");
    await page.getByLabel("Noticed · needed").fill("2026-01-05T12:00");
    await page.getByRole("button", { name: "Register" }).click();
    await expect(page.getByRole("main")).toContainText("Noticed after 2 h");
    const move = async (to: string) => {
      await page.getByText("Change what it says").click();
      await page.getByLabel("First evidence").fill(to);
      await page.getByRole("button", { name: "Store the change" }).click();
    };
    await move("2026-01-05T07:00");
    await expect(page.getByRole("main")).toContainText("Noticed after 5 h");
    await move("2026-01-05T11:00");
    await expect(page.locator(".form-trouble")).toContainText("it may only move earlier");
  });
});
