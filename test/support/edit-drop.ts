import type { TestApp } from './test-app.js';
import type { TestUser } from './users.js';

interface Edited {
  title: string;
  version: number;
  items: {
    itemId: string;
    price: { amount: number; currency: string };
    stockTotal: number;
    perUserLimit: number;
  }[];
}

/** Edits an announced drop as an admin's page does: reads it, changes it, and names the version it read. */
export async function editDrop(
  shop: TestApp,
  admin: TestUser,
  eventId: string,
  changes: { title?: string; priceMinor?: number },
): Promise<Edited> {
  const { body } = await shop.http.get(`/api/v1/events/${eventId}`).expect(200);
  const event = body as Edited & { description: string; startsAt: string; endsAt: string };
  const { title, description, startsAt, endsAt } = event;
  const items = event.items.map(({ itemId, price, stockTotal, perUserLimit }) => ({
    itemId,
    price: { ...price, amount: changes.priceMinor ?? price.amount },
    stock: stockTotal,
    perUserLimit,
  }));
  const answer = await shop.http
    .put(`/api/v1/admin/events/${eventId}`)
    .set('authorization', `Bearer ${admin.token}`)
    .set('if-match', `"${event.version}"`)
    .send({ title: changes.title ?? title, description, startsAt, endsAt, items })
    .expect(200);
  return answer.body as Edited;
}
