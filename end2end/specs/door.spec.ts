import { ROLES } from "../support/roles";
import { expect, test } from "../support/test";

test.use({ who: "nobody" });

const LANDINGS: Record<string, string> = {
  executive: "/",
  "on-call": "/oncall",
  engineer: "/collection",
  compliance: "/safeguards",
  administrator: "/people",
  auditor: "/audit",
};

for (const role of ROLES) {
  test(`one click enters as ${role}, on the role's own page, with doors that open`, async ({ page, baseURL }) => {
    await page.goto("/");
    await expect(page).toHaveURL(/\/sign-in$/);
    await page.getByRole("button", { name: new RegExp(`^Enter as ${role}`, "i") }).click();
    await expect(page).toHaveURL(`${baseURL}${LANDINGS[role]}`);
    await expect(page.getByText("Demonstration data")).toBeVisible();
    const links = page.getByRole("navigation", { name: "Main" }).getByRole("link");
    const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(addresses.length).toBeGreaterThanOrEqual(6);
    for (const address of addresses) {
      const answer = await page.goto(address);
      expect(answer?.status(), address).toBe(200);
    }
  });
}

test("where one wanted to go is remembered", async ({ page, baseURL }) => {
  await page.goto("/findings?severity=critical");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByRole("button", { name: /^Enter as engineer/i }).click();
  await expect(page).toHaveURL(`${baseURL}/findings?severity=critical`);
});

test("whoever leaves is at the door, and going back shows nothing", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: /^Enter as executive/i }).click();
  await page.getByRole("banner").getByRole("button", { name: "Change role" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in$/);
});
