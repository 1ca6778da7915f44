/** A failure to start that the person who typed the command can mend; its message is one line. */
export class BootError extends Error {}
