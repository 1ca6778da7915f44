export {
  AppError,
  declaredErrors,
  defineErrors,
  type ErrorDefinition,
  type ErrorDetails,
  type ErrorKind,
  type ErrorMember,
  type FieldError,
  kindStatus,
} from './app-error.js';
export { commonErrors } from './common.errors.js';
export { isUnavailable } from './unavailable.js';
