import { expect, test } from "../support/test";

test.use({ who: "on-call", expected: [/favicon\.ico|Transition was skipped/] });

test("the queue says which of three reasons keeps it empty, and filters are in the URL", async ({ page }) => {
  await page.goto("/oncall?lane=digest&class=page-slo");
  await expect(page.locator(".empty")).toContainText(/No incident|match these filters/);
  await page.goto("/oncall");
  await page.locator(".lanes").getByRole("link", { name: /Tickets/ }).click();
  await expect(page).toHaveURL(/lane=ticket/);
});

test.describe("who keeps contacts", () => {
  test.use({ who: "engineer" });
  test("sends a test and sees it arrive", async ({ page }) => {
    await page.goto("/notifications");
    await page.getByRole("button", { name: "Send a test to Security team" }).click();
    await expect(async () => {
      await page.goto("/notifications");
      const row = page.locator(".deliveries tbody tr", { hasText: "test" }).first();
      await expect(row).toContainText("Delivered");
    }).toPass({ timeout: 15_000 });
  });
});

test.describe("who only reads", () => {
  test.use({ who: "executive" });
  test("sees the queue and can do nothing", async ({ page }) => {
    await page.goto("/oncall");
    await expect(page.getByRole("button", { name: /Acknowledge|Resolve|attack/ })).toHaveCount(0);
  });
});
