/** Whether reviews and comments can be served; for readiness and metrics. Asking costs nothing. */
export abstract class ReviewStoreHealth {
  abstract readonly kind: 'mongodb' | 'postgresql';
  abstract status(): 'up' | 'down';
}
