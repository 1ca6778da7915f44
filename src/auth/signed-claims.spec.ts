import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { signedClaims } from './signed-claims.js';

const key = createSecretKey(randomBytes(48));
const jwt = new JwtService({ secretOrKeyProvider: () => key, signOptions: { algorithm: 'HS256' } });

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (signed: string, digest = 'sha256') =>
  `${signed}.${createHmac(digest, key).update(signed).digest('base64url')}`;

describe('signedClaims', () => {
  it('reads what the issuing library signed', () => {
    const token = jwt.sign({ sub: 'ümlaut', ver: 1, iat: 1, exp: 2 });
    expect(signedClaims(token, key)).toEqual({ sub: 'ümlaut', ver: 1, iat: 1, exp: 2 });
  });

  it('reads what has our header and our signature (negative control of the forgeries below)', () => {
    expect(signedClaims(sign(`${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'x' })}`), key)).toEqual({
      sub: 'x',
    });
  });

  const ours = jwt.sign({ sub: 'x' });
  const [header, payload, signature] = ours.split('.') as [string, string, string];
  it.each([
    ['nothing', ''],
    ['no dots', 'nonsense'],
    ['a header alone', `${header}.`],
    ['no signature', `${header}.${payload}`],
    ['an empty signature', `${header}.${payload}.`],
    ['a shortened signature', ours.slice(0, -1)],
    ['a lengthened signature', `${ours}A`],
    ['a padded signature', `${ours}=`],
    ['other trailing bits', ours.slice(0, -1) + (ours.endsWith('A') ? 'B' : 'A')],
    ['a changed payload', `${header}.${part({ sub: 'y' })}.${signature}`],
    ['a fourth part', `${ours}.${signature}`],
    ['another algorithm', sign(`${part({ alg: 'HS512', typ: 'JWT' })}.${payload}`, 'sha512')],
    ['no algorithm', `${part({ alg: 'none', typ: 'JWT' })}.${payload}.`],
    ['no algorithm, yet our signature', sign(`${part({ alg: 'none', typ: 'JWT' })}.${payload}`)],
    ['another header', sign(`${part({ typ: 'JWT', alg: 'HS256' })}.${payload}`)],
    ['another key', new JwtService({ secret: 'another secret of ours' }).sign({ sub: 'x' })],
  ])('knows no claims of a token with %s', (_, token) => {
    expect(signedClaims(token, key)).toBeUndefined();
  });
});
