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

test("what matters is on one screen", async ({ page }) => {
  const words = [/coverage/i, /goal/i, /encrypt/i, /audit|log/i, /backup/i, /finding/i, /administrative/i, /technical/i];
  for (const word of words) {
    const first = page.getByRole("main").getByText(word).filter({ visible: true }).first();
    await expect(first).toBeInViewport();
  }
});

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

test("every large number is a link", async ({ page }) => {
  const bare = await page.getByRole("main").evaluate((main) => {
    const large = [...main.querySelectorAll<HTMLElement>("*")].filter((element) => {
      const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      const text = own.map((node) => node.textContent?.trim() ?? "").join("");
      return /^\d/.test(text) && Number.parseFloat(getComputedStyle(element).fontSize) >= 20;
    });
    return large.filter((element) => !element.closest("a")).map((element) => element.outerHTML.slice(0, 200));
  });
  expect(bare).toEqual([]);
});

test("no link on the overview is broken", async ({ page, request }) => {
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
