import type { Request } from "@playwright/test";

import { expect, test } from "../support/test";

test("the page learns of a round by itself", async ({ page, request }) => {
  test.setTimeout(420_000);
  const stream = (asked: Request) => asked.headers()["accept"] === "text/event-stream";
  const events = page.waitForRequest(stream, { timeout: 120_000 });
  await page.goto("/");
  await events;
  const news = page.getByRole("banner").getByRole("status");
  await expect(news).toBeAttached();
  const shown = await page.locator("body").getAttribute("data-run");
  const started = await request.post("/api/v1/collection/run");
  expect(started.status()).toBe(202);
  await expect(news.getByRole("link", { name: /new results/i })).toBeVisible({ timeout: 300_000 });
  await news.getByRole("link", { name: /new results/i }).click();
  await expect(page.locator("body")).not.toHaveAttribute("data-run", shown ?? "");
});
