import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseSignals } from '../platform/signals/index.js';
import { Coalescer } from './coalescer.js';

const VIEWERS_CHANGED = 'viewers_changed';
/** Page views come and go all the time; nobody needs their number more often than this. */
const SIGNAL_INTERVAL_MS = 1_000;
/** Counts are repeated, so that those of an instance that was killed can be forgotten. */
const REPEAT_INTERVAL_MS = 10_000;
const FORGET_AFTER_MS = 25_000;

interface Count {
  viewers: number;
  heardAt: number;
}

type Listener = (eventId: string) => void;

/** How many look at an event: each instance counts its own and tells the others. */
@Injectable()
export class Viewers implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly instance = randomUUID();
  /** Event id → instance → its count. */
  private readonly counts = new Map<string, Map<string, Count>>();
  private readonly listeners = new Set<Listener>();
  private readonly outgoing: Coalescer;
  private repeatTimer: NodeJS.Timeout | undefined;
  private stopListening: (() => void) | undefined;

  constructor(private readonly signals: DatabaseSignals) {
    this.outgoing = new Coalescer(SIGNAL_INTERVAL_MS, async (eventId) => {
      const viewers = this.counts.get(eventId)?.get(this.instance)?.viewers ?? 0;
      await this.signals.broadcast(VIEWERS_CHANGED, `${this.instance} ${eventId} ${viewers}`);
    });
  }

  onApplicationBootstrap(): void {
    this.stopListening = this.signals.on(VIEWERS_CHANGED, (payload) => this.heard(payload));
    this.repeatTimer = setInterval(() => this.repeat(), REPEAT_INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    this.stopListening?.();
    clearInterval(this.repeatTimer);
    this.outgoing.stop();
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** This instance's own count. */
  set(eventId: string, viewers: number): void {
    // Whoever asks for an event that is not there must not make every instance hear of it.
    if (viewers === (this.counts.get(eventId)?.get(this.instance)?.viewers ?? 0)) return;
    this.store(eventId, this.instance, viewers);
    this.outgoing.request(eventId);
  }

  count(eventId: string): number {
    let sum = 0;
    for (const { viewers } of this.counts.get(eventId)?.values() ?? []) sum += viewers;
    return sum;
  }

  private heard(payload: string): void {
    const [instance, eventId, viewers] = payload.split(' ');
    if (instance === undefined || eventId === undefined || instance === this.instance) return;
    this.store(eventId, instance, Number(viewers) || 0);
  }

  private store(eventId: string, instance: string, viewers: number): void {
    const before = this.count(eventId);
    const perInstance = this.counts.get(eventId) ?? new Map<string, Count>();
    if (viewers > 0) perInstance.set(instance, { viewers, heardAt: performance.now() });
    else perInstance.delete(instance);
    if (perInstance.size > 0) this.counts.set(eventId, perInstance);
    else this.counts.delete(eventId);
    if (this.count(eventId) !== before) for (const listener of this.listeners) listener(eventId);
  }

  private repeat(): void {
    const now = performance.now();
    for (const [eventId, perInstance] of [...this.counts]) {
      for (const [instance, { heardAt }] of [...perInstance])
        if (instance === this.instance) this.outgoing.request(eventId);
        else if (now - heardAt > FORGET_AFTER_MS) this.store(eventId, instance, 0);
    }
  }
}
