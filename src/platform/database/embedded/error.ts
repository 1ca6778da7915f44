/** A failure that the person who typed the command can mend; its message is one line. */
export class EmbeddedPostgresError extends Error {}

/** The first line of what failed, for use inside such a message. */
export function firstLine(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0] ?? '';
}
