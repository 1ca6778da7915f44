import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Database } from '../database/index.js';
import { HttpHistogram } from './http-histogram.js';
import { ReadinessService } from './readiness.service.js';

/** What /metrics tells, in Prometheus' text format. Figures are read when they are asked for. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  readonly http = new HttpHistogram();
  private readonly registry = new Registry();

  constructor(
    private readonly database: Database,
    private readonly readiness: ReadinessService,
  ) {
    collectDefaultMetrics({ register: this.registry });
    this.watchPools();
    this.watchStores();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async render(): Promise<string> {
    return (await this.registry.metrics()) + this.http.render();
  }

  onApplicationShutdown(): void {
    this.registry.clear();
  }

  private watchPools(): void {
    const { database } = this;
    new Gauge({
      name: 'database_pool_connections',
      help: 'Connections by pool and state; waiting counts callers in line for one.',
      labelNames: ['pool', 'state'],
      registers: [this.registry],
      collect() {
        for (const [pool, figures] of Object.entries(database.pools))
          for (const [state, value] of Object.entries(figures)) this.set({ pool, state }, value);
      },
    });
  }

  private watchStores(): void {
    const { readiness } = this;
    new Gauge({
      name: 'store_up',
      help: '1 if the store answers, 0 if not.',
      labelNames: ['store'],
      registers: [this.registry],
      async collect() {
        const { stores } = await readiness.report();
        for (const [store, state] of Object.entries(stores)) this.set({ store }, state === 'up' ? 1 : 0);
      },
    });
  }
}
