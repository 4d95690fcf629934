import { expect, test } from "../support/test";

test.use({ expected: [/404.*\/no-such-page/] });

test("a page that does not exist is answered with 404 and a way back", async ({ page }) => {
  const answer = await page.goto("/no-such-page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: /overview|home|wardround/i }).first()).toBeVisible();
});
