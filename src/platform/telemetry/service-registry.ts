import { Injectable } from '@nestjs/common';

export type ServiceState = 'ok' | 'degraded' | 'down';

export interface ServiceStatus {
  status: ServiceState;
  /** Null if it did not answer. */
  responseTimeMs: number | null;
}

export interface StatusReport {
  /** down: nothing can be sold. degraded: what needs the service that fails does not work. */
  status: ServiceState;
  services: Record<string, ServiceStatus>;
}

export interface RegisteredService {
  /** Whether the shop cannot sell without it. */
  isRequired?: boolean;
  /** Asks the service something cheap. It is down if this throws or takes too long. */
  check(): Promise<unknown>;
}

/** Longer than a healthy service ever takes. */
const CHECK_TIMEOUT_MS = 2_000;
const CACHE_MS = 1_000;

/**
 * Knows the services behind the shop and asks how they are. A module registers its own when it starts:
 * `registry.register('mail', { check: () => transport.verify() })`. However many ask, each service is asked once a second.
 */
@Injectable()
export class ServiceRegistry {
  private readonly services = new Map<string, RegisteredService>();
  private last: { at: number; report: Promise<StatusReport> } | undefined;

  register(name: string, service: RegisteredService): void {
    this.services.set(name, service);
  }

  report(): Promise<StatusReport> {
    const now = performance.now();
    if (!this.last || now - this.last.at > CACHE_MS) this.last = { at: now, report: this.ask() };
    return this.last.report;
  }

  private async ask(): Promise<StatusReport> {
    const asked = await Promise.all(
      [...this.services].map(async ([name, service]) => ({ name, service, answer: await ask(service) })),
    );
    const failing = asked.filter(({ answer }) => answer.status !== 'ok');
    const isDown = failing.some(({ service, answer }) => service.isRequired && answer.status === 'down');
    return {
      status: isDown ? 'down' : failing.length > 0 ? 'degraded' : 'ok',
      services: Object.fromEntries(asked.map(({ name, answer }) => [name, answer])),
    };
  }
}

async function ask(service: RegisteredService): Promise<ServiceStatus> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([service.check(), tooLate]);
    return { status: 'ok', responseTimeMs: Math.max(1, Math.round(performance.now() - startedAt)) };
  } catch {
    return { status: 'down', responseTimeMs: null };
  } finally {
    clearTimeout(timer);
  }
}
