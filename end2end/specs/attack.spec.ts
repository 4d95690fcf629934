import { attack, told } from "../support/attack";
import { expect, test } from "../support/test";

test.use({ who: "on-call", expected: [/\b409\b|favicon\.ico|Transition was skipped/] });

test("an attack is one incident on the queue within seconds, and pages once", async ({ page, request }) => {
  const { id } = await attack(page, request);
  await page.goto(`/oncall?at=${id}`);
  const chosen = page.locator(".chosen");
  await expect(chosen).toContainText("PHI exposure");
  await expect(chosen.locator(".alerts > li")).toHaveCount(3);
  await expect(async () => {
    const first = (await told(request, id)).filter((it) => it.startsWith("first:"));
    expect(first, "the first page goes out once").toEqual(["first: On-call engineer"]);
    await page.goto(`/oncall?at=${id}`);
    await expect(chosen).toContainText("Told: On-call engineer", { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await page.goto(`/incidents/${id}`);
  await expect(page.getByRole("main")).toContainText("are proved by the audit log");
});

test("an incident is acknowledged, written about and resolved, and says why where it was about PHI", async ({ page, request }) => {
  const { id } = await attack(page, request);
  await page.goto(`/incidents/${id}`);
  const acts = page.locator("#acts");
  await acts.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByRole("main")).toContainText("has it, for");
  await acts.getByText("Write something down").click();
  await acts.getByLabel("For the timeline").fill("<b>The vendor</b> was called.");
  await acts.getByRole("button", { name: "Add it" }).click();
  await expect(page.locator(".incident-timeline")).toContainText("<b>The vendor</b> was called.");
  await acts.locator("summary", { hasText: "Resolve" }).click();
  await acts.getByLabel("Reason").fill("done");
  await acts.getByRole("button", { name: "Resolve the incident" }).click();
  await expect(page.getByRole("main")).toContainText("at least 20 characters");
  await page.goto(`/incidents/${id}`);
  await acts.locator("summary", { hasText: "Resolve" }).click();
  await acts.getByLabel("Reason").fill("The role was rotated, and the trail is on again.");
  await acts.getByRole("button", { name: "Resolve the incident" }).click();
  await expect(page.locator(".heading")).toContainText("Resolved");
  await expect(page.locator(".incident-timeline")).toContainText("The role was rotated");
  for (const tab of ["Alerts", "Runbook", "Evidence", "Similar past incidents"]) {
    await page.locator(".tabs").getByRole("link", { name: tab }).click();
    await expect(page.locator(".tabs [aria-current=page]")).toContainText(tab);
  }
});

test("several incidents are acknowledged at once", async ({ page, request }) => {
  const ids = [(await attack(page, request)).id, (await attack(page, request)).id];
  await page.goto("/oncall?lane=page&class=page-phi&state=open");
  for (const id of ids) await page.getByLabel(`Choose incident ${id}`, { exact: true }).check();
  await page.getByRole("button", { name: "Acknowledge the chosen ones" }).click();
  await expect(page).toHaveURL(/\/oncall\?/);
  for (const id of ids) {
    const incident = await (await request.get(`/api/v1/incidents/${id}`)).json();
    expect(incident.incident.state, `incident ${id}`).toBe("acknowledged");
  }
});

test.describe("who leads", () => {
  test.use({ who: "executive" });
  test("sees open incidents and presumed breaches, each with the list behind it", async ({ page }) => {
    await page.goto("/");
    const strip = page.locator(".response");
    for (const name of ["Open incidents", "Presumed breaches", "Time to detect", "Time to contain"]) {
      await expect(strip).toContainText(name);
    }
    const presumed = strip.getByRole("link", { name: /Presumed breaches/ });
    await expect(presumed).toContainText(/Notices (were )?due by \d/);
    const number = Number(await presumed.locator(".response-number").innerText());
    expect(number).toBeGreaterThan(0);
    await presumed.click();
    await expect(page).toHaveURL(/breach=presumed/);
    await expect(page.locator(".queue-row")).toHaveCount(Math.min(number, 15));
  });
});
