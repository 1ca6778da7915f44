import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright-core';

const source = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

interface Result {
  violations: { id: string; impact: string; nodes: { html: string; any: { data: unknown }[] }[] }[];
}

/** Puts axe into the page, as the browser's tools would: the page's policy does not concern it. */
async function load(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
}

/** What axe calls serious or critical on the page as it stands, one line each. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await load(page);
  const { violations } = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as Result;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** Whether the words on one element can be told from what is behind them, in the state in which it is now. */
export async function paleWords(page: Page, element: Locator): Promise<string[]> {
  await load(page);
  const { violations } = (await element.evaluate((node) =>
    (window as unknown as { axe: { run: (...given: unknown[]) => Promise<unknown> } }).axe.run(node, {
      runOnly: ['color-contrast'],
      resultTypes: ['violations'],
    }),
  )) as Result;
  return violations.flatMap(({ nodes }) =>
    nodes.map(
      ({ html, any }) =>
        `${(any[0]?.data as { contrastRatio?: number }).contrastRatio}:1 on ${html.slice(0, 200)}`,
    ),
  );
}
