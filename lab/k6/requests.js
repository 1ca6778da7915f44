/**
 * The requests of the k6 script, as plain functions that Node understands too: a test sends each of them to
 * the real server, so they cannot fall behind the API.
 */

const JSON_BODY = { 'Content-Type': 'application/json' };

function bearer(token) {
  return { Authorization: `Bearer ${token}` };
}

function post(url, token, body) {
  const headers = { ...(token && bearer(token)), ...(body && JSON_BODY) };
  return { method: 'POST', url, body: body ? JSON.stringify(body) : null, headers };
}

function get(url, token) {
  return { method: 'GET', url, body: null, headers: token ? bearer(token) : {} };
}

export function login(baseUrl, email, password) {
  return post(`${baseUrl}/api/v1/auth/login`, undefined, { email, password });
}

/** At most 5,000 buyers per call; they need LAB_ENDPOINTS on. */
export function makeBuyers(baseUrl, adminToken, runId, count, tokenTtlSeconds) {
  return post(`${baseUrl}/api/v1/admin/lab/buyers`, adminToken, { runId, count, tokenTtlSeconds });
}

export function retireBuyers(baseUrl, adminToken, runId) {
  return post(`${baseUrl}/api/v1/admin/lab/buyers/retire`, adminToken, { runId });
}

export function makeItem(baseUrl, adminToken, name) {
  return post(`${baseUrl}/api/v1/admin/items`, adminToken, {
    name,
    description: 'Made by k6; disposable.',
    category: 'lab',
  });
}

export function makeDrop(baseUrl, adminToken, { title, itemId, stock, startsAt, endsAt }) {
  return post(`${baseUrl}/api/v1/admin/events`, adminToken, {
    title,
    description: 'Made by k6; disposable.',
    startsAt,
    endsAt,
    items: [{ itemId, price: { amount: 1900, currency: 'USD' }, stock, perUserLimit: 1 }],
  });
}

export function closeDrop(baseUrl, adminToken, eventId) {
  return post(`${baseUrl}/api/v1/admin/events/${eventId}/close`, adminToken);
}

export function census(baseUrl, adminToken, eventId) {
  return get(`${baseUrl}/api/v1/admin/events/${eventId}/census`, adminToken);
}

export function look(baseUrl, eventId) {
  return get(`${baseUrl}/api/v1/events/${eventId}`);
}

export function purchase(baseUrl, token, eventItemId, idempotencyKey) {
  const request = post(`${baseUrl}/api/v1/purchase/${eventItemId}`, token);
  request.headers['Idempotency-Key'] = idempotencyKey;
  return request;
}

export function confirm(baseUrl, token, orderId) {
  return post(`${baseUrl}/api/v1/purchase/${orderId}/confirm`, token);
}

export function cancel(baseUrl, token, orderId) {
  return post(`${baseUrl}/api/v1/purchase/${orderId}/cancel`, token);
}
