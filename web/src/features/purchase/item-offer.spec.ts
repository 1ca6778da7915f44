import { expect, it } from 'vitest';
import { offerOf, type OfferInput } from './item-offer';

const offer = (change: Partial<OfferInput>) =>
  offerOf({
    item: { stockRemaining: 5, perUserLimit: 2 },
    phase: 'live',
    isEnded: false,
    state: 'idle',
    units: 0,
    quantity: 1,
    ...change,
  });

it.each<[Partial<OfferInput>, string, boolean]>([
  [{}, 'buy.buy', true],
  [{ quantity: 2 }, 'buy.buyMany', true],
  [{ state: 'repriced', newPrice: '$9' }, 'buy.buyFor', true],
  [{ phase: 'locked' }, 'buy.notOpen', false],
  [{ phase: 'closed', isEnded: true }, 'buy.closed', false],
  [{ phase: 'closed' }, 'buy.checking', false],
  [{ item: { stockRemaining: 0, perUserLimit: 2, held: 1 } }, 'buy.soldOutHeld', false],
  [{ item: { stockRemaining: 0, perUserLimit: 2 } }, 'buy.soldOut', false],
  [{ units: 2 }, 'buy.atLimit', false],
  [{ state: 'sending' }, 'buy.sending', false],
  [{ state: 'unsure', phase: 'closed' }, 'buy.checkAgain', true],
])('for %j the button says %s', (change, key, canPress) => {
  expect(offer(change)).toMatchObject({ label: { key }, canPress });
});

it('asks how many before the opening and while it sends, not once nothing is left', () => {
  expect(offer({ phase: 'locked' }).mayChoose).toBe(true);
  expect(offer({ state: 'sending', item: { stockRemaining: 0, perUserLimit: 2 } }).mayChoose).toBe(true);
  expect(offer({ item: { stockRemaining: 0, perUserLimit: 2 } }).mayChoose).toBe(false);
});
