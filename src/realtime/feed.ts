import type { Channel, Snapshot } from './protocol.js';

/** Fills channels. A feed works only while somebody on this instance listens. */
export interface Feed {
  /** How things stand now, for a listener who just came or came back. */
  snapshot(subject: string): Promise<Snapshot<Channel>>;
  joined?(subject: string): void;
  left?(subject: string): void;
}
