import { InitialSchema1795219200000 } from './1795219200000-initial-schema.js';
import { OrdersKeepTheirOwners1795262400000 } from './1795262400000-orders-keep-their-owners.js';
import { RefreshTokensKnowTheirAge1795305600000 } from './1795305600000-refresh-tokens-know-their-age.js';
import { IdempotencyRecords1795348800000 } from './1795348800000-idempotency-records.js';

/** In order; a released migration is never edited. */
export const migrations = [
  InitialSchema1795219200000,
  OrdersKeepTheirOwners1795262400000,
  RefreshTokensKnowTheirAge1795305600000,
  IdempotencyRecords1795348800000,
];
