import { spawnSync } from 'node:child_process';

/** The source itself is checked as a step of its own; this proves that the check can fail. */
describe('npm run check:sql', () => {
  it('finds each kind of mistake, and no other (negative control)', () => {
    const { stdout, status } = spawnSync(
      'node',
      ['scripts/check-sql/main.ts', 'test/fixtures/check-sql/tsconfig.json'],
      { encoding: 'utf8' },
    );
    const findings = stdout
      .split('\n')
      .filter((line) => line.startsWith('test/fixtures'))
      .map((line) => line.replace(/^\S+\s+/, ''));
    expect(findings).toEqual([
      expect.stringContaining('column "nmae" does not exist'),
      'the row type has "title", and the statement returns no such column',
      '"quantity" is int4, which comes as number, and is declared string',
      '"confirmed_at" may be NULL, and is declared without null',
      '2 parameters, and 1 values for them',
      '$1 is int4, and is given string',
    ]);
    expect(status).toBe(1);
  });
});
