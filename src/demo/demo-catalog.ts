/** The demo's catalogue. The shop serves a drawing of each at `/images/demo/<slug>.svg`. */
export interface DemoItem {
  slug: string;
  name: string;
  category: 'Audio' | 'Out of doors';
  description: string;
}

export const demoItems = [
  {
    slug: 'bergen-speaker',
    name: 'Bergen 40 speaker',
    category: 'Audio',
    description:
      'A shelf speaker in oiled oak that fills a kitchen without filling the counter. One full-range driver, ' +
      'one knob, Bluetooth and a line input; the back opens with four screws, because things should be mended.',
  },
  {
    slug: 'kestrel-headphones',
    name: 'Kestrel headphones',
    category: 'Audio',
    description:
      'Closed headphones that weigh 214 grams and disappear after ten minutes. Forty hours on a charge, ' +
      'wool-covered pads that swap without tools, and a cable in the box for the day the battery is empty.',
  },
  {
    slug: 'tape-one-recorder',
    name: 'Tape One recorder',
    category: 'Audio',
    description:
      'A pocket recorder with real keys: press, talk, done. Two microphones, a loud little speaker and ' +
      'files that mount like a stick, for interviews, rehearsals and ideas at red lights.',
  },
  {
    slug: 'lindqvist-turntable',
    name: 'Lindqvist 33 turntable',
    category: 'Audio',
    description:
      'Belt drive, a solid birch plinth and a carbon arm that arrives already balanced. Plug it into any ' +
      'amplifier, or straight into active speakers through the built-in preamplifier.',
  },
  {
    slug: 'tarn-daypack',
    name: 'Tarn 22 daypack',
    category: 'Out of doors',
    description:
      'Twenty-two litres, one big zip, no dangling straps. Waxed cotton outside, bright lining inside, so ' +
      'that you can find your keys; a stiff back that also carries a laptop through the week.',
  },
  {
    slug: 'ember-mug',
    name: 'Ember titanium mug',
    category: 'Out of doors',
    description:
      'A double-walled titanium mug of 118 grams that keeps coffee hot and fingers cool. The handle folds ' +
      'away, the lid doubles as a coaster, and nothing on it can rust.',
  },
  {
    slug: 'halden-lantern',
    name: 'Halden lantern',
    category: 'Out of doors',
    description:
      'Warm light for a tent, a balcony or a power cut: sixty hours at its lowest, a dial in place of modes, ' +
      'and a hook that holds on to a ridge line in the wind. Charges by USB-C.',
  },
  {
    slug: 'meridian-watch',
    name: 'Meridian field watch',
    category: 'Out of doors',
    description:
      'Thirty-eight millimetres of brushed steel, a dial you can read at dawn, and a hand-wound movement ' +
      'that asks for thirty turns each morning. Water-resistant to 100 metres; two straps come with it.',
  },
] as const satisfies readonly DemoItem[];

export type DemoItemSlug = (typeof demoItems)[number]['slug'];

export function demoImageUrl(slug: DemoItemSlug): string {
  return `/images/demo/${slug}.svg`;
}
