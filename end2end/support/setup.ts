import { start } from "./product";

// One product for all specs. WARDROUND_URL points the specs at one that is already running.
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.WARDROUND_URL) return undefined;
  const product = await start();
  process.env.WARDROUND_URL = product.url;
  return () => product.stop();
}
