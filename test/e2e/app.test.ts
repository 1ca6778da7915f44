import { startTestApp, type TestApp } from '../support/test-app.js';

describe('the application', () => {
  let server: TestApp;

  beforeAll(async () => {
    server = await startTestApp();
  });
  afterAll(() => server.close());

  it('answers an unknown address with problem details', async () => {
    const response = await server.http.get('/api/v1/nothing').expect(404);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(response.body).toMatchObject({ code: 'ROUTE_NOT_FOUND', status: 404 });
  });
});
