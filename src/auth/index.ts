export { AuthModule } from './auth.module.js';
export { CurrentUser, Public, Roles, type AuthenticatedUser } from './auth.decorators.js';
export { User, type Role } from './user.entity.js';
