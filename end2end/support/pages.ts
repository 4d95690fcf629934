// Every page of the product by its address; those of one item are found by following a link.
import { type Page, expect } from "@playwright/test";

export const LISTS = ["/", "/safeguards", "/controls", "/findings", "/drift", "/collection"];

export const ITEMS = ["/safeguards", "/controls", "/findings"];

export const EVERY = [...LISTS, ...ITEMS.map((list) => `${list}/…`)];

/** Opens an address of `EVERY`; `/findings/…` is the first finding of the list. */
export async function open(page: Page, address: string): Promise<void> {
  if (!address.endsWith("/…")) {
    await page.goto(address);
    return;
  }
  const list = address.slice(0, -2);
  await page.goto(list);
  const href = await firstItem(page, list);
  await page.goto(href);
}

/** The address of the first item that a list links to. */
export async function firstItem(page: Page, list: string): Promise<string> {
  const links = page.getByRole("main").locator(`a[href^="${list}/"]`);
  const href = await links.first().getAttribute("href");
  expect(href, `a link from ${list} to one of its items`).toBeTruthy();
  return href ?? list;
}
