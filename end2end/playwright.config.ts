import { defineConfig } from "@playwright/test";

import { chromium, flags } from "./support/chromium.mjs";

// A round changes what pages show, an attack what the queue holds, and there is one of each for all:
// the specs that start one run after the others, one at a time.
const ROUNDS = /(validate|attack)\.(hydrate\.)?spec\.ts$/;

const HYDRATE = /\.hydrate\.spec\.ts$/;

// Every page is read and operated without scripts first: that is the product's promise. What only
// a browser with scripts can show is in `*.hydrate.spec.ts`.
//
// The time limits are for two cores that two browsers share with a server built without
// optimisation. Nothing waits for a time that has to be right: they end what hangs.
export default defineConfig({
  testDir: "specs",
  globalSetup: "./support/setup.ts",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    browserName: "chromium",
    launchOptions: { executablePath: chromium(), args: flags },
    screenshot: "only-on-failure",
    locale: "en-US",
  },
  projects: [
    { name: "scripts-off", testIgnore: [HYDRATE, ROUNDS], use: { javaScriptEnabled: false } },
    { name: "scripts-on", testIgnore: ROUNDS },
    {
      name: "rounds-scripts-off",
      testMatch: ROUNDS,
      testIgnore: HYDRATE,
      use: { javaScriptEnabled: false },
      dependencies: ["scripts-off", "scripts-on"],
      workers: 1,
    },
    {
      name: "rounds-scripts-on",
      testMatch: ROUNDS,
      dependencies: ["rounds-scripts-off"],
      workers: 1,
    },
  ],
});
