import type { Page } from "@playwright/test";

import { type Installation, install } from "../support/serve";
import { expect, test as base } from "../support/test";

// Each spec has a product and a provider of its own: refused answers slow the next ones down.
const test = base.extend<{ installed: Installation }>({
  installed: async ({}, use) => {
    const installed = await install();
    await use(installed);
    await installed.stop();
  },
  baseURL: async ({ installed }, use) => {
    await use(installed.url);
  },
});

test.use({ who: "nobody", expected: [/asked another host: http:\/\/localhost:|localhost:\d+\/favicon\.ico|\b(401|403)\b/] });

const MFA = ["pwd", "mfa"];

/** Presses the one button, and shows at the provider who one is. */
async function begin(page: Page, account: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in with Hospital login" }).click();
  await show(page, account);
}

async function show(page: Page, account: string): Promise<void> {
  await page.getByLabel("Account").fill(account);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The page in between goes on by itself where scripts run. */
async function goOn(page: Page, scripts: boolean | undefined): Promise<void> {
  if (!scripts) await page.getByRole("button", { name: "Go on" }).click();
}

async function nobodyIsSignedIn(page: Page): Promise<void> {
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name)).not.toContain("__Host-wardround");
  await page.goto("/findings");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
}

/** Why sign-ins were refused, from the audit log. */
async function refusals(installed: Installation): Promise<string[]> {
  const refused = (await installed.log()).filter((it) => it.action === "sign-in" && it.outcome === "refused");
  return refused.map((it) => JSON.parse(it.facts).why);
}

test("one press leads somebody with a second factor to the page of their role", async ({
  page,
  installed,
  javaScriptEnabled,
}) => {
  installed.provider.accounts.set("night-shift", { groups: ["others", "hospital-engineer"], amr: MFA });
  await begin(page, "night-shift");
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/collection`);
  const banner = page.getByRole("banner");
  await expect(banner.getByRole("link", { name: /night-shift/ })).toContainText("Engineer");
  // Whom the provider still knows is not asked anything.
  await banner.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.getByRole("button", { name: "Sign in with Hospital login" }).click();
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/collection`);
});

test("where one wanted to go is remembered over the provider", async ({ page, installed, javaScriptEnabled }) => {
  installed.provider.accounts.set("lead", { groups: ["hospital-compliance"], amr: MFA });
  await page.goto("/findings?state=open");
  await page.getByRole("button", { name: "Sign in with Hospital login" }).click();
  await show(page, "lead");
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/findings?state=open`);
});

test("without a second factor there, one is set up here", async ({ page, installed, javaScriptEnabled }) => {
  installed.provider.accounts.set("day-shift", { groups: ["hospital-engineer"], amr: ["pwd"] });
  await begin(page, "day-shift");
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(/\/sign-in\/enrol$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Set up a second factor");
  await page.goto("/findings");
  await expect(page, "nothing is shown before").toHaveURL(/\/sign-in\?next=/);
});

test("who is in no group is told so and not let in", async ({ page, installed, javaScriptEnabled }) => {
  installed.provider.accounts.set("visitor", { groups: ["visitors"], amr: MFA });
  await begin(page, "visitor");
  const answer = page.waitForResponse((it) => it.request().method() === "POST" && it.url().endsWith("/back"));
  await goOn(page, javaScriptEnabled);
  expect((await answer).status()).toBe(403);
  await expect(page.getByRole("alert")).toHaveText(/You are in no group that has a role here/);
  await nobodyIsSignedIn(page);
  expect(await refusals(installed)).toEqual(["in no group with a role"]);
});

test("another group there is another role at the next sign-in", async ({ page, installed, javaScriptEnabled }) => {
  const { accounts } = installed.provider;
  accounts.set("mover", { groups: ["hospital-executive"], amr: MFA });
  await begin(page, "mover");
  await goOn(page, javaScriptEnabled);
  await expect(page.getByRole("banner").getByRole("link", { name: /mover/ })).toContainText("Executive");
  accounts.set("mover", { groups: ["hospital-compliance"], amr: MFA });
  await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with Hospital login" }).click();
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/safeguards`);
  await expect(page.getByRole("banner").getByRole("link", { name: /mover/ })).toContainText("Compliance");
  const changes = (await installed.log()).filter((it) => it.action === "change-role");
  expect(changes).toHaveLength(1);
});

test("an administrator confirms through the provider", async ({ page, installed, javaScriptEnabled }) => {
  installed.provider.accounts.set("head", { groups: ["hospital-administrator"], amr: MFA });
  await begin(page, "head");
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/people`);
  const add = async () => {
    await page.getByLabel("Name to sign in with").fill("newcomer");
    await page.getByRole("button", { name: "Add and make a link" }).click();
  };
  await add();
  await expect(page).toHaveURL(/\/confirm\?next=/);
  await page.getByRole("button", { name: "Confirm with Hospital login" }).click();
  // The provider asks again, although it knows who is there.
  await show(page, "head");
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/people`);
  await add();
  await expect(page.getByRole("main").getByText(/\/set-up\?key=/)).toBeVisible();
});

