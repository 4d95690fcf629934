import { expect, test } from "../support/test";

test("each source has a state per account and region", async ({ page }) => {
  await page.goto("/collection");
  const main = page.getByRole("main");
  for (const source of [/security hub/i, /config/i, /guardduty/i, /backup/i]) {
    await expect(main.getByText(source).first()).toBeVisible();
  }
  await expect(main.getByRole("table").first()).toBeVisible();
  expect(await main.locator("tbody tr").count()).toBeGreaterThan(3);
  await expect(main.locator("time[datetime]").first()).toBeAttached();
});

test("the API reports the same matrix", async ({ request }) => {
  const answer = await request.get("/api/v1/collection");
  expect(answer.status()).toBe(200);
});

test("health is told in the usual places", async ({ request }) => {
  for (const address of ["/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"]) {
    expect((await request.get(address)).status(), address).toBe(200);
  }
  expect(await (await request.get("/metrics")).text()).toContain("# TYPE");
});
