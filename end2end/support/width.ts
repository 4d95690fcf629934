// From a phone to a wall: nothing on a page may be wider than the window.
import { type Page, expect } from "@playwright/test";

export async function sideways(page: Page): Promise<void> {
  for (const width of [390, 640, 768, 1024, 1440, 2560]) {
    await page.setViewportSize({ width, height: 900 });
    await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(width);
    const [content, window_] = await page.evaluate(() => {
      const root = document.documentElement;
      return [root.scrollWidth, root.clientWidth] as const;
    });
    expect(content, `the width of the content at ${width} px`).toBeLessThanOrEqual(window_);
  }
}
