import type { Money } from './types';

/** A refusal by the server (`code` of the problem document), or our own word for an answer that never came. */
export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: string | undefined = undefined,
    readonly retryAfterSeconds: number | undefined = undefined,
    readonly fields: readonly string[] = [],
    /** Of PRICE_CHANGED: what was seen, and what it costs now. */
    readonly prices: { expected: Money; actual: Money } | undefined = undefined,
  ) {
    super(`${status} ${code}`);
  }

  /** Whether the server may have done what was asked although it did not say so. */
  get isUncertain(): boolean {
    return this.code === 'NETWORK' || this.status >= 500;
  }
}

/** No answer: the network is gone, or the server took too long. */
export const networkProblem = () => new ApiProblem('NETWORK', 0);

/** Somebody else has logged in in another tab, so it was not asked for. */
export const otherUserProblem = () => new ApiProblem('OTHER_USER', 0);

export async function problemOf(response: Response): Promise<ApiProblem> {
  let body: Record<string, unknown> = {};
  try {
    body = (await response.clone().json()) as Record<string, unknown>;
  } catch {
    // A proxy in between may answer with a page; the status has to do then.
  }
  const retryAfter = Number(response.headers.get('retry-after'));
  const code = typeof body.code === 'string' ? body.code : codeOfStatus(response.status);
  const errors = Array.isArray(body.errors) ? body.errors : [];
  return new ApiProblem(
    code,
    response.status,
    typeof body.detail === 'string' ? body.detail : undefined,
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
    errors.map((error) =>
      typeof error === 'string' ? error : String((error as { field?: string }).field ?? ''),
    ),
    isMoney(body.expected) && isMoney(body.actual)
      ? { expected: body.expected, actual: body.actual }
      : undefined,
  );
}

function isMoney(value: unknown): value is Money {
  const { amount, currency } = (value ?? {}) as Partial<Money>;
  return typeof amount === 'number' && typeof currency === 'string';
}

function codeOfStatus(status: number): string {
  if (status === 429) return 'RATE_LIMITED';
  if (status === 404) return 'NOT_FOUND';
  return status >= 500 ? 'UNAVAILABLE' : 'UNEXPECTED';
}
