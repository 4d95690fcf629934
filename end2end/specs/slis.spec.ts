import { expect, own, test } from "../support/test";

test("ten indicators, each with a state that says why", async ({ page, request }) => {
  const answer = await request.get("/api/v1/slis");
  expect(answer.status()).toBe(200);
  const { items } = (await answer.json()) as { items: { id: string; reading: { state: string; why: string } }[] };
  expect(items).toHaveLength(10);
  for (const item of items) expect(item.reading.why, item.id).not.toBe("");
  await page.goto("/slis");
  const rows = page.getByRole("main").locator("tbody tr");
  await expect(rows).toHaveCount(10);
  await rows.first().getByRole("link").click();
  await expect(page).toHaveURL(/\/slis\/authentication-success$/);
  await page.getByText("Explain").click();
  await expect(page.getByText("Good events divided by all")).toBeVisible();
});

test("the overview has a tile for each, and it leads there", async ({ page }) => {
  await page.goto("/");
  const tiles = page.locator(".level");
  await expect(tiles).toHaveCount(10);
  await tiles.nth(1).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("M2 Audit-log completeness");
});

test.describe("who may decide", () => {
  test.use({ storageState: own("compliance") });

  test("a violation is closed with a reason, and stays to be read", async ({ page }) => {
    await page.goto("/slis/retention-compliance");
    const open = page.locator(".violation", { hasText: "Lasts" }).first();
    await expect(open).toBeVisible();
    await open.getByText("Close it").click();
    await open.getByLabel("Decision").selectOption("accepted-risk");
    const reason = `Archived elsewhere until ${Date.now()}.`;
    await open.getByLabel("Reason").fill(reason);
    await open.getByRole("button", { name: "Close the violation" }).click();
    await expect(page.locator(".violation", { hasText: reason })).toContainText("Accepted risk");
  });
});

test("a pipeline is told go or stop, with the reasons", async ({ request }) => {
  const accounts = await request.get("/api/v1/collection");
  const account = JSON.stringify(await accounts.json()).match(/"account":"(\d{12})"/)?.[1];
  const answer = await request.get(`/api/v1/gate?account=${account}`);
  expect(answer.status()).toBe(200);
  const gate = (await answer.json()) as { decision: string; reasons: string[]; left: number; budget: number; spent: number };
  expect(["go", "stop"]).toContain(gate.decision);
  expect(gate.reasons.length).toBeGreaterThan(0);
  expect(gate.left).toBeCloseTo(gate.budget - gate.spent);
});
