export {
  type AuthenticatedUser,
  CurrentUser,
  Public,
  type RequestWithUser,
  Roles,
} from './auth.decorators.js';
export { AuthModule } from './auth.module.js';
export { UserResponse } from './dto/user.response.js';
export { watchRefusals } from './refusal-bursts.js';
export { type SecurityEvent, SecurityEvents } from './security-events.js';
export { AccessTokens } from './tokens/access-tokens.js';
export { DisposableAccounts, type DisposableBuyer } from './users/disposable-accounts.service.js';
export { UserAdministration } from './users/user-administration.service.js';
export { UserDirectory } from './users/user-directory.js';
export { type Role, User } from './users/user.entity.js';
