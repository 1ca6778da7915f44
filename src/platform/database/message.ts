import type { z } from 'zod';

/** A kind of message: what modules tell others for certain. Declared in `<module>.messages.ts` by `defineMessage`. */
export interface Message<Payload> {
  /** In the past tense, such as `DropClosed`: it says what has happened. */
  readonly name: string;
  /** Raised when the payload changes in a way that old subscribers cannot read. */
  readonly version: number;
  readonly schema: z.ZodType<Payload>;
  readonly description: string;
}

/** Declares a message. Its payload is JSON: times are strings. */
export function defineMessage<Payload extends object>(
  name: string,
  version: number,
  schema: z.ZodType<Payload>,
  description: string,
): Message<Payload> {
  return { name, version, schema, description };
}

/** A message of a transaction that has not committed yet. */
export interface PublishedMessage {
  /** A UUIDv7, the same for every subscriber and every attempt. */
  id: string;
  message: Message<unknown>;
  payload: unknown;
}
