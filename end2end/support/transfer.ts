// Bytes over the wire, as the browser's network stack counted them.
import type { Page } from "@playwright/test";

export interface Transfer {
  url: string;
  type: string;
  bytes: number;
}

/** Starts counting; call the answer when the page has settled. */
export async function countTransfers(page: Page): Promise<() => Transfer[]> {
  const session = await page.context().newCDPSession(page);
  const open = new Map<string, Transfer>();
  await session.send("Network.enable");
  session.on("Network.responseReceived", ({ requestId, response, type }) => {
    open.set(requestId, { url: response.url, type, bytes: 0 });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const transfer = open.get(requestId);
    if (transfer) transfer.bytes = encodedDataLength;
  });
  return () => [...open.values()];
}
