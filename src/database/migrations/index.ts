import { InitialSchema1795219200000 } from './1795219200000-initial-schema.js';

/** In order; a released migration is never edited. */
export const migrations = [InitialSchema1795219200000];
