import { readFileSync } from 'node:fs';
import openapiTypeScript, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('is what openapi.json generates; if not, run "npm run api -w web"', async () => {
  const document = readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8');
  const generated = astToString(await openapiTypeScript(JSON.parse(document)));
  const committed = readFileSync(new URL('./schema.d.ts', import.meta.url), 'utf8');
  expect(committed.endsWith(generated)).toBe(true);
});
