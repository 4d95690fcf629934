// The test function of every spec: the product's address, and a watch over what the browser says.
import { type Page, test as base, expect } from "@playwright/test";

import { enter, held } from "./product";
import { type Role, type Who, session } from "./roles";

interface Options {
  /** Who is signed in, as a role of the demonstration. */
  who: Who;
  /** Console messages and failed addresses that this spec provokes on purpose. */
  expected: RegExp[];
}

/** The cookie of somebody who is signed in, as the browser holds it. */
export function cookie(value: string) {
  return {
    name: "__Host-wardround",
    value,
    domain: "127.0.0.1",
    path: "/",
    expires: -1,
    httpOnly: true,
    secure: true,
    sameSite: "Strict" as const,
  };
}

/** A session of its own, for specs that confirm or sign out: both end the one they came with. */
export function own(role: Role) {
  return async ({}, use: (state: { cookies: ReturnType<typeof cookie>[]; origins: never[] }) => Promise<void>) => {
    await use({ cookies: [cookie(await enter(process.env.WARDROUND_URL ?? "", role))], origins: [] });
  };
}

interface Fixtures {
  /** Everything that went wrong on the page so far; must be empty when the spec ends. */
  problems: string[];
}

export const test = base.extend<Options & Fixtures>({
  who: ["engineer", { option: true }],
  expected: [[], { option: true }],

  baseURL: async ({}, use) => {
    await use(process.env.WARDROUND_URL);
  },

  storageState: async ({ who }, use) => {
    const cookies = who === "nobody" ? [] : [cookie(await session(who))];
    await use({ cookies, origins: [] });
  },

  // Playwright's own client sends no secure cookie over plain HTTP; a browser does on this machine.
  request: async ({ playwright, baseURL, who }, use) => {
    const extraHTTPHeaders = who === "nobody" ? {} : held(await session(who));
    const client = await playwright.request.newContext({ baseURL, extraHTTPHeaders });
    await use(client);
    await client.dispose();
  },

  problems: [
    async ({ page, expected, baseURL }, use) => {
      const problems: string[] = [];
      watch(page, problems, new URL(baseURL ?? "").host);
      await use(problems);
      const unexpected = problems.filter((line) => !expected.some((known) => known.test(line)));
      expect(unexpected, "what the browser complained about").toEqual([]);
    },
    { auto: true },
  ],
});

/** Console errors carry content-security-policy violations too. */
function watch(page: Page, problems: string[], ours: string): void {
  page.on("console", (message) => {
    const text = message.text();
    const told = ["error", "warning"].includes(message.type());
    if (told || /content security policy|violates/i.test(text)) {
      problems.push(`console: ${text} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.host !== ours) {
      problems.push(`asked another host: ${request.url()}`);
    }
  });
}

export { expect };
