import { BootError } from '../config/boot-error.js';
import { assertNewEnough } from './open-database.js';

describe('the version of PostgreSQL', () => {
  it.each(['18.4', '18beta1', '19.0 (Debian 19.0-1)'])('may be %s', (version) => {
    expect(() => assertNewEnough(version, 'db/shop')).not.toThrow();
  });

  it('may not be older, and the refusal says what would do', () => {
    expect(() => assertNewEnough('17.9', 'db/shop')).toThrow(BootError);
    expect(() => assertNewEnough('17.9', 'db/shop')).toThrow(/db\/shop is version 17\.9; .* 18 or newer/);
  });
});
