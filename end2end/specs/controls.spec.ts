import { open } from "../support/pages";
import { expect, test } from "../support/test";

test("controls are listed and each opens", async ({ page }) => {
  await page.goto("/controls");
  const links = page.getByRole("main").locator('a[href^="/controls/"]');
  expect(await links.count()).toBeGreaterThan(20);
  await open(page, "/controls/…");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("a control tells why it matters, how to fix it, and which safeguard it serves", async ({ page }) => {
  await open(page, "/controls/…");
  const main = page.getByRole("main");
  await expect(main.getByText(/why/i).first()).toBeAttached();
  await expect(main.getByText(/fix|remed|what to do/i).first()).toBeAttached();
  await expect(main.locator('a[href^="/safeguards/"]').first()).toBeAttached();
});

test("the API lists the same controls", async ({ request }) => {
  const { items } = await (await request.get("/api/v1/controls")).json();
  expect(items.length).toBeGreaterThan(100);
  const one = await request.get(`/api/v1/controls/${encodeURIComponent(items[0].control.id)}`);
  expect(one.status()).toBe(200);
});

test("an unknown control is not found", async ({ request }) => {
  expect((await request.get("/controls/no-such-control")).status()).toBe(404);
  const problem = await request.get("/api/v1/controls/no-such-control");
  expect(problem.status()).toBe(404);
  expect(problem.headers()["content-type"]).toContain("application/problem+json");
});
