import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { ThrottlerModule } from '@nestjs/throttler';
import { Settings } from '../config/index.js';
import { AccessTokens } from './access-tokens.js';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { DisposableAccountRepository } from './disposable-account.repository.js';
import { DisposableAccounts } from './disposable-accounts.service.js';
import { PasswordHasher } from './password-hasher.js';
import { ProfileController } from './profile.controller.js';
import { ProfileService } from './profile.service.js';
import { RateLimitStorage } from './rate-limit.storage.js';
import { RateLimitGuard, throttlerOptions } from './rate-limit.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RevocationRepository } from './revocation.repository.js';
import { Revocations } from './revocations.js';
import { RolesGuard } from './roles.guard.js';
import { SessionSweeper } from './session-sweeper.js';
import { SessionRepository } from './session.repository.js';
import { SessionsService } from './sessions.service.js';
import { UserAdministration } from './user-administration.service.js';
import { UserDirectory } from './user-directory.js';
import { UserRepository } from './user.repository.js';

@Module({
  imports: [
    JwtModule.registerAsync({
      inject: [Settings],
      // A KeyObject is checked fifty times faster than a string secret on Node 20, three times on 24.
      useFactory: ({ jwtKey }: Settings) => ({
        secretOrKeyProvider: () => jwtKey,
        signOptions: { algorithm: 'HS256' },
        verifyOptions: { algorithms: ['HS256'] },
      }),
    }),
    ThrottlerModule.forRootAsync({ inject: [Settings], useFactory: throttlerOptions }),
  ],
  controllers: [AuthController, ProfileController],
  providers: [
    AccessTokens,
    AuthService,
    DisposableAccountRepository,
    DisposableAccounts,
    PasswordHasher,
    ProfileService,
    RateLimitStorage,
    RefreshCookie,
    RevocationRepository,
    Revocations,
    SessionRepository,
    SessionSweeper,
    SessionsService,
    UserAdministration,
    UserDirectory,
    UserRepository,
    // In this order: who, whether they may, how often.
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
    { provide: APP_GUARD, useClass: RateLimitGuard },
  ],
  exports: [AccessTokens, DisposableAccounts, RateLimitStorage, UserAdministration, UserDirectory],
})
export class AuthModule {}
