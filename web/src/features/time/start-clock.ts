import { api } from '@/api/client';
import { keepSynchronised } from './synchronise';
import { serverClock } from './use-now';

/** Follows the database's time, since that decides when a drop opens. */
export const startClock = () =>
  keepSynchronised(serverClock, async () => Date.parse((await api.time()).serverTime));