test("somebody else at the provider confirms nothing", async ({ page, installed, javaScriptEnabled }) => {
  const { accounts } = installed.provider;
  accounts.set("head", { groups: ["hospital-administrator"], amr: MFA });
  accounts.set("deputy", { groups: ["hospital-administrator"], amr: MFA });
  await begin(page, "head");
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/people`);
  await page.goto("/confirm?next=/people");
  await page.getByRole("button", { name: "Confirm with Hospital login" }).click();
  await show(page, "deputy");
  // The provider ends the other's session there by a form of its own.
  if (!javaScriptEnabled) await page.getByRole("button", { name: "Continue" }).click();
  await goOn(page, javaScriptEnabled);
  await expect(page.getByRole("alert")).toHaveText(/confirms nothing/);
  expect(await refusals(installed)).toEqual(["not confirmed afresh"]);
});

/** What somebody in between changes in an answer, and what is said of it. */
const TAMPERED = [
  { name: "state", told: /belongs to no sign-in/, logged: "answer without a beginning" },
  { name: "iss", told: /belongs to no sign-in/, logged: "answer without a beginning" },
  { name: "code", told: /did not take the code/, logged: "code refused by the provider" },
];

for (const { name, told, logged } of TAMPERED) {
  test(`an answer with another ${name} is refused`, async ({ page, installed, javaScriptEnabled }) => {
    installed.provider.accounts.set("night-shift", { groups: ["hospital-engineer"], amr: MFA });
    installed.provider.between = (answer) => {
      const value = answer.searchParams.get(name) ?? "";
      answer.searchParams.set(name, `${value.slice(0, -1)}${value.endsWith("x") ? "y" : "x"}`);
      return answer;
    };
    await begin(page, "night-shift");
    await goOn(page, javaScriptEnabled);
    await expect(page.getByRole("alert")).toHaveText(told);
    await nobodyIsSignedIn(page);
    expect(await refusals(installed)).toEqual([logged]);
  });
}

test("an answer counts once", async ({ page, context, installed, javaScriptEnabled }) => {
  installed.provider.accounts.set("night-shift", { groups: ["hospital-engineer"], amr: MFA });
  let answer = "";
  let begun: Awaited<ReturnType<typeof context.cookies>> = [];
  installed.provider.between = (address) => new URL((answer = address.href));
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in with Hospital login" }).click();
  begun = (await context.cookies()).filter(({ name }) => name === "__Host-wardround-provider");
  expect(begun).toHaveLength(1);
  await show(page, "night-shift");
  await goOn(page, javaScriptEnabled);
  await expect(page).toHaveURL(`${installed.url}/collection`);
  await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);

  await page.goto(answer);
  await goOn(page, javaScriptEnabled);
  await expect(page.getByRole("alert")).toHaveText(/belongs to no sign-in/);
  await nobodyIsSignedIn(page);

  // Somebody kept the cookie too.
  await context.addCookies(begun);
  await page.goto(answer);
  await goOn(page, javaScriptEnabled);
  await expect(page.getByRole("alert")).toHaveText(/did not take the code/);
  await nobodyIsSignedIn(page);
  expect(await refusals(installed)).toEqual(["answer without a beginning", "code refused by the provider"]);
});

test("an answer is worth nothing in a browser that did not begin", async ({
  page,
  browser,
  installed,
  javaScriptEnabled,
}) => {
  const { provider } = installed;
  provider.accounts.set("night-shift", { groups: ["hospital-engineer"], amr: MFA });
  let answer = "";
  provider.between = (address) => {
    answer = address.href;
    return new URL("/held", provider.issuer);
  };
  await begin(page, "night-shift");
  await expect(page.getByText("The answer was held up.")).toBeVisible();
  const storageState = { cookies: [], origins: [] };
  const other = await browser.newContext({ baseURL: installed.url, javaScriptEnabled, storageState });
  const elsewhere = await other.newPage();
  await elsewhere.goto(answer);
  await goOn(elsewhere, javaScriptEnabled);
  await expect(elsewhere.getByRole("alert")).toHaveText(/belongs to no sign-in/);
  await nobodyIsSignedIn(elsewhere);
  await other.close();
  await nobodyIsSignedIn(page);
  expect(await refusals(installed)).toEqual(["answer without a beginning"]);
});

test("a refusal at the provider is said and signs nobody in", async ({ page, installed }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Sign in with Hospital login" }).click();
  await page.getByRole("button", { name: "Refuse" }).click();
  await expect(page).toHaveURL(/error=access_denied/);
  await expect(page.getByRole("alert")).toHaveText("The provider did not sign you in.");
  await nobodyIsSignedIn(page);
  expect(await refusals(installed)).toEqual(["refused by the provider"]);
});
