import { awake } from "../support/pages";
import { expect, test } from "../support/test";
import { type Transfer, countTransfers } from "../support/transfer";

const LIMIT = 150_000;

for (const address of ["/", "/findings"]) {
  test(`the first load of ${address} keeps within ${LIMIT} bytes`, async ({ page }) => {
    const transfers = await countTransfers(page);
    await page.goto(address);
    await awake(page);
    // The stream never ends; everything else has, soon after the islands are awake.
    const wire = (one: Transfer) => one.type !== "EventSource" && one.url.startsWith("http");
    const all = () => transfers().filter(wire);
    await expect.poll(() => all().every((one) => one.bytes > 0)).toBe(true);
    for (const part of [".js", ".wasm", ".css"]) {
      expect(all().some((one) => one.url.endsWith(part)), part).toBe(true);
    }
    const total = all().reduce((sum, one) => sum + one.bytes, 0);
    const table = all().map((one) => `${one.bytes} ${new URL(one.url).pathname}`).join("\n");
    test.info().annotations.push({ type: "bytes", description: `${total}\n${table}` });
    expect(total, table).toBeLessThanOrEqual(LIMIT);
  });
}
