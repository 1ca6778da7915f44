import { sleepBefore } from './event-scheduler.js';

describe('the sleep before the next boundary', () => {
  it('ends at the boundary, never before it', () => {
    expect(sleepBefore(1200)).toBe(1200);
    expect(sleepBefore(0.2)).toBe(1);
  });

  it('is at most half a minute, so that no timer overflows', () => {
    expect(sleepBefore(60 * 86_400_000)).toBe(30_000);
    expect(sleepBefore(undefined)).toBe(30_000);
  });

  it('is short but no spin while what is due is in other hands', () => {
    expect(sleepBefore(0)).toBe(25);
    expect(sleepBefore(-86_400_000)).toBe(25);
  });
});
