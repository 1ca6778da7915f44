export { AccessTokens } from './access-tokens.js';
export { AuthModule } from './auth.module.js';
export {
  CurrentUser,
  Public,
  Roles,
  type AuthenticatedUser,
  type RequestWithUser,
} from './auth.decorators.js';
export { DisposableAccounts, type DisposableBuyer } from './disposable-accounts.service.js';
export { UserResponse } from './dto/user.response.js';
export { RateLimit } from './rate-limit.js';
export { RateLimitStorage } from './rate-limit.storage.js';
export { UserAdministration } from './user-administration.service.js';
export { UserDirectory } from './user-directory.js';
export { User, type Role } from './user.entity.js';
