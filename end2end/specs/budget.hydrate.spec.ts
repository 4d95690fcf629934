import { expect, test } from "../support/test";
import { countTransfers } from "../support/transfer";

const LIMIT = 150_000;

for (const address of ["/", "/findings"]) {
  test(`the first load of ${address} keeps within ${LIMIT} bytes`, async ({ page }) => {
    const transfers = await countTransfers(page);
    await page.goto(address);
    await expect.poll(() => transfers().some((one) => one.url.includes(".wasm") && one.bytes > 0)).toBe(true);
    const all = transfers().filter((one) => one.type !== "EventSource");
    const total = all.reduce((sum, one) => sum + one.bytes, 0);
    const table = all.map((one) => `${one.bytes} ${new URL(one.url).pathname}`).join("\n");
    test.info().annotations.push({ type: "bytes", description: `${total}\n${table}` });
    expect(total, table).toBeLessThanOrEqual(LIMIT);
  });
}
