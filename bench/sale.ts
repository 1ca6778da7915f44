import { randomBytes } from 'node:crypto';
import type { Api, Buyer, Drop } from '../lab/api.ts';
import { HttpClient } from '../lab/load/http-client.ts';
import { Requests } from '../lab/requests.ts';
import { fire, type Measured, type Measurement } from './measure.ts';

/** Names what a crowd of buyers meets: one hot item, a sold-out one, or stock that is spread over many. */
export type Sale = 'hot' | 'refusals' | 'spread';

/** Requests of one measurement: under a second's worth, as the speed of a shared host changes within seconds. */
export const SALE_REQUESTS: Record<Sale, number> = { hot: 10_000, refusals: 14_000, spread: 10_000 };

export const HOUR_SECONDS = 3_600;
const SPREAD_ITEMS = 50;
/** The sold-out answers go to a crowd that asks again; every other request is a buyer of its own. */
const REFUSED_BUYERS = 5_000;

export interface Seller extends Measured {
  api: Api;
  /** The processes that are asked, in turn. */
  origins: readonly string[];
  /** Where another route than the shop's is measured: changes the bytes of a purchase. */
  rewrite?(request: string): string;
}

/** Measures one sale, on its own drop and for its own buyers, so that nothing is left over from the one before. */
export async function measureSale(
  sale: Sale,
  requests: number,
  connections: number,
  { api, origins, rewrite = (request) => request, ...measured }: Seller,
): Promise<Measurement> {
  const runId = randomBytes(5).toString('hex');
  const buyers = await api.makeBuyers(
    runId,
    sale === 'refusals' ? Math.min(requests, REFUSED_BUYERS) : requests,
    HOUR_SECONDS,
    () => undefined,
  );
  const items = sale === 'spread' ? SPREAD_ITEMS : 1;
  const drop = await openDrop(api, runId, sale === 'refusals' ? 1 : requests + items, items);
  const item = (index: number) => (drop.items[index % items] as Drop['items'][number]).id;
  const buyer = (index: number) => buyers[index % buyers.length] as Buyer;
  const build = new Requests(origins[0] as string);
  if (sale === 'refusals') await takeTheLast(build, origins[0] as string, item(0), api, `${runId}x`);
  const request = (index: number) =>
    rewrite(build.purchase(item(index), buyer(index).accessToken, `${runId}-${index}`));
  const expected = sale === 'refusals' ? 409 : 201;
  return fire({ origins, connections, requests, expected, request }, measured);
}

/** A drop that has been open for a second, with a limit of one each. */
export async function openDrop(api: Api, runId: string, stock: number, items: number): Promise<Drop> {
  return api.makeDrop({
    runId,
    items,
    stock,
    perUserLimit: 1,
    leadMs: -1_000,
    openSeconds: HOUR_SECONDS,
    reservationTtlSeconds: HOUR_SECONDS,
  });
}

async function takeTheLast(
  build: Requests,
  origin: string,
  itemId: string,
  api: Api,
  runId: string,
): Promise<void> {
  const [buyer] = await api.makeBuyers(runId, 1, HOUR_SECONDS, () => undefined);
  const client = new HttpClient({ origins: [origin], connections: 1 });
  await client.send(build.purchase(itemId, (buyer as Buyer).accessToken, 'last'));
  client.close();
}
