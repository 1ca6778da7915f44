/** What the server asks of a new password: bcrypt ignores what follows byte 72, so longer ones are refused. */
export const PASSWORD_MIN_LENGTH = 8;
export const PASSWORD_MAX_BYTES = 72;

export function passwordComplaint(password: string): 'short' | 'long' | undefined {
  if (password.length < PASSWORD_MIN_LENGTH) return 'short';
  return new TextEncoder().encode(password).length > PASSWORD_MAX_BYTES ? 'long' : undefined;
}
