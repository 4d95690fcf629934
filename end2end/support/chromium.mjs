// Finds a Chromium: CHROMIUM, Debian's, or undefined for the one that Playwright downloaded.
import { existsSync } from "node:fs";

/** @returns {string | undefined} */
export function chromium() {
  const named = process.env.CHROMIUM;
  if (named) return named;
  return existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : undefined;
}

// The browser meets one loopback server and nothing else: it neither updates nor reports.
export const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
