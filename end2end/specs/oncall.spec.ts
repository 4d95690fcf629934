import { type APIRequestContext, type Page } from "@playwright/test";

import { expect, test } from "../support/test";

test.use({ who: "on-call", expected: [/\b(400|409)\b/, /favicon\.ico/, /Transition was skipped/] });

/** Attacks the simulated organisation and answers with the number of the incident it becomes. */
async function attack(page: Page, request: APIRequestContext): Promise<string> {
  await page.goto("/oncall");
  const before = await incidents(request);
  await page.getByRole("button", { name: "Simulate an attack" }).click();
  let found: string | undefined;
  await expect(async () => {
    const now = await incidents(request);
    const fresh = now.filter((it) => !before.some((old) => old.id === it.id) || grown(before, it));
    found = fresh.find((it) => it.alerts >= 3)?.id.toString();
    expect(found, "one incident of three alerts").toBeTruthy();
  }).toPass({ timeout: 15_000 });
  return found ?? "";
}

interface Incident {
  id: number;
  alerts: number;
  family: string;
  state: string;
}

/** A second attack within minutes is the same incident: it grows or comes back. */
const grown = (before: Incident[], now: Incident) => before.some((old) => old.id === now.id && old.alerts !== now.alerts);

async function incidents(request: APIRequestContext): Promise<Incident[]> {
  const found: Incident[] = [];
  for (const lane of ["page", "over"]) {
    const answer = await request.get(`/api/v1/incidents?lane=${lane}&limit=200`);
    found.push(...((await answer.json()) as { items: Incident[] }).items);
  }
  return found.filter((it) => it.family === "credentials");
}

test("an attack is one incident on the queue within seconds, and pages once", async ({ page, request }) => {
  const id = await attack(page, request);
  await page.goto(`/oncall?at=${id}`);
  const chosen = page.locator(".chosen");
  await expect(chosen).toContainText("PHI exposure");
  expect(await chosen.locator(".alerts > li").count()).toBeGreaterThanOrEqual(3);
  await expect(chosen).toContainText("Told: On-call engineer");
  const told: unknown = await (await request.get(`/api/v1/notifications?incident=${id}`)).json();
  const first = (told as { items: { reason: string; contact: string }[] }).items.filter((it) => it.reason === "first");
  expect(first.map((it) => it.contact), "the first page goes out once").toEqual(["On-call engineer"]);
  await page.goto(`/incidents/${id}`);
  await expect(page.getByRole("main")).toContainText("are proved by the audit log");
});

test("an incident is acknowledged, written about and resolved, and says why where it was about PHI", async ({ page, request }) => {
  const id = await attack(page, request);
  await page.goto(`/incidents/${id}`);
  const acts = page.locator("#acts");
  if (await acts.getByRole("button", { name: "Acknowledge" }).count()) {
    await acts.getByRole("button", { name: "Acknowledge" }).click();
  }
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

test("the queue says which of three reasons keeps it empty, and filters are in the URL", async ({ page }) => {
  await page.goto("/oncall?lane=digest&class=page-slo");
  await expect(page.locator(".empty")).toContainText(/No incident|match these filters/);
  await page.goto("/oncall");
  await page.locator(".lanes").getByRole("link", { name: /Tickets/ }).click();
  await expect(page).toHaveURL(/lane=ticket/);
});

test.describe("who keeps contacts", () => {
  test.use({ who: "engineer" });
  test("sends a test and sees it arrive", async ({ page }) => {
    await page.goto("/notifications");
    await page.getByRole("button", { name: "Send a test to Security team" }).click();
    await expect(async () => {
      await page.goto("/notifications");
      const row = page.locator(".deliveries tbody tr", { hasText: "test" }).first();
      await expect(row).toContainText("Delivered");
    }).toPass({ timeout: 15_000 });
  });
});

test.describe("who only reads", () => {
  test.use({ who: "executive" });
  test("sees the queue and can do nothing", async ({ page }) => {
    await page.goto("/oncall");
    await expect(page.getByRole("button", { name: /Acknowledge|Resolve|attack/ })).toHaveCount(0);
  });
});
