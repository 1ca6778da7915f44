/** Whether reviews and comments can be served; for readiness, status and metrics. */
export abstract class ReviewStoreHealth {
  abstract readonly kind: 'mongodb' | 'postgresql';
  /** As far as is known; asking costs nothing. */
  abstract status(): 'up' | 'down';
  /** Asks the store itself. @throws if it does not answer */
  abstract ping(): Promise<void>;
}
