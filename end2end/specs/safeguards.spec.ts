import { firstItem } from "../support/pages";
import { expect, test } from "../support/test";

test("every safeguard of the API is listed with its section", async ({ page, request }) => {
  const { safeguards } = await (await request.get("/api/v1/scores")).json();
  expect(safeguards.length).toBeGreaterThan(40);
  await page.goto("/safeguards");
  const text = (await page.getByRole("main").innerText()).replace(/\s+/g, "");
  for (const { section } of safeguards) {
    expect(text, section).toContain(section.replace(/\s+/g, ""));
  }
});

test("what no machine can judge says so and is never green", async ({ page }) => {
  await page.goto("/safeguards");
  const said = page.getByRole("main").getByText(/not evaluated/i).filter({ visible: true });
  await expect(said.first()).toBeVisible();
  await expect(page.getByRole("main").getByText(/attestation/i).first()).toBeAttached();
});

test("a safeguard leads to its controls and to its findings", async ({ page }) => {
  await page.goto("/safeguards");
  const main = page.getByRole("main");
  // 164.312 are the technical safeguards: the ones that machines judge.
  const link = main.locator('a[href^="/safeguards/164.312"]').first();
  await link.click();
  await expect(page).toHaveURL(/\/safeguards\/164\.312/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(main.getByText(/required|addressable|standard/i).filter({ visible: true }).first()).toBeVisible();
  const control = main.locator('a[href^="/controls/"]').filter({ visible: true }).first();
  await control.click();
  await expect(page).toHaveURL(/\/controls\/.+/);
});

test("an unknown section is not found", async ({ page, request }) => {
  expect((await request.get("/safeguards/164.999")).status()).toBe(404);
  await page.goto("/safeguards");
  expect(await firstItem(page, "/safeguards/…")).toMatch(/164\.3/);
});
