import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SecurityEvents } from '../auth/index.js';
import { Database } from '../platform/database/index.js';
import { EventTransitions, type CarriedOutTransition } from '../events/index.js';
import { ClaimService, type BatchReport } from '../purchase/index.js';
import { RealtimeGateway } from '../realtime/index.js';
import { Jobs, type JobFigures, type QueueFigures } from '../platform/jobs/index.js';
import { ReadinessService } from './readiness.service.js';

/** What /metrics tells, in Prometheus' text format. State is read when it is asked for, not kept beside. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];
  private readonly stopListening: (() => void)[];

  private readonly requestSeconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of HTTP requests by route template and status class.',
    labelNames: ['method', 'route', 'status'],
    // A claim takes milliseconds, a password hash a tenth of a second, a time-out seconds.
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: this.registers,
  });
  private readonly abortedTotal = new Counter({
    name: 'swiftdrop_requests_aborted_total',
    help: 'Requests whose sender went away before they had arrived.',
    registers: this.registers,
  });
  private readonly claimsTotal = new Counter({
    name: 'swiftdrop_claims_total',
    help: 'Claims by outcome, counted after their commit.',
    labelNames: ['outcome'],
    registers: this.registers,
  });
  private readonly batchSize = new Histogram({
    name: 'swiftdrop_claim_batch_size',
    help: 'Claims that shared a transaction.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers: this.registers,
  });
  private readonly batchSeconds = new Histogram({
    name: 'swiftdrop_claim_batch_duration_seconds',
    help: 'From a batch being sent to its commit.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: this.registers,
  });
  private readonly transitionSkew = new Histogram({
    name: 'swiftdrop_transition_skew_seconds',
    help: 'How late the scheduler of this instance carried out a start or an end.',
    labelNames: ['act'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 60],
    registers: this.registers,
  });

  private readonly securityEvents = new Counter({
    name: 'swiftdrop_security_events_total',
    help: 'Logins, registrations, password changes and other acts that security rests on, by outcome.',
    labelNames: ['act', 'outcome'],
    registers: this.registers,
  });

  constructor(
    private readonly database: Database,
    private readonly readiness: ReadinessService,
    private readonly claims: ClaimService,
    private readonly realtime: RealtimeGateway,
    private readonly jobs: Jobs,
    transitions: EventTransitions,
    security: SecurityEvents,
  ) {
    collectDefaultMetrics({ register: this.registry });
    this.watchClaimQueue();
    this.watchListeners();
    this.watchPools();
    this.watchStores();
    this.watchJobs();
    this.stopListening = [
      claims.onBatch((report) => this.countClaims(report)),
      transitions.onTransition((transition) => this.timeTransition(transition)),
      security.onEvent(({ act, outcome }) => this.securityEvents.inc({ act, outcome })),
    ];
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  render(): Promise<string> {
    return this.registry.metrics();
  }

  /** Times every request by its route's template, so that ids make no new series. */
  timeRequests(server: FastifyInstance): void {
    server.addHook('onResponse', (request, reply, done) => {
      const route = request.is404 ? 'unknown' : request.routeOptions.url;
      const status = `${Math.floor(reply.statusCode / 100)}xx`;
      this.requestSeconds.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
      done();
    });
  }

  countAborted(): void {
    this.abortedTotal.inc();
  }

  onApplicationShutdown(): void {
    for (const stop of this.stopListening) stop();
    this.registry.clear();
  }

  private countClaims({ outcomes, claims, durationMs }: BatchReport): void {
    for (const [outcome, count] of Object.entries(outcomes)) this.claimsTotal.inc({ outcome }, count);
    this.batchSize.observe(claims);
    this.batchSeconds.observe(durationMs / 1000);
  }

  private timeTransition({ act, skewMs }: CarriedOutTransition): void {
    this.transitionSkew.observe({ act }, skewMs / 1000);
  }

  private watchClaimQueue(): void {
    const { claims, registers } = this;
    new Gauge({
      name: 'swiftdrop_claims_waiting',
      help: 'Claims in line for their batch.',
      registers,
      collect() {
        this.set(claims.waiting);
      },
    });
    new Counter({
      name: 'swiftdrop_claims_refused_from_memory_total',
      help: 'Claims refused as sold out without asking the database.',
      registers,
      collect() {
        this.reset();
        this.inc(claims.refusedFromMemoryTotal);
      },
    });
  }

  private watchListeners(): void {
    const { realtime, registers } = this;
    new Gauge({
      name: 'swiftdrop_realtime_connections',
      help: 'Open WebSocket connections.',
      registers,
      collect() {
        this.set(realtime.connectionCount);
      },
    });
  }

  private watchPools(): void {
    const { database, registers } = this;
    new Gauge({
      name: 'swiftdrop_pool_connections',
      help: 'Connections by pool and state; waiting counts callers in line for one.',
      labelNames: ['pool', 'state'],
      registers,
      collect() {
        for (const [pool, figures] of Object.entries(database.pools))
          for (const [state, value] of Object.entries(figures)) this.set({ pool, state }, value);
      },
    });
  }

  private watchStores(): void {
    const { readiness, registers } = this;
    new Gauge({
      name: 'swiftdrop_store_up',
      help: '1 if the store answers, 0 if not.',
      labelNames: ['store'],
      registers,
      async collect() {
        const { stores } = await readiness.report();
        for (const [store, state] of Object.entries(stores)) this.set({ store }, state === 'up' ? 1 : 0);
      },
    });
  }

  private watchJobs(): void {
    const { jobs, registers } = this;
    let asked: Promise<JobFigures | undefined> | undefined;
    // One query for the three. Without a database there are no figures, and the other metrics are told all the same.
    const figures = () =>
      (asked ??= jobs
        .figures()
        .catch(() => undefined)
        .finally(() => (asked = undefined)));
    const byQueue = (name: string, help: string, value: (queue: QueueFigures) => number) =>
      new Gauge({
        name,
        help,
        labelNames: ['queue'],
        registers,
        async collect() {
          this.reset();
          for (const queue of (await figures())?.queues ?? []) this.set({ queue: queue.queue }, value(queue));
        },
      });
    byQueue(
      'swiftdrop_jobs_waiting',
      'Jobs that wait, by queue: a message and its subscriber.',
      ({ waiting }) => waiting,
    );
    byQueue(
      'swiftdrop_jobs_oldest_seconds',
      'How long the job that has waited longest waits, by queue.',
      ({ oldestSeconds }) => oldestSeconds,
    );
    new Gauge({
      name: 'swiftdrop_jobs_set_aside',
      help: 'Jobs that failed for good and wait for an admin.',
      registers,
      async collect() {
        this.set((await figures())?.setAside ?? 0);
      },
    });
    new Counter({
      name: 'swiftdrop_jobs_handled_total',
      help: 'Jobs that this instance has tried, by outcome.',
      labelNames: ['outcome'],
      registers,
      collect() {
        this.reset();
        for (const [outcome, count] of Object.entries(jobs.handled)) this.inc({ outcome }, count);
      },
    });
  }
}
