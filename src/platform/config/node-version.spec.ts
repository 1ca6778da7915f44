import { BootError } from './boot-error.js';
import { assertNodeIsSupported } from './node-version.js';

describe('the version of Node', () => {
  it.each(['20.19.0', '22.22.1', '23.0.0'])('may be %s for trying out, but not in production', (version) => {
    expect(() => assertNodeIsSupported(false, version)).not.toThrow();
    expect(() => assertNodeIsSupported(true, version)).toThrow(BootError);
    expect(() => assertNodeIsSupported(true, version)).toThrow(/Node 24 or newer, and this is .*; use/);
  });

  it.each(['24.0.0', '26.1.0'])('may be %s in production', (version) => {
    expect(() => assertNodeIsSupported(true, version)).not.toThrow();
  });
});
