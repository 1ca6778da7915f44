export * from './app-error.js';
export * from './clock.js';
export * from './currencies.js';
export { commonErrors } from './common.errors.js';
export { CommonModule } from './common.module.js';
export * from './ids.js';
export * from './instant.js';
export { Listeners } from './listeners.js';
export * from './money.js';
export * from './optional.js';
export * from './pagination.js';
export { createLogger, NestLogger, serializeError } from './logger.js';
export {
  answerWithProblem,
  PROBLEM_CONTENT_TYPE,
  problemDocument,
  ProblemFilter,
  sendProblem,
  toAppError,
  type ProblemDocument,
} from './problem.filter.js';
export { rawProblem } from './raw-problem.js';
export { Problem } from './problem.response.js';
export { SharedReads } from './shared-reads.js';
export * from './text.js';
export { createValidationPipe, fieldErrors, IdPipe, MAX_FIELD_ERRORS, parseId } from './validation.pipe.js';
