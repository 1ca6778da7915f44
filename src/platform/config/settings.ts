import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import {
  generalProblems,
  mostRealtimeConnections,
  productionProblems,
  settingsSchema,
  type RawSettings,
} from './settings.schema.js';

const DEFAULT_MANAGEMENT_PORT = 3001;

/** Thrown at boot with every bad setting at once, one line each. */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(`Bad settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** The validated settings; the only way that code learns of the environment. */
export class Settings {
  readonly jwtKey: KeyObject;
  readonly isProduction: boolean;
  readonly usesEmbeddedDatabase: boolean;
  readonly seedsDemo: boolean;
  readonly dataDir: string;
  readonly rateLimitsEnabled: boolean;
  readonly labEndpointsEnabled: boolean;
  readonly passwordHashThreads: number;
  readonly realtimeMaxConnections: number;
  /** Undefined where management stays on the public port. */
  readonly managementPort: number | undefined;

  private constructor(readonly raw: RawSettings) {
    this.isProduction = raw.NODE_ENV === 'production';
    this.usesEmbeddedDatabase = raw.DATABASE_URL === undefined;
    this.seedsDemo = (raw.SEED_DEMO ?? (this.usesEmbeddedDatabase ? 'on' : 'off')) === 'on';
    this.dataDir = resolve(raw.DATA_DIR);
    this.rateLimitsEnabled = raw.RATE_LIMITS === 'on';
    this.labEndpointsEnabled = (raw.LAB_ENDPOINTS ?? (this.isProduction ? 'off' : 'on')) === 'on';
    this.jwtKey = createSecretKey(raw.JWT_SECRET ? Buffer.from(raw.JWT_SECRET) : randomBytes(48));
    const managementPort = raw.MANAGEMENT_PORT ?? (this.isProduction ? DEFAULT_MANAGEMENT_PORT : raw.PORT);
    this.managementPort = managementPort === raw.PORT ? undefined : managementPort;
    this.realtimeMaxConnections =
      raw.REALTIME_MAX_CONNECTIONS ?? mostRealtimeConnections(raw.MAX_CONNECTIONS);
    this.passwordHashThreads = raw.PASSWORD_HASH_THREADS || Math.max(1, availableParallelism() - 1);
  }

  /** @throws SettingsError that lists every bad setting. */
  static parse(environment: Record<string, string | undefined>): Settings {
    const given = Object.fromEntries(
      Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
    );
    const parsed = settingsSchema.safeParse(given);
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
      // What else is wrong is told in the same breath: an unset bad key leaves the rest to be checked.
      const rest = { ...given };
      for (const issue of parsed.error.issues) delete rest[String(issue.path[0])];
      const others = settingsSchema.safeParse(rest);
      if (others.success) {
        const named = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
        problems.push(...checks(others.data).filter((problem) => !named.has(problem.split(':')[0] ?? '')));
      }
      throw new SettingsError(problems);
    }
    const problems = checks(parsed.data);
    if (problems.length > 0) throw new SettingsError(problems);
    return new Settings(parsed.data);
  }

  static fromEnvironment(): Settings {
    return Settings.parse(process.env);
  }
}

function checks(settings: RawSettings): string[] {
  return [...generalProblems(settings), ...productionProblems(settings)];
}
