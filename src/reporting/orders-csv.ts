import { stringify } from 'csv-stringify/sync';
import { toMajorUnits } from '../platform/values/index.js';
import type { ExportedOrder } from './orders-export.repository.js';

const COLUMNS = [
  'order_id',
  'created_at',
  'status',
  'item',
  'quantity',
  'unit_price',
  'total',
  'currency',
  'shopper_id',
  'shopper',
  'email',
  'reserved_until',
  'confirmed_at',
  'released_at',
  'release_reason',
] as const;

/**
 * RFC 4180. What begins like a formula gets an apostrophe before it: display names and item names
 * are people's own words, and a spreadsheet would run them. The mark at the start tells Excel that it is UTF-8.
 * A lone line feed or carriage return would end a record for some readers, so it is quoted too.
 */
const OPTIONS = { record_delimiter: 'windows', escape_formulas: true, quoted_match: /[\r\n]/ } as const;

export const ordersCsvHead = (): string => stringify([[...COLUMNS]], { ...OPTIONS, bom: true });

export function ordersCsvRows(orders: readonly ExportedOrder[]): string {
  const rows = orders.map((order) => [
    order.id,
    order.createdAt.toISOString(),
    order.status,
    order.item,
    order.quantity,
    toMajorUnits(BigInt(order.unitPrice), order.currency),
    toMajorUnits(BigInt(order.unitPrice) * BigInt(order.quantity), order.currency),
    order.currency,
    order.userId,
    order.shopper,
    order.email,
    order.reservedUntil.toISOString(),
    order.confirmedAt?.toISOString() ?? '',
    order.releasedAt?.toISOString() ?? '',
    order.releaseReason ?? '',
  ]);
  return rows.length === 0 ? '' : stringify(rows, OPTIONS);
}
