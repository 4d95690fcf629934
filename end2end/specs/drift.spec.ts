import { expect, test } from "../support/test";

test("drift tells what changed, and when", async ({ page, request }) => {
  const answer = await request.get("/api/v1/drift");
  expect(answer.status()).toBe(200);
  await page.goto("/drift");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/drift|change/i);
  await expect(page.getByRole("main").locator("time[datetime]").first()).toBeAttached();
});
