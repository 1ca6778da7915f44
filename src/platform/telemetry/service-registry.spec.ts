import { ServiceRegistry } from './service-registry.js';

describe('ServiceRegistry', () => {
  const up = { check: () => Promise.resolve() };
  const down = { check: () => Promise.reject(new Error('away')) };

  it.each([
    ['ok', 'all services answer', { postgres: { ...up, isRequired: true }, mail: up }],
    ['degraded', 'one that is not required does not', { postgres: { ...up, isRequired: true }, mail: down }],
    ['down', 'a required one does not', { postgres: { ...down, isRequired: true }, mail: up }],
    ['ok', 'there are none', {}],
  ])('says %s when %s', async (status, _, services) => {
    const registry = new ServiceRegistry();
    for (const [name, service] of Object.entries(services)) registry.register(name, service);
    const report = await registry.report();
    expect(report.status).toBe(status);
    expect(Object.keys(report.services)).toEqual(Object.keys(services));
  });

  it('asks each service once for all who ask together', async () => {
    const registry = new ServiceRegistry();
    let asked = 0;
    registry.register('postgres', { check: async () => ++asked });
    const reports = await Promise.all(Array.from({ length: 100 }, () => registry.report()));
    expect(asked).toBe(1);
    expect(reports[99]).toEqual({
      status: 'ok',
      services: { postgres: { status: 'ok', responseTimeMs: expect.any(Number) } },
    });
  });

  it('takes one that never answers for down', async () => {
    jest.useFakeTimers();
    try {
      const registry = new ServiceRegistry();
      registry.register('mail', { check: () => new Promise(() => undefined) });
      const report = registry.report();
      await jest.advanceTimersByTimeAsync(2_000);
      expect((await report).services).toEqual({ mail: { status: 'down', responseTimeMs: null } });
    } finally {
      jest.useRealTimers();
    }
  });
});
