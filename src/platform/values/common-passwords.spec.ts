import { isCommonPassword } from './common-passwords.js';

describe('common passwords', () => {
  it.each([
    'password',
    'PassWord1',
    '12345678',
    '123456789012',
    'abcdefghij',
    '87654321',
    'aaaaaaaaaaaa',
    'abababababab',
    'abcabcabcabca',
    'iloveyou1',
    'passwordpassword',
    'qwertyuiop',
  ])('include %s', (password) => expect(isCommonPassword(password)).toBe(true));

  it.each(['correct horse battery', 'seldom-told-2026', 'another horse', 'vQ2mZ8xC5n1T', '安娜的長密碼'])(
    'do not include %j',
    (password) => expect(isCommonPassword(password)).toBe(false),
  );
});
