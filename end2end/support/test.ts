// The test function of every spec: the product's address, and a watch over what the browser says.
import { type Page, test as base, expect } from "@playwright/test";

interface Options {
  /** Console messages and failed addresses that this spec provokes on purpose. */
  expected: RegExp[];
}

interface Fixtures {
  /** Everything that went wrong on the page so far; must be empty when the spec ends. */
  problems: string[];
}

export const test = base.extend<Options & Fixtures>({
  expected: [[], { option: true }],

  baseURL: async ({}, use) => {
    await use(process.env.WARDROUND_URL);
  },

  problems: [
    async ({ page, expected }, use) => {
      const problems: string[] = [];
      watch(page, problems);
      await use(problems);
      const unexpected = problems.filter((line) => !expected.some((known) => known.test(line)));
      expect(unexpected, "what the browser complained about").toEqual([]);
    },
    { auto: true },
  ],
});

/** Console errors carry content-security-policy violations too. */
function watch(page: Page, problems: string[]): void {
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
    const ours = new URL(process.env.WARDROUND_URL ?? "").host;
    if (url.protocol.startsWith("http") && url.host !== ours) {
      problems.push(`asked another host: ${request.url()}`);
    }
  });
}

export { expect };
