import { ordersCsvRows } from './orders-csv.js';
import type { ExportedOrder } from './orders-export.repository.js';

const order = (unitPrice: string, currency: string) =>
  ({
    id: 'o',
    createdAt: new Date(0),
    status: 'confirmed',
    item: 'Mug',
    quantity: 2,
    unitPrice,
    currency,
    userId: 'u',
    shopper: 'Ada',
    email: 'ada@example.org',
    reservedUntil: new Date(0),
  }) as unknown as ExportedOrder;

describe('the prices in the CSV of orders', () => {
  it.each([
    ['15000000', 'IDR', '150000.00,300000.00,IDR'],
    ['12345', 'HUF', '123.45,246.90,HUF'],
    ['12900', 'JPY', '12900,25800,JPY'],
    ['12900', 'KWD', '12.900,25.800,KWD'],
  ])('%s minor units of %s are %s', (unitPrice, currency, columns) => {
    expect(ordersCsvRows([order(unitPrice, currency)])).toContain(`,2,${columns},`);
  });
});
