import { Injectable } from '@nestjs/common';
import { UserAdministration } from '../auth/index.js';
import { CatalogService } from '../catalog/index.js';
import { newId } from '../platform/values/index.js';
import { Settings } from '../platform/config/index.js';
import { Database, type Transaction } from '../platform/database/index.js';
import { EventsService } from '../events/index.js';
import { demoImageUrl, demoItems } from './demo-catalog.js';
import { DemoDiscussion } from './demo-discussion.service.js';
import { DEMO_CURRENCY, demoPast, demoRound, type DemoDrop } from './demo-drops.js';
import { demoLogins } from './demo-logins.js';
import { SeedRepository } from './seed.repository.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Ids by email and by slug. */
type Ids = ReadonlyMap<string, string>;

/** The demo. It may be seeded at each start, and by several instances at once. */
@Injectable()
export class DemoSeed {
  constructor(
    private readonly settings: Settings,
    private readonly database: Database,
    private readonly users: UserAdministration,
    private readonly catalog: CatalogService,
    private readonly events: EventsService,
    private readonly discussion: DemoDiscussion,
    private readonly repository: SeedRepository,
  ) {}

  /**
   * Seeds the demo, if the settings ask for it: call it when the modules have started, before listening.
   *
   * What is there stays as it is; what is missing is added. Drops are added when there is nothing to buy
   * now or within the hour, so that a demo that is started again after days has something to buy as well.
   */
  async seed(): Promise<void> {
    if (!this.settings.seedsDemo) return;
    const passwordHashes = await this.hashMissingPasswords();
    const past = await this.database.transaction(async (transaction) => {
      await this.repository.lockSeeding(transaction);
      const users = await this.seedUsers(transaction, passwordHashes);
      const items = await this.seedCatalog(transaction);
      const count = await this.repository.countEvents(transaction);
      const pastId =
        count === 0
          ? await this.seedPast(transaction, users, items)
          : await this.repository.pastEventId(transaction, demoPast.title);
      if (!(await this.repository.somethingToBuy(transaction)))
        await this.seedRound(transaction, items, count);
      return pastId && { eventId: pastId, users, items };
    });
    if (past) await this.discussion.seed(past);
  }

  /** By email, of the logins that do not exist yet. */
  private async hashMissingPasswords(): Promise<ReadonlyMap<string, string>> {
    const existing = await this.database.transaction((transaction) => this.findUsers(transaction));
    const missing = demoLogins.filter(({ email }) => !existing.has(email));
    return new Map(
      await Promise.all(
        missing.map(async ({ email, password }) => [email, await this.users.hashPassword(password)] as const),
      ),
    );
  }

  private async seedUsers(
    transaction: Transaction,
    passwordHashes: ReadonlyMap<string, string>,
  ): Promise<Ids> {
    const ids = await this.findUsers(transaction);
    for (const { email, displayName, role } of demoLogins) {
      if (ids.has(email)) continue;
      const passwordHash = passwordHashes.get(email) as string;
      ids.set(email, await this.users.createUser(transaction, { email, displayName, role, passwordHash }));
    }
    return ids;
  }

  private findUsers(reader: Transaction): Promise<Map<string, string>> {
    return this.repository.userIds(
      reader,
      demoLogins.map(({ email }) => email),
    );
  }

  private async seedCatalog(transaction: Transaction): Promise<Ids> {
    const existing = await this.repository.itemIds(
      transaction,
      demoItems.map(({ slug }) => demoImageUrl(slug)),
    );
    const ids = new Map<string, string>();
    for (const { slug, ...item } of demoItems) {
      const imageUrl = demoImageUrl(slug);
      const id = existing.get(imageUrl) ?? (await this.catalog.create(transaction, { ...item, imageUrl })).id;
      ids.set(slug, id);
    }
    return ids;
  }

  /** One drop that is live and one that opens in two minutes; each later round swaps what they offer. */
  private async seedRound(transaction: Transaction, items: Ids, eventsBefore: number): Promise<void> {
    const now = (await this.repository.databaseTime(transaction)).getTime();
    const swapped = Math.floor(eventsBefore / 2) % 2 === 1;
    const live = swapped ? demoRound.upcoming : demoRound.live;
    const upcoming = swapped ? demoRound.live : demoRound.upcoming;
    await this.createDrop(transaction, live, items, now - MINUTE_MS);
    await this.createDrop(transaction, upcoming, items, now + 2 * MINUTE_MS);
  }

  private async createDrop(
    transaction: Transaction,
    { title, description, offers }: DemoDrop,
    items: Ids,
    start: number,
  ): Promise<void> {
    await this.events.create(transaction, {
      title,
      description,
      startsAt: new Date(start).toISOString(),
      endsAt: new Date(start + 24 * HOUR_MS).toISOString(),
      items: offers.map(({ slug, priceMinor, stock, perUserLimit }) => ({
        itemId: idOf(items, slug),
        price: { amount: priceMinor, currency: DEMO_CURRENCY },
        stock,
        perUserLimit,
      })),
    });
  }

  /** The past cannot be bought through the claims, so it is written down as it would have become. */
  private async seedPast(transaction: Transaction, users: Ids, items: Ids): Promise<string> {
    const { title, description, offers, sales } = demoPast;
    const start = (await this.repository.databaseTime(transaction)).getTime() - 26 * HOUR_MS;
    const event = {
      id: newId(),
      title,
      description,
      startsAt: new Date(start),
      endsAt: new Date(start + 2 * HOUR_MS),
      reservationTtlSeconds: this.settings.raw.RESERVATION_TTL_SECONDS,
    };
    const eventItems = offers.map((offer, position) => ({
      id: newId(),
      eventId: event.id,
      itemId: idOf(items, offer.slug),
      position,
      priceMinor: offer.priceMinor,
      currency: DEMO_CURRENCY,
      stockTotal: offer.stock,
      stockRemaining: offer.stock,
      perUserLimit: offer.perUserLimit,
    }));
    const orders = sales.map(({ shopper, slug, quantity }, index) => {
      const item = eventItems[offers.findIndex((offer) => offer.slug === slug)];
      if (!item) throw new Error(`The past drop offers no ${slug}`);
      item.stockRemaining -= quantity;
      return {
        id: newId(),
        userId: idOf(users, shopper),
        eventItemId: item.id,
        quantity,
        unitPriceMinor: item.priceMinor,
        currency: item.currency,
        createdAt: new Date(start + (index + 1) * 1_300),
        confirmedAt: new Date(start + MINUTE_MS + index * 7_000),
      };
    });
    await this.repository.insertPastDrop(transaction, { event, items: eventItems, orders });
    return event.id;
  }
}

function idOf(ids: Ids, key: string): string {
  const id = ids.get(key);
  if (!id) throw new Error(`The demo knows no ${key}`);
  return id;
}
