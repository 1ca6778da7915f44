import type { DemoItemSlug } from './demo-catalog.js';
import type { DemoShopperEmail } from './demo-logins.js';

export interface DemoOffer {
  slug: DemoItemSlug;
  priceMinor: number;
  stock: number;
  perUserLimit: number;
}

export interface DemoDrop {
  title: string;
  description: string;
  offers: DemoOffer[];
}

export const DEMO_CURRENCY = 'USD';

const firstLight: DemoDrop = {
  title: 'First light',
  description:
    'The first run from the new workshop: three things to listen with and to, numbered by hand. When they ' +
    'are gone, the next run is months away.',
  offers: [
    { slug: 'bergen-speaker', priceMinor: 18_900, stock: 30, perUserLimit: 2 },
    { slug: 'kestrel-headphones', priceMinor: 14_900, stock: 60, perUserLimit: 1 },
    { slug: 'tape-one-recorder', priceMinor: 9_900, stock: 8, perUserLimit: 1 },
  ],
};

const outTheDoor: DemoDrop = {
  title: 'Out the door',
  description:
    'Everything for one night outside, and nothing more: a pack, a mug, a light. Made in one batch, sold in ' +
    'one go.',
  offers: [
    { slug: 'tarn-daypack', priceMinor: 12_900, stock: 25, perUserLimit: 1 },
    { slug: 'ember-mug', priceMinor: 3_900, stock: 80, perUserLimit: 4 },
    { slug: 'halden-lantern', priceMinor: 5_900, stock: 40, perUserLimit: 2 },
  ],
};

/** What is on sale at first, and what opens next. Each later round, when all drops are over, swaps the two. */
export const demoRound = { live: firstLight, upcoming: outTheDoor };

interface DemoSale {
  shopper: DemoShopperEmail;
  slug: DemoItemSlug;
  quantity: number;
}

interface DemoReview {
  shopper: DemoShopperEmail;
  slug: DemoItemSlug;
  rating: number;
  text: string;
}

export interface DemoComment {
  author: DemoShopperEmail;
  text: string;
  replies?: DemoComment[];
}

/** A drop that is over, with what was sold in it and what its buyers say. */
export const demoPast: DemoDrop & { sales: DemoSale[]; reviews: DemoReview[]; comments: DemoComment[] } = {
  title: 'The long way home',
  description:
    'For people who miss the last train on purpose: a watch to wind, records to come back to, a lantern for ' +
    'the stretch without street lights.',
  offers: [
    { slug: 'meridian-watch', priceMinor: 24_900, stock: 4, perUserLimit: 1 },
    { slug: 'lindqvist-turntable', priceMinor: 32_900, stock: 2, perUserLimit: 1 },
    { slug: 'halden-lantern', priceMinor: 5_900, stock: 6, perUserLimit: 2 },
  ],
  sales: [
    { shopper: 'bo@swiftdrop.example', slug: 'lindqvist-turntable', quantity: 1 },
    { shopper: 'ada@swiftdrop.example', slug: 'meridian-watch', quantity: 1 },
    { shopper: 'chidi@swiftdrop.example', slug: 'lindqvist-turntable', quantity: 1 },
    { shopper: 'ada@swiftdrop.example', slug: 'halden-lantern', quantity: 2 },
    { shopper: 'chidi@swiftdrop.example', slug: 'meridian-watch', quantity: 1 },
    { shopper: 'bo@swiftdrop.example', slug: 'halden-lantern', quantity: 2 },
    { shopper: 'bo@swiftdrop.example', slug: 'meridian-watch', quantity: 1 },
  ],
  reviews: [
    {
      shopper: 'ada@swiftdrop.example',
      slug: 'meridian-watch',
      rating: 5,
      text: 'I wound it on the bus and have not looked at my phone for the time since. Smaller than I feared, which suits it.',
    },
    {
      shopper: 'bo@swiftdrop.example',
      slug: 'meridian-watch',
      rating: 4,
      text: 'Lovely dial. It gains about six seconds a day, which is honest for a hand-wound movement, but know it before you buy.',
    },
    {
      shopper: 'chidi@swiftdrop.example',
      slug: 'lindqvist-turntable',
      rating: 5,
      text: 'Out of the box and playing in ten minutes. The arm really does come balanced; I checked with a gauge.',
    },
    {
      shopper: 'ada@swiftdrop.example',
      slug: 'halden-lantern',
      rating: 5,
      text: 'Survived a wet week in the hills. The dial is the best thing about it: no blinking modes at midnight.',
    },
    {
      shopper: 'bo@swiftdrop.example',
      slug: 'halden-lantern',
      rating: 3,
      text: 'Good light, and the battery lasts as promised. The hook could be wider; it does not fit my tent pole.',
    },
  ],
  comments: [
    {
      author: 'chidi@swiftdrop.example',
      text: 'Two turntables, gone in nine seconds. Did anybody else get one?',
      replies: [
        {
          author: 'bo@swiftdrop.example',
          text: 'I got the other one. Thumb on the button the moment it opened.',
          replies: [
            {
              author: 'chidi@swiftdrop.example',
              text: 'Then that is all of them, and both found good homes.',
            },
          ],
        },
        { author: 'ada@swiftdrop.example', text: 'Missed it by a blink. The watch makes up for it.' },
      ],
    },
    { author: 'ada@swiftdrop.example', text: 'Will there be another run of the watch? A friend wants one.' },
  ],
};
