/**
 * A drop under k6: a crowd of buyers, each an account of its own, at the opening instant.
 *
 *   k6 run -e ADMIN_EMAIL=… -e ADMIN_PASSWORD=… -e BUYERS=2000 -e STOCK=200 lab/k6/drop.js
 *
 * It makes its own drop and buyers and clears them up. Its checks are the sums of the census; the lab itself
 * (`npm run lab`) also compares every single answer.
 */
import { check, fail, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter, Rate } from 'k6/metrics';
import * as requests from './requests.js';

const BASE_URL = __ENV.BASE_URL || 'http://127.0.0.1:3000';
const BUYERS = Number(__ENV.BUYERS || 2000);
const STOCK = Number(__ENV.STOCK || 200);
const VUS = Math.min(BUYERS, Number(__ENV.VUS || 500));
const LEAD_SECONDS = Number(__ENV.LEAD_SECONDS || 5);
const OPEN_SECONDS = 300;
const BUYERS_PER_CALL = 5000;

const orders = new Counter('orders');
const refusals = new Counter('refusals');
const clearAnswers = new Rate('clear_answers');

// A 409 is an answer of the trade, not a failure.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }, 409));

export const options = {
  scenarios: {
    rush: {
      executor: 'per-vu-iterations',
      vus: VUS,
      iterations: Math.ceil(BUYERS / VUS),
      maxDuration: '2m',
    },
  },
  setupTimeout: '2m',
  thresholds: { clear_answers: ['rate==1'], checks: ['rate==1'] },
};

function send(request) {
  return http.request(request.method, request.url, request.body, { headers: request.headers });
}

function sendOrFail(request) {
  const response = send(request);
  if (response.status >= 300) fail(`${request.url} answered ${response.status} ${response.body}`);
  return response.json();
}

export function setup() {
  if (!__ENV.ADMIN_EMAIL || !__ENV.ADMIN_PASSWORD) fail('set ADMIN_EMAIL and ADMIN_PASSWORD with -e');
  const session = sendOrFail(requests.login(BASE_URL, __ENV.ADMIN_EMAIL, __ENV.ADMIN_PASSWORD));
  const adminToken = session.accessToken;
  const runId = `k6${Date.now().toString(36)}`;
  const tokens = [];
  while (tokens.length < BUYERS) {
    const count = Math.min(BUYERS_PER_CALL, BUYERS - tokens.length);
    const made = sendOrFail(requests.makeBuyers(BASE_URL, adminToken, runId, count, 600));
    for (const buyer of made.buyers) tokens.push(buyer.accessToken);
  }
  const item = sendOrFail(requests.makeItem(BASE_URL, adminToken, `k6 item ${runId}`));
  const startsAt = Date.now() + LEAD_SECONDS * 1000;
  const drop = sendOrFail(
    requests.makeDrop(BASE_URL, adminToken, {
      title: `k6 drop ${runId}`,
      itemId: item.id,
      stock: STOCK,
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(startsAt + OPEN_SECONDS * 1000).toISOString(),
    }),
  );
  return { adminToken, runId, tokens, eventId: drop.id, eventItemId: drop.items[0].id, startsAt };
}

export default function buy({ tokens, eventItemId, startsAt, runId }) {
  const waitSeconds = (startsAt - Date.now()) / 1000;
  if (waitSeconds > 0) sleep(waitSeconds);
  const buyer = exec.scenario.iterationInTest;
  if (buyer >= tokens.length) return;
  const response = send(requests.purchase(BASE_URL, tokens[buyer], eventItemId, `${runId}-${buyer}`));
  if (response.status === 201) orders.add(1);
  else if (response.status === 409) refusals.add(1);
  clearAnswers.add(response.status === 201 || response.status === 409);
}

export function teardown({ adminToken, runId, eventId }) {
  const counted = sendOrFail(requests.census(BASE_URL, adminToken, eventId));
  check(counted, {
    'no oversell': ({ items }) => items.every((item) => item.reserved + item.confirmed <= item.stockTotal),
    'stock adds up': ({ items }) =>
      items.every((item) => item.stockTotal === item.stockRemaining + item.reserved + item.confirmed),
    'nobody above the limit': ({ usersAboveLimit }) => usersAboveLimit === 0,
    'one order per key': ({ duplicateKeys }) => duplicateKeys === 0,
  });
  sendOrFail(requests.closeDrop(BASE_URL, adminToken, eventId));
  sendOrFail(requests.retireBuyers(BASE_URL, adminToken, runId));
}
