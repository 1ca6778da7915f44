import { startTestApp } from '../support/test-app.js';

const FIRST = { ADMIN_EMAIL: 'First@Shop.example', ADMIN_PASSWORD: 'a long enough password' };

describe('the first admin', () => {
  it('is made at start where there is none, once, and can log in', async () => {
    const server = await startTestApp(FIRST);
    const again = await startTestApp({ ...FIRST, ADMIN_EMAIL: 'other@shop.example' }, server.database);
    try {
      const { body } = await again.http
        .post('/api/v1/auth/login')
        .send({ email: 'first@shop.example', password: FIRST.ADMIN_PASSWORD })
        .expect(200);
      expect(body.user.role).toBe('admin');
      const { rows } = await server.database.pool.query(`SELECT email FROM users WHERE role = 'admin'`);
      expect(rows).toEqual([{ email: 'first@shop.example' }]);
    } finally {
      await again.close();
      await server.close();
    }
  });
});
