import { expect, test } from "../support/test";

interface Score {
  lo: number;
  hi: number;
  coverage: number;
}

interface Scores {
  goal: number;
  overall: Score;
  categories: { title?: string; name?: string; score: Score }[];
  safeguards: { section: string; title: string; class: string }[];
}

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto("/");
});

test("the leading number is the score that the API reports", async ({ page, request }) => {
  const scores: Scores = await (await request.get("/api/v1/scores")).json();
  expect(scores.overall.coverage).toBeGreaterThan(0);
  expect(scores.overall.lo).toBeLessThanOrEqual(scores.overall.hi);
  const main = page.getByRole("main");
  const shown = percent(scores.overall.lo);
  await expect(main.getByText(shown).first()).toBeVisible();
});

test("six categories are shown, each leading to what is behind it", async ({ page, request }) => {
  const scores: Scores = await (await request.get("/api/v1/scores")).json();
  expect(scores.categories).toHaveLength(6);
  for (const category of scores.categories) {
    const name = category.title ?? category.name ?? "";
    const link = page.getByRole("main").getByRole("link", { name: new RegExp(escape(name), "i") });
    expect(await link.count(), `a link for ${name}`).toBeGreaterThan(0);
  }
});

test("the score and its trend are on one screen", async ({ page }) => {
  const main = page.getByRole("main");
  for (const seen of [
    main.getByRole("heading", { level: 1 }),
    main.getByRole("link", { name: /verified$/i }),
    main.getByText(/^coverage$/i).first(),
    main.getByText(/^goal$/i).first(),
    main.getByRole("heading", { name: /last 90 days/i }),
    main.locator("svg").filter({ has: page.locator("title", { hasText: /^overall score/i }) }),
  ]) {
    await expect(seen, `${seen}`).toBeInViewport({ ratio: 1 });
  }
});

test("six categories with their scores are on one screen", async ({ page }) => {
  const cells = page.getByRole("region", { name: "Categories" }).getByRole("list").first().getByRole("listitem");
  await expect(cells).toHaveCount(6);
  for (const cell of await cells.all()) {
    await expect(cell.getByRole("heading")).toBeInViewport({ ratio: 1 });
    await expect(cell.getByRole("link", { name: /^\d/ }).first()).toBeInViewport({ ratio: 1 });
  }
});

for (const block of [
  /safeguards by class/i,
  /encryption by service/i,
  /audit logging/i,
  /backup/i,
  /sources/i,
  /open high-risk findings/i,
]) {
  test(`${block.source} is on one screen, with its first row`, async ({ page }) => {
    const region = page.getByRole("region", { name: block });
    await expect(region.getByRole("heading").first()).toBeInViewport({ ratio: 1 });
    const rows = region.locator("tbody tr").filter({ visible: true });
    await expect(rows.first()).toBeInViewport({ ratio: 1 });
  });
}

test("every number that a person may doubt is a link to the list behind it", async ({ page }) => {
  const hrefs = await page
    .getByRole("main")
    .getByRole("link")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  for (const target of ["/safeguards", "/findings", "/collection"]) {
    expect(hrefs.some((href) => href.startsWith(target)), `a link to ${target}`).toBe(true);
  }
  expect(hrefs.some((href) => /^\/findings\?/.test(href)), "a link to a filtered list").toBe(true);
});

test("no link on the overview is broken", async ({ page, request }) => {
  test.slow();
  const hrefs = await page
    .locator("a[href^='/']")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
  for (const href of new Set(hrefs)) {
    const answer = await request.get(href);
    expect(answer.status(), href).toBe(200);
  }
});

test("the score explains itself", async ({ page }) => {
  const explain = page.getByRole("main").locator("summary", { hasText: /explain|how/i }).first();
  await explain.click();
  const disclosure = page.locator("details[open]").first();
  await expect(disclosure).toBeVisible();
  await expect(disclosure).toContainText(/\d/);
  await expect(disclosure).toContainText(/÷|\/|=|of/);
});

test("a chart has a title, a description and its data as a table", async ({ page }) => {
  const chart = page.locator("svg:has(> title):has(> desc)").first();
  await expect(chart).toBeAttached();
  expect(await chart.locator("> title").textContent()).toBeTruthy();
  expect(await chart.locator("> desc").textContent()).toBeTruthy();
  await expect(page.locator("details table").first()).toBeAttached();
});

test("the freshness of every source is told with its exact time", async ({ page }) => {
  for (const source of [/security hub/i, /config/i, /guardduty/i, /backup/i]) {
    await expect(page.getByText(source).first()).toBeAttached();
  }
  const times = page.locator("time[datetime]");
  expect(await times.count()).toBeGreaterThan(0);
  expect(await times.first().getAttribute("datetime")).toMatch(/^\d{4}-\d\d-\d\d/);
});

function percent(share: number): RegExp {
  const value = share <= 1 ? share * 100 : share;
  return new RegExp(`(^|\\D)${Math.floor(value)}(\\D|$)`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
