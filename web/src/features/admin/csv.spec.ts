import { expect, it } from 'vitest';
import { toCsv } from './csv';

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('takes the formula out of %j', (text) => {
  expect(toCsv([[text]])).toMatch(/^"?'/);
});

it('quotes what would break a row, and leaves numbers numbers', () => {
  expect(toCsv([['a,b', 'say "hi"', 'two\nlines', -5, null]])).toBe(
    '"a,b","say ""hi""","two\nlines",-5,\r\n',
  );
});
