// Takes every page in both schemes and at two widths, to be looked at.
//   node shots.mjs http://127.0.0.1:3000 OUT_DIR [PATH…]
// WARDROUND_ROLE says as whom; administrator unless told, nobody to see the door.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { chromium as engine } from "@playwright/test";

import { chromium, flags } from "./support/chromium.mjs";

const [base, out, ...only] = process.argv.slice(2);
if (!base || !out) {
  console.error("usage: node shots.mjs BASE_URL OUT_DIR [PATH…]");
  process.exit(2);
}

const LISTS = ["/", "/safeguards", "/controls", "/findings", "/drift", "/collection", "/audit", "/people", "/system", "/account", "/registers", "/slis", "/debug", "/oncall", "/notifications", "/suppressions", "/suppressions/new", "/runbooks", "/runbook-runs", "/no-such-page"];

/** The lists, one item of each that has items, and a finding filter that matches nothing. */
async function addresses(page) {
  if (only.length > 0) return only;
  const found = [...LISTS, "/findings?q=nothing-matches-this"];
  for (const list of ["/safeguards", "/controls", "/findings"]) {
    await page.goto(new URL(list, base).href);
    const link = page.locator(`main a[href^="${list}/"]`).first();
    const href = await link.getAttribute("href", { timeout: 2_000 }).catch(() => null);
    if (href) found.push(href);
    else console.error(`${list}: no link to an item`);
  }
  return found;
}

function name(address) {
  const plain = decodeURIComponent(address).replace(/[^a-z0-9.]+/gi, "-").replace(/^-|-$/g, "");
  return plain.slice(0, 60) || "overview";
}

const role = process.env.WARDROUND_ROLE ?? "administrator";

/** Enters by the door of the demonstration. */
async function enter(context) {
  if (role === "nobody") return;
  const page = await context.newPage();
  await page.goto(new URL("/sign-in", base).href);
  await page.locator(`button[value="${role}"]`).click();
  await page.waitForLoadState();
  await page.close();
}

await mkdir(out, { recursive: true });
const browser = await engine.launch({ executablePath: chromium(), args: flags });
try {
  const first = await browser.newContext();
  await enter(first);
  const all = await addresses(await first.newPage());
  await first.close();
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1440, 390]) {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: width === 390 ? 844 : 900 },
        reducedMotion: "reduce",
      });
      await enter(context);
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error") console.error(`${page.url()}: ${message.text()}`);
      });
      for (const address of all) {
        await page.goto(new URL(address, base).href, { waitUntil: "load" });
        await page.waitForTimeout(150);
        const stem = join(out, `${name(address)}-${width}-${colorScheme}`);
        if (address === "/") await page.screenshot({ path: `${stem}-fold.png` });
        await page.screenshot({ path: `${stem}.png`, fullPage: true });
        console.log(`${stem}.png`);
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
}
