import type { Page } from "@playwright/test";

import { awake } from "../support/pages";
import { expect, test } from "../support/test";

/** Lets the page hear how long its session lasts. */
async function tell(page: Page, left_ms: number): Promise<() => number> {
  let kept = 0;
  await page.route("**/session", (route) => route.fulfill({ json: { left_ms, warn_ms: 60_000, extends: true } }));
  await page.route("**/session/keep", (route) => {
    kept += 1;
    return route.fulfill({ json: { left_ms: 900_000, warn_ms: 60_000, extends: true } });
  });
  return () => kept;
}

test("a minute before the end there is a warning, and what was typed stays", async ({ page }) => {
  const kept = await tell(page, 30_000);
  await page.goto("/findings");
  await awake(page);
  await page.getByRole("searchbox").first().fill("a word that is being typed");
  const stay = page.getByRole("button", { name: "Stay signed in" });
  await expect(stay).toBeVisible();
  await stay.click();
  await expect(stay).toBeHidden();
  expect(kept()).toBe(1);
  await expect(page.getByRole("searchbox").first()).toHaveValue("a word that is being typed");
});

test("when it is over the page says so and keeps what was typed", async ({ page }) => {
  await tell(page, 0);
  await page.goto("/findings");
  await awake(page);
  await page.getByRole("searchbox").first().fill("half a thought");
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await expect(page.getByRole("link", { name: /sign in in a new tab/ })).toBeVisible();
  await expect(page.getByRole("searchbox").first()).toHaveValue("half a thought");
});
