// An attack on the simulated organisation, and the incident that it becomes.
import { type APIRequestContext, type Page, expect } from "@playwright/test";

export interface Incident {
  id: number;
  alerts: number;
  family: string;
  state: string;
}

/** Attacks, and answers with the one incident that all three alerts of it became. */
export async function attack(page: Page, request: APIRequestContext): Promise<Incident> {
  const before = (await incidents(request)).map((it) => it.id);
  await page.goto("/oncall");
  await page.getByRole("button", { name: "Simulate an attack" }).click();
  let fresh: Incident[] = [];
  await expect(async () => {
    fresh = (await incidents(request)).filter((it) => !before.includes(it.id));
    expect(fresh.map((it) => it.alerts), "one incident of three alerts").toEqual([3]);
  }).toPass({ timeout: 15_000 });
  return fresh[0] as Incident;
}

/** Every incident about credentials, over or not. */
async function incidents(request: APIRequestContext): Promise<Incident[]> {
  const found: Incident[] = [];
  for (const lane of ["page", "ticket", "digest", "over"]) {
    const answer = await request.get(`/api/v1/incidents?lane=${lane}&limit=200`);
    found.push(...((await answer.json()) as { items: Incident[] }).items);
  }
  return found.filter((it) => it.family === "credentials");
}

/** How often each contact was told, by the reason. */
export async function told(request: APIRequestContext, incident: number): Promise<string[]> {
  const answer = await request.get(`/api/v1/notifications?incident=${incident}&limit=200`);
  const { items } = (await answer.json()) as { items: { reason: string; contact: string; event: string }[] };
  return items.map((it) => `${it.reason}: ${it.contact}`);
}
