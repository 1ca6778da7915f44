/**
 * What the purchase benchmark measures against, as a process of its own:
 *
 *   POST /naive/{event_item_id}   one TypeORM transaction per request, with the checks that SwiftDrop makes
 *   POST /bare                    a Nest route that does nothing: the ceiling
 *
 * Both on Nest with Fastify as the application is. Decorators are called as functions, since this file is
 * run without a compiler.
 */
import 'reflect-metadata';
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  ConflictException,
  Controller,
  Headers,
  HttpCode,
  Inject,
  Module,
  Param,
  ParseUUIDPipe,
  Post,
  UnauthorizedException,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource, In, type EntityTarget } from 'typeorm';
import { v7 } from 'uuid';

const POOL_SIZE = 20;

interface EventItemRow {
  id: string;
  eventId: string;
  priceMinor: number;
  currency: string;
  stockRemaining: number;
  perUserLimit: number;
}
interface EventRow {
  id: string;
  status: string;
  startsAt: Date;
  endsAt: Date;
  reservationTtlSeconds: number;
}
interface OrderRow {
  id: string;
  userId: string;
  eventItemId: string;
  quantity: number;
  unitPriceMinor: number;
  currency: string;
  status: string;
  reservedUntil: Date;
  idempotencyKey: string | null;
  createdAt: Date;
}

interface Entities {
  EventItem: EntityTarget<EventItemRow>;
  DropEvent: EntityTarget<EventRow>;
  Order: EntityTarget<OrderRow>;
}

const { EventItem, DropEvent } = (await import('../dist/events/index.js' as string)) as Entities;
const { Order } = (await import('../dist/purchase/index.js' as string)) as Entities;
const { entities } = (await import('../dist/entities.js' as string)) as {
  entities: EntityTarget<object>[];
};

class NaiveController {
  private readonly dataSource: DataSource;
  private readonly jwt: JwtService;

  constructor(dataSource: DataSource, jwt: JwtService) {
    this.dataSource = dataSource;
    this.jwt = jwt;
  }

  async purchase(id: string, authorization: string | undefined, key: string | undefined): Promise<object> {
    const userId = await this.authenticate(authorization);
    const order = await this.dataSource.transaction('READ COMMITTED', async (manager) => {
      const item = await manager.findOne(EventItem, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (item === null) throw new ConflictException('EVENT_ITEM_NOT_FOUND');
      if (key !== undefined) {
        const first = await manager.findOneBy(Order, { userId, idempotencyKey: key });
        if (first !== null) return first;
      }
      const event = await manager.findOneByOrFail(DropEvent, { id: item.eventId });
      const now = new Date();
      if (event.status === 'closed' || now < event.startsAt || now >= event.endsAt)
        throw new ConflictException('EVENT_NOT_LIVE');
      const standing = { userId, eventItemId: id, status: In(['reserved', 'confirmed']) };
      const held = (await manager.sum(Order, 'quantity', standing)) ?? 0;
      if (Number(held) + 1 > item.perUserLimit) throw new ConflictException('PURCHASE_LIMIT_REACHED');
      if (item.stockRemaining < 1) throw new ConflictException('SOLD_OUT');
      await manager.update(EventItem, { id }, { stockRemaining: item.stockRemaining - 1 });
      const placed: OrderRow = {
        id: v7(),
        userId,
        eventItemId: id,
        quantity: 1,
        unitPriceMinor: item.priceMinor,
        currency: item.currency,
        status: 'reserved',
        reservedUntil: new Date(now.getTime() + event.reservationTtlSeconds * 1000),
        idempotencyKey: key ?? null,
        createdAt: now,
      };
      await manager.insert(Order, placed);
      return placed;
    });
    return { order };
  }

  bare(): object {
    return { ok: true };
  }

  private async authenticate(authorization: string | undefined): Promise<string> {
    try {
      const claims = await this.jwt.verifyAsync<{ sub: string }>(authorization?.replace('Bearer ', '') ?? '');
      return claims.sub;
    } catch {
      throw new UnauthorizedException();
    }
  }
}

const prototype = NaiveController.prototype;
const descriptorOf = (name: 'purchase' | 'bare') =>
  Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
Controller()(NaiveController);
Inject(DataSource)(NaiveController, undefined, 0);
Inject(JwtService)(NaiveController, undefined, 1);
Post('naive/:id')(prototype, 'purchase', descriptorOf('purchase'));
Param('id', ParseUUIDPipe)(prototype, 'purchase', 0);
Headers('authorization')(prototype, 'purchase', 1);
Headers('idempotency-key')(prototype, 'purchase', 2);
Post('bare')(prototype, 'bare', descriptorOf('bare'));
HttpCode(200)(prototype, 'bare', descriptorOf('bare'));

const dataSource = await new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL as string,
  poolSize: POOL_SIZE,
  entities: entities as never[],
}).initialize();
const key: KeyObject = createSecretKey(Buffer.from(process.env.JWT_SECRET as string));

class NaiveModule {}
Module({
  imports: [JwtModule.register({ secretOrKeyProvider: () => key, verifyOptions: { algorithms: ['HS256'] } })],
  controllers: [NaiveController],
  providers: [{ provide: DataSource, useValue: dataSource }],
})(NaiveModule);

const app = await NestFactory.create<NestFastifyApplication>(NaiveModule, new FastifyAdapter(), {
  logger: ['error'],
});
await app.listen(0, '127.0.0.1');
process.once('SIGTERM', () => {
  void app.close().then(async () => {
    await dataSource.destroy();
    process.exit(0);
  });
});
process.send?.({ port: (app.getHttpServer().address() as AddressInfo).port });
