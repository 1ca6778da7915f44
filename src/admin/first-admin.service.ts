import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SecurityEvents, UserAdministration } from '../auth/index.js';
import { AppError } from '../platform/errors/index.js';
import { Settings } from '../platform/config/index.js';
import { Database } from '../platform/database/index.js';

/** Makes the admin of ADMIN_EMAIL and ADMIN_PASSWORD at start, where there is none at all yet. */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger(FirstAdmin.name);

  constructor(
    private readonly users: UserAdministration,
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly events: SecurityEvents,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = this.settings.raw;
    if (email === undefined || password === undefined || (await this.users.adminExists())) return;
    const passwordHash = await this.users.hashPassword(password);
    try {
      const userId = await this.database.transaction((transaction) =>
        this.users.createUser(transaction, { email, passwordHash, displayName: 'Admin', role: 'admin' }),
      );
      this.logger.log(`Made the first admin, ${email}`);
      this.events.record({ act: 'admin.create', outcome: 'ok', userId });
    } catch (error) {
      // Another instance that starts at the same time made it; any other owner of the address is a mistake.
      const taken = error instanceof AppError && error.code === 'EMAIL_TAKEN';
      if (!taken) throw error;
      if (!(await this.users.adminExists()))
        this.logger.warn(`ADMIN_EMAIL ${email} belongs to a customer; there is still no admin`);
    }
  }
}
