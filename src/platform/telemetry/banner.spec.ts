import { banner, browserUrl } from './banner.js';

describe('the banner', () => {
  it('says in a few short lines what there is and how to stop', () => {
    const text = banner({
      url: 'http://localhost:3000',
      stores: ['embedded PostgreSQL', 'MongoDB'],
      logins: [
        { role: 'admin', email: 'admin@swiftdrop.example', password: 'one' },
        { role: 'customer', email: 'ada@swiftdrop.example', password: 'two' },
      ],
      dataDir: '/tmp/data',
    });
    expect(text.split('\n').length).toBeLessThan(15);
    for (const part of ['http://localhost:3000/docs', 'embedded PostgreSQL, MongoDB', '/tmp/data', 'Ctrl-C'])
      expect(text).toContain(part);
    expect(text).toMatch(/Demo logins +admin@swiftdrop\.example +one +\(admin\)\n +ada@/);
  });

  it('leads to the shop where another server has it, and to the reference here', () => {
    const facts = { url: 'http://localhost:3000', shopUrl: 'http://localhost:5173', stores: [], logins: [] };
    expect(banner(facts)).toMatch(
      /Shop +http:\/\/localhost:5173\n +API reference +http:\/\/localhost:3000\/docs/,
    );
  });

  it.each([
    ['127.0.0.1', 'http://localhost:1'],
    ['0.0.0.0', 'http://localhost:1'],
    ['::', 'http://localhost:1'],
    ['192.0.2.7', 'http://192.0.2.7:1'],
    ['2001:db8::7', 'http://[2001:db8::7]:1'],
    ['shop.local', 'http://shop.local:1'],
  ])('leads from HOST %s to %s', (host, url) => expect(browserUrl(host, 1)).toBe(url));
});
