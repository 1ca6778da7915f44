import type { FastifyRequest } from 'fastify';
import { deviceOf } from './device.js';
import { subscriberOf } from '../../platform/limits/index.js';

/** Where a request comes from, as far as logs, limits and the list of sessions care. */
export interface Client {
  address: string;
  device: string;
}

export function clientOf(request: FastifyRequest): Client {
  return { address: subscriberOf(request.ip), device: deviceOf(request.headers['user-agent']) };
}
