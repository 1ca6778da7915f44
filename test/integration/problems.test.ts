import { readFileSync } from 'node:fs';
import '../../src/app.module.js';
import { declaredErrors, kindStatus } from '../../src/platform/errors/index.js';

/** docs/problems.md and the errors that the modules declare must name the same codes. */
describe('docs/problems.md', () => {
  const page = readFileSync('docs/problems.md', 'utf8');
  const entries = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((entry) => [entry.slice(0, entry.indexOf('\n')).trim(), entry.slice(entry.indexOf('\n')).trim()]),
  );

  it('explains every declared code, and no other', () => {
    expect([...entries.keys()].sort()).toEqual([...declaredErrors.keys()].sort());
  });

  it('names each code once', () => {
    expect(page.match(/^### /gm)).toHaveLength(entries.size);
  });

  it.each([...declaredErrors])('tells the status of %s', (code, { kind }) => {
    expect(entries.get(code)).toMatch(new RegExp(`^${kindStatus[kind]}\\. `));
  });
});
