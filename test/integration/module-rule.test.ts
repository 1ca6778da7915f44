import { spawnSync } from 'node:child_process';

interface CruiseResult {
  summary: { violations: { rule: { name: string } }[]; totalCruised: number };
}

function cruise(root: string): CruiseResult['summary'] {
  const { stdout } = spawnSync(
    'node',
    ['node_modules/.bin/depcruise', root, '--config', '.dependency-cruiser.cjs', '--output-type', 'json'],
    { encoding: 'utf8', env: { ...process.env, MODULE_RULE_ROOT: root }, maxBuffer: 64 * 1024 * 1024 },
  );
  return (JSON.parse(stdout) as CruiseResult).summary;
}

describe('the module rule', () => {
  it('holds in src', () => {
    const { violations, totalCruised } = cruise('src');
    expect(violations).toEqual([]);
    expect(totalCruised).toBeGreaterThan(50);
  });

  it('fails on a tree that breaks it (negative control)', () => {
    const broken = new Set(cruise('test/fixtures/module-rule').violations.map(({ rule }) => rule.name));
    expect([...broken]).toEqual(
      expect.arrayContaining([
        'events-one-way-down',
        'purchase-through-its-index',
        'services-without-orm',
        'no-cycles',
        'platform-knows-no-trade',
        'config-one-way-down',
        'http-through-its-index',
        'entities-stay-home',
      ]),
    );
  });
});
