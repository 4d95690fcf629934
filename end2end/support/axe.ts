// Accessibility, contrast included. Nothing of any weight is let through.
import AxeBuilder from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function accessible(page: Page): Promise<void> {
  const result = await new AxeBuilder({ page }).withTags(RULES).analyze();
  const found = result.violations.map((violation) => {
    const where = violation.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`);
    return `${violation.impact} ${violation.id}: ${violation.help}\n    ${where.join("\n    ")}`;
  });
  expect(found, "what axe found").toEqual([]);
}
