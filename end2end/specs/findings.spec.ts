import { open } from "../support/pages";
import { expect, test } from "../support/test";

test("findings are a table with a caption, and a row leads to the finding", async ({ page }) => {
  await page.goto("/findings");
  const table = page.getByRole("main").getByRole("table").first();
  await expect(table).toBeVisible();
  await expect(table.locator("caption")).toHaveCount(1);
  await open(page, "/findings/…");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("main").getByText(/what to do|fix|remed/i).first()).toBeAttached();
});

test("a filter is in the address, shown as a chip, and can be taken off", async ({ page }) => {
  await page.goto("/findings?severity=critical");
  const main = page.getByRole("main");
  const rows = main.locator("tbody tr");
  expect(await rows.count()).toBeGreaterThan(0);
  for (const row of await rows.all()) await expect(row).toContainText(/critical/i);
  const total = async () => Number((await main.getByText(/\d findings?$/).innerText()).replace(/\D/g, ""));
  const filtered = await total();
  expect(filtered).toBeGreaterThan(0);
  const chips = main.getByRole("list", { name: /applied filters/i });
  await chips.getByRole("link", { name: /severity.*critical/i }).click();
  await expect(page).not.toHaveURL(/severity=critical/);
  await expect.poll(total, "findings without the filter").toBeGreaterThan(filtered);
});

test("the filter form works without scripts and keeps what was chosen", async ({ page }) => {
  await page.goto("/findings");
  const form = page.getByRole("main").locator("form").first();
  const search = form.getByRole("searchbox").or(form.getByRole("textbox")).first();
  await search.fill("encrypt");
  await search.press("Enter");
  await expect(page).toHaveURL(/[?&]q=encrypt/);
  await expect(page.getByRole("main").locator("form").first().locator('[name="q"]')).toHaveValue("encrypt");
});

test("pages follow one another and nothing comes twice", async ({ page }) => {
  await page.goto("/findings");
  const main = page.getByRole("main");
  const items = main.locator('tbody a[href^="/findings/"]');
  const read = () => items.evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  const first = new Set(await read());
  expect(first.size).toBeGreaterThan(0);
  await main.getByRole("link", { name: /next|older|more/i }).first().click();
  await expect(page).toHaveURL(/cursor=|after=/);
  await page.waitForLoadState();
  const second = await read();
  expect(second.length).toBeGreaterThan(0);
  expect(second.filter((href) => first.has(href))).toEqual([]);
});

test("a filter that matches nothing says so and offers a way out", async ({ page }) => {
  await page.goto("/findings?q=nothing-has-this-in-its-title-zzz");
  const main = page.getByRole("main");
  await expect(main.getByText(/match|no finding/i).first()).toBeVisible();
  await expect(main.getByRole("link", { name: /clear|all findings|remove|reset/i }).first()).toBeVisible();
});

test("suppressed findings are kept and shown as suppressed", async ({ page, request }) => {
  const answer = await request.get("/api/v1/findings?state=suppressed&limit=1");
  expect(answer.status()).toBe(200);
  expect((await answer.json()).items.length).toBe(1);
  await page.goto("/findings?state=suppressed");
  await expect(page.getByRole("main").locator("tbody").getByText(/suppressed/i).first()).toBeVisible();
});

test("a wrong parameter is answered with its name", async ({ request }) => {
  const answer = await request.get("/api/v1/findings?severity=purple");
  expect(answer.status()).toBe(400);
  expect(answer.headers()["content-type"]).toContain("application/problem+json");
  expect(await answer.text()).toContain("severity");
});
