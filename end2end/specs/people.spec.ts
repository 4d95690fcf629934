import { expect, own, test } from "../support/test";

test.use({ storageState: own("administrator"), expected: [/\b(400|404)\b/] });

test("somebody is added, gets a link once, and chooses a password by it", async ({ page, browser, baseURL }) => {
  const name = `newcomer-${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;
  const add = async () => {
    await page.goto("/people");
    const form = page.locator('form[action="/people"]');
    await form.getByLabel("Name to sign in with").fill(name);
    await form.locator('select[name="role"]').selectOption("engineer");
    await form.getByRole("button", { name: "Add and make a link" }).click();
  };
  await add();
  await expect(page).toHaveURL(/\/confirm\?next=/);
  await page.getByRole("button", { name: "Confirm" }).click();
  await add();
  const link = await page.getByRole("main").getByText(/\/set-up\?key=/).innerText();
  await page.goto("/people");
  await expect(page.getByText(link)).toHaveCount(0);

  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  const other = await context.newPage();
  await other.goto(link);
  const choose = async (password: string, again: string) => {
    await other.getByLabel("New password").fill(password);
    await other.getByLabel("The same once more").fill(again);
    await other.getByRole("button", { name: "Set the password" }).click();
  };
  await choose("seven quiet lamps by the river", "another one entirely");
  await expect(other.getByRole("alert")).toContainText("not the same");
  await choose("seven quiet lamps by the river", "seven quiet lamps by the river");
  await expect(other).toHaveURL(/\/sign-in\?ready=1/);
  expect((await other.goto(link))?.status()).toBe(404);
  await context.close();
});
