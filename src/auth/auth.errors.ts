import { defineErrors } from '../platform/errors/index.js';

export const authErrors = defineErrors({
  UNAUTHENTICATED: { kind: 'unauthenticated', title: 'A valid access token is needed.' },
  SESSION_ENDED: { kind: 'unauthenticated', title: 'This session has ended; log in again.' },
  INVALID_REFRESH_TOKEN: { kind: 'unauthenticated', title: 'There is no session to refresh; log in again.' },
  INVALID_CREDENTIALS: { kind: 'unauthenticated', title: 'Email or password is wrong.' },
  CROSS_SITE_REQUEST: { kind: 'forbidden', title: 'Another site may not ask for that.' },
  FORBIDDEN: { kind: 'forbidden', title: 'This account may not do that.' },
  WRONG_PASSWORD: { kind: 'forbidden', title: 'The current password is wrong.' },
  PASSWORD_TOO_COMMON: { kind: 'invalid', title: 'This password is too common.' },
  EMAIL_TAKEN: { kind: 'conflict', title: 'There is already an account with this email.' },
  SESSION_NOT_FOUND: { kind: 'notFound', title: 'There is no such session.' },
  USER_NOT_FOUND: { kind: 'notFound', title: 'There is no such user.' },
  LAST_ADMIN: { kind: 'conflict', title: 'The last active admin cannot be deactivated.' },
  AUTH_BUSY: { kind: 'unavailable', title: 'Too many people are logging in; try again shortly.' },
  AUTH_UNAVAILABLE: { kind: 'unavailable', title: 'Access tokens cannot be checked just now.' },
});
