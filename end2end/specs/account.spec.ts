import { expect, own, test } from "../support/test";

test.use({ storageState: own("engineer") });

test("a token is shown once, works, and is taken back", async ({ page, baseURL }) => {
  const make = async () => {
    await page.goto("/account");
    await page.locator('form[action="/account/tokens"] input[name="name"]').fill("pipeline");
    await page.locator('form[action="/account/tokens"] input[value="read-scores"]').check();
    await page.locator('form[action="/account/tokens"] button').click();
  };
  await make();
  if (/\/confirm/.test(page.url())) {
    await page.getByRole("button", { name: "Confirm" }).click();
    await make();
  }
  const token = await page.getByRole("main").getByText(/^wr_[a-z2-7]{58}$/).innerText();
  const ask = () => fetch(`${baseURL}/api/v1/scores`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(200);
  await page.goto("/account");
  await expect(page.getByText(token)).toHaveCount(0);
  await page.locator('form[action="/account/tokens/revoke"] button').last().click();
  await expect(page).toHaveURL(/\/account/);
});
