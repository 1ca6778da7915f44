import { deadline, exclusively } from '@/environment';
import { networkProblem, otherUserProblem, problemOf } from './problem';

const TIMEOUT_MS = 15_000;
/** A token is renewed before it expires, so that a purchase never waits for a renewal first. */
const RENEW_BEFORE_EXPIRY_MS = 30_000;
const REFRESH_PATH = '/api/v1/auth/refresh';
const LOGOUT_PATH = '/api/v1/auth/logout';

export interface TokenAnswer {
  user: { id: string };
  accessToken: string;
  expiresIn: number;
}

/**
 * The access token, in memory only: a script that gets in can use it while it runs, not carry it away
 * from storage. What survives a reload is the refresh token, in a cookie that no script can read.
 */
export class TokenKeeper {
  private token: string | undefined;
  /** Whose token it is. */
  private userId: string | undefined;
  private renewAt = 0;
  private renewal: Promise<TokenAnswer | undefined> | undefined;
  /** Told when the session turns out to be over, or was renewed with what the server knows of the user. */
  onRenewed: (answer: TokenAnswer) => void = () => {};
  onLost: () => void = () => {};
  /** What has to be done with the cookie before it is spent. */
  beforeRenewal: () => Promise<void> = () => Promise.resolve();
  /** Aborts what the present user has asked for, once they are no longer the user. */
  private present = new AbortController();

  constructor(
    private readonly send: typeof fetch = (...parameters) => fetch(...parameters),
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  get signal(): AbortSignal {
    return this.present.signal;
  }

  set(answer: TokenAnswer): void {
    if (this.userId !== undefined && this.userId !== answer.user.id) this.abandon();
    this.token = answer.accessToken;
    this.userId = answer.user.id;
    this.renewAt = this.monotonic() + answer.expiresIn * 1000 - RENEW_BEFORE_EXPIRY_MS;
  }

  clear(): void {
    if (this.userId !== undefined) this.abandon();
    this.token = undefined;
    this.userId = undefined;
  }

  private abandon(): void {
    this.present.abort();
    this.present = new AbortController();
  }

  /** A check for what the present user asks for: it throws once the token is another user's. */
  sameUserCheck(): () => void {
    const asker = this.userId;
    return () => {
      if (asker !== undefined && this.userId !== undefined && this.userId !== asker) throw otherUserProblem();
    };
  }

  async current(): Promise<string | undefined> {
    if (this.token && this.monotonic() >= this.renewAt) await this.renew();
    return this.token;
  }

  /**
   * A new access token for the refresh cookie. However many ask, one request goes out; the lock keeps
   * other tabs from spending the same cookie, which the server would take for theft.
   */
  renew(): Promise<TokenAnswer | undefined> {
    this.renewal ??= exclusively('swiftdrop-refresh', async () => {
      await this.beforeRenewal();
      return this.requestRenewal();
    }).finally(() => {
      this.renewal = undefined;
    });
    return this.renewal;
  }

  /** Ends the session of the token or the cookie. @throws ApiProblem unless it is clear that it has ended */
  async endSession(): Promise<void> {
    const response = await this.post(LOGOUT_PATH);
    if (isUnclear(response)) throw await problemOf(response);
  }

  private async post(path: string): Promise<Response> {
    try {
      return await this.send(path, {
        method: 'POST',
        credentials: 'same-origin',
        headers: this.token && path === LOGOUT_PATH ? { authorization: `Bearer ${this.token}` } : {},
        signal: deadline(TIMEOUT_MS),
      });
    } catch {
      throw networkProblem();
    }
  }

  private async requestRenewal(): Promise<TokenAnswer | undefined> {
    const response = await this.post(REFRESH_PATH);
    if (response.ok) {
      const answer = (await response.json()) as TokenAnswer;
      this.set(answer);
      this.onRenewed(answer);
      return answer;
    }
    // Only a clear no ends the session.
    if (isUnclear(response)) throw await problemOf(response);
    this.clear();
    this.onLost();
    return undefined;
  }
}

/** A busy or failing server, or one that something stands before, says nothing about the session. */
const isUnclear = ({ ok, status }: Response) => !ok && ![400, 401, 403].includes(status);

/**
 * A fetch that carries the token, renews it once when it is refused, and gives up after 15 s. The refresh
 * cookie is shared by all tabs, so a renewal may bring the token of who logged in elsewhere since; what the
 * user before asked for is not done in that one's name.
 */
export function authorisedFetch(tokens: TokenKeeper, send: typeof fetch = (...p) => fetch(...p)) {
  return async (request: Request): Promise<Response> => {
    const { signal } = tokens;
    const attempt = async (token: string | undefined) => {
      const copy = new Request(request.clone(), {
        signal: deadline(TIMEOUT_MS, request.signal, signal),
      });
      if (token) copy.headers.set('authorization', `Bearer ${token}`);
      try {
        return await send(copy);
      } catch (error) {
        if (request.signal.aborted) throw error;
        if (signal.aborted) throw otherUserProblem();
        throw networkProblem();
      }
    };
    const mustBeSameUser = tokens.sameUserCheck();
    const token = await tokens.current();
    mustBeSameUser();
    const response = await attempt(token);
    if (response.status !== 401 || !token) return response;
    const renewed = await tokens.renew();
    mustBeSameUser();
    return renewed ? attempt(renewed.accessToken) : response;
  };
}
