import type { EventItem, EventStatus } from '@/api/types';
import type { PurchaseState } from './use-purchase';

export interface OfferInput {
  item: Pick<EventItem, 'stockRemaining' | 'perUserLimit' | 'held'>;
  phase: EventStatus;
  /** The shop has said that the drop is over; until then, its end is only what the clock says. */
  isEnded: boolean;
  state: PurchaseState['kind'];
  /** Units that one holds or has bought. */
  units: number;
  quantity: number;
  /** The price of them all, where it is not the one that was seen. */
  newPrice?: string;
}

export interface Offer {
  isGone: boolean;
  isAtLimit: boolean;
  isBusy: boolean;
  canBuy: boolean;
  /** A press does something: it buys, or asks again after a purchase without an answer. */
  canPress: boolean;
  mayChoose: boolean;
  isProminent: boolean;
  label: { key: string; n?: number; price?: string };
}

/** Says what one item's button offers at this moment, and in which words. */
export function offerOf({ item, phase, isEnded, state, units, quantity, newPrice }: OfferInput): Offer {
  const isGone = item.stockRemaining === 0;
  const isAtLimit = units >= item.perUserLimit;
  const isBusy = state === 'sending' || state === 'retrying';
  const isOnSale = phase === 'live' && !isGone && !isAtLimit;
  const canBuy = isOnSale && !isBusy;
  return {
    isGone,
    isAtLimit,
    isBusy,
    canBuy,
    canPress: canBuy || state === 'unsure',
    /**
     * How many is a question while there is something to buy, or will be; also where one's orders leave room for
     * one more only, or Buy would widen under a thumb when they arrive.
     */
    mayChoose: phase === 'locked' || isOnSale || isBusy,
    isProminent: canBuy || isBusy || state === 'unsure' || state === 'yours',
    label: labelOf(),
  };

  function labelOf(): Offer['label'] {
    if (state === 'sending') return { key: 'buy.sending' };
    if (state === 'retrying') return { key: 'buy.retrying' };
    if (state === 'yours') return { key: 'buy.yoursShort' };
    if (state === 'unsure') return { key: 'buy.checkAgain' };
    if (phase === 'locked') return { key: 'buy.notOpen' };
    if (phase === 'closed') return { key: isEnded ? 'buy.closed' : 'buy.checking' };
    if (isAtLimit) return { key: 'buy.atLimit', n: item.perUserLimit };
    if (isGone) return item.held ? { key: 'buy.soldOutHeld', n: item.held } : { key: 'buy.soldOut' };
    if (newPrice) return { key: 'buy.buyFor', price: newPrice };
    return quantity > 1 ? { key: 'buy.buyMany', n: quantity } : { key: 'buy.buy' };
  }
}
