// Every page of the product by its address; those of one item are found by following a link.
import { type Page, expect } from "@playwright/test";

import type { Who } from "./roles";

/** One step from the index of the registers. */
const REGISTERS = ["/registers/vendors", "/registers/systems", "/registers/incidents", "/registers/drills"];

export const LISTS = ["/", "/safeguards", "/controls", "/findings", "/drift", "/collection", "/system", "/account", "/registers", "/slis", "/debug", "/runbooks", "/oncall"];

/** Pages of one item: the list that leads to them, and the link in it. */
const ITEMS: Record<string, { list: string; row?: RegExp }> = {
  "/safeguards/…": { list: "/safeguards" },
  "/controls/…": { list: "/controls" },
  "/findings/…": { list: "/findings" },
  // A round that goes on is another page a moment later.
  "/collection/runs/…": { list: "/collection", row: /ended/i },
  "/debug/traces/…": { list: "/debug" },
  "/slis/…": { list: "/slis" },
  "/registers/vendors/…": { list: "/registers/vendors", row: /expired/i },
  "/registers/incidents/…": { list: "/registers/incidents", row: /open/i },
  "/incidents/…": { list: "/oncall" },
  "/runbooks/…": { list: "/runbooks" },
  "/runbook-runs/…": { list: "/runbook-runs" },
};

/** A list whose filters leave nothing. */
export const EMPTY = "/findings?q=zzzzqqq";

const EVERY = [...LISTS, ...REGISTERS, ...Object.keys(ITEMS), EMPTY];

/** Pages that an engineer may not see, and who looks at them here. */
const OTHERS: { address: string; who: Who }[] = [
  { address: "/slis/audit-completeness", who: "executive" },
  { address: "/slis/unauthorised-access", who: "compliance" },
  { address: "/debug?view=latency", who: "engineer" },
  { address: "/debug?view=audit", who: "engineer" },
  { address: "/debug?view=redactor", who: "engineer" },
  { address: "/debug?view=attempts", who: "engineer" },
  { address: "/debug?view=sources", who: "engineer" },
  { address: "/debug?view=answers", who: "engineer" },
  { address: "/audit", who: "compliance" },
  { address: "/audit?action=add-person", who: "auditor" },
  { address: "/people", who: "administrator" },
  { address: "/registers/vendors/new", who: "compliance" },
  { address: "/registers/systems/import", who: "compliance" },
  { address: "/registers/incidents/new", who: "on-call" },
  { address: "/registers/vendors?state=uncovered", who: "compliance" },
  { address: "/registers/incidents?q=zzzzqqq", who: "compliance" },
  { address: "/registers/vendors/3", who: "compliance" },
  { address: "/registers/incidents/3", who: "compliance" },
  { address: "/runbook-runs", who: "engineer" },
  { address: "/suppressions", who: "engineer" },
  { address: "/notifications", who: "engineer" },
  { address: "/oncall", who: "on-call" },
  { address: "/suppressions/new", who: "on-call" },
  { address: "/notifications", who: "auditor" },
  { address: "/runbooks/lost-device/edit", who: "compliance" },
  { address: "/runbook-runs?state=sealed", who: "auditor" },
];

/** Every page of somebody who is signed in, with who looks at it. */
export const VISITS: { address: string; who: Who }[] = [
  ...EVERY.map((address) => ({ address, who: "engineer" as const })),
  ...OTHERS,
];

/** Opens an address of `VISITS`; `/findings/…` is the first finding of the list. */
export async function open(page: Page, address: string): Promise<void> {
  const item = ITEMS[address];
  if (!item) {
    await page.goto(address);
    return;
  }
  await page.goto(item.list);
  await page.goto(await firstItem(page, address));
}

/** The address of the first item, on the list that links to it. */
export async function firstItem(page: Page, address: string): Promise<string> {
  const main = page.getByRole("main");
  const row = ITEMS[address]?.row;
  const place = row ? main.locator("tbody tr", { hasText: row }) : main;
  const links = place.locator(`a[href^="${address.replace("…", "")}"]`);
  const href = await links.first().getAttribute("href");
  expect(href, `a link to an item: ${address}`).toBeTruthy();
  return href ?? address;
}

/** Until every island has its listeners; before, a press is the form's. */
export async function awake(page: Page): Promise<void> {
  await expect(page.locator("[data-awake]").first(), "the islands are awake").toBeAttached();
}

/** Lets the page hear, in place of the server, that a round runs and that another has ended. */
export async function tellOfRounds(page: Page): Promise<void> {
  const told = { running: true, done: 12, total: 48, last_finished: 9_999_998, last_finished_at: Date.now() };
  const body = `retry: 3600000\nevent: progress\ndata: ${JSON.stringify(told)}\n\n`;
  await page.route("**/events", (route) => route.fulfill({ contentType: "text/event-stream", body }));
}
