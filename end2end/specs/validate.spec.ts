import { expect, test } from "../support/test";

// A round is one for all: the schedule or another spec may have one under way, and then the button
// gives way to the link to it.
test("Validate compliance starts a round and ends on what changed and what to fix first", async ({ page, request }) => {
  test.setTimeout(240_000);
  await page.goto("/");
  const button = page.getByRole("button", { name: /validate compliance/i });
  await expect(async () => {
    await page.goto("/");
    await button.click({ timeout: 2_000 });
  }).toPass({ timeout: 100_000, intervals: [1_000] });
  await expect(page).toHaveURL(/\/collection\/runs\/\d+$/);
  const main = page.getByRole("main");
  await expect(async () => {
    await page.goto(page.url());
    await expect(main.getByRole("heading", { name: /what changed/i })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 100_000, intervals: [1_000] });
  await expect(main.getByRole("heading", { name: /fix first/i })).toBeVisible();
  await expect(main.getByText(/how to fix/i).first()).toBeAttached();
  const failing = main.getByRole("region", { name: /fix first/i }).or(main).last();
  const href = await failing.locator('a[href^="/controls/"]').last().getAttribute("href");
  const { control } = await (await request.get(`/api/v1${href?.split("?")[0]}`)).json();
  const text = (await main.innerText()).replace(/\s+/g, " ");
  expect(text, "why the control matters").toContain(control.why.replace(/\s+/g, " ").slice(0, 40));
});
