import { parseIdempotencyKey } from './idempotency-key.js';

describe('parseIdempotencyKey', () => {
  it.each([undefined, '!', '~', 'a'.repeat(200), '7c9e6679-7425-40de-944b-e07fc1f90ae7'])('takes %j', (key) =>
    expect(parseIdempotencyKey(key)).toBe(key),
  );

  it.each([[''], [' '], ['a b'], ['a\tb'], ['a\u0000'], ['é'], ['a'.repeat(201)], [['a', 'b']]])(
    'refuses %j',
    (key) => expect(() => parseIdempotencyKey(key)).toThrow('Idempotency-Key'),
  );
});
