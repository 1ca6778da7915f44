export { allowOrigins } from './allowed-origins.js';
export { acceptEmptyBodies } from './bodies.js';
export { answerClientError } from './client-errors.js';
export { boundConnections } from './connections.js';
export { KnownRoutes, MAX_PARAM_LENGTH } from './known-routes.js';
export { separateManagement } from './management.js';
export { createOpenApiDocument, serveApiReference } from './openapi.js';
export {
  decodeCursor,
  encodeCursor,
  MAX_PAGE_SIZE,
  type Page,
  PageOf,
  PageQuery,
  toPage,
} from './pagination.js';
export { checkPort, explainListenError } from './port.js';
export { serveProblemPage } from './problem-pages.js';
export {
  answerWithProblem,
  PROBLEM_CONTENT_TYPE,
  problemDocument,
  type ProblemDocument,
  ProblemFilter,
  sendProblem,
  toAppError,
} from './problem.filter.js';
export { Problem } from './problem.response.js';
export { endWithProblem, rawProblem } from './raw-problem.js';
export { RouteMetadata } from './route-metadata.js';
export { addHeaders, securityHeaders } from './security-headers.js';
export { serveShop } from './shop-pages.js';
export { refuseUnmetDemands } from './unmet-demands.js';
export { answerHealthOnly } from './worker-routes.js';
export { asksForRealtime, surviveBrokenUpgrades } from './upgrades.js';
export { createValidationPipe, fieldErrors, IdPipe, MAX_FIELD_ERRORS, parseId } from './validation.pipe.js';
