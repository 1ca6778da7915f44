/**
 * Random numbers that a seed repeats. Each purpose draws from a stream of its own, so that one more draw
 * for, say, think times does not shift every arrival.
 */
export class Random {
  private readonly state: Uint32Array;

  constructor(seed: number, stream: string) {
    this.state = new Uint32Array([seed, hash(stream), hash(`${stream}:${seed}`), 1]);
    for (let round = 0; round < 12; round++) this.next();
  }

  /** Uniform in [0, 1); the generator is sfc32. */
  next(): number {
    const s = this.state as unknown as [number, number, number, number];
    const sum = (s[0] + s[1] + s[3]) | 0;
    s[3] = s[3] + 1;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** Uniform among 0 … bound - 1. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Time to the next of independent arrivals that come at `rate` on average. */
  exponential(rate: number): number {
    return -Math.log(1 - this.next()) / rate;
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}
