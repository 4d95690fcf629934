import { defineConfig } from "@playwright/test";

import { chromium, flags } from "./support/chromium.mjs";

// Every page is read and operated without scripts first: that is the product's promise. What only
// a browser with scripts can show is in `*.hydrate.spec.ts`.
export default defineConfig({
  testDir: "specs",
  globalSetup: "./support/setup.ts",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: chromium(), args: flags },
    screenshot: "only-on-failure",
    locale: "en-US",
  },
  projects: [
    {
      name: "scripts-off",
      testIgnore: /\.hydrate\.spec\.ts$/,
      use: { javaScriptEnabled: false },
    },
    { name: "scripts-on" },
  ],
});
