/** How long what the identity side gives out stays good, in milliseconds. */
export interface Lifetimes {
  readonly idTokenMs: number;
  readonly accessTokenMs: number;
  readonly refreshTokenMs: number;
  /** An authorization code. */
  readonly codeMs: number;
  /** The sign-in page's cookie, which spares a second login. */
  readonly browserSessionMs: number;
  /** Temporary AWS credentials, where the caller asks for no duration. */
  readonly credentialsMs: number;
}

const MINUTE_MS = 60_000;

/** What Cognito and STS use unless told otherwise. */
export const DEFAULT_LIFETIMES: Lifetimes = {
  idTokenMs: 60 * MINUTE_MS,
  accessTokenMs: 60 * MINUTE_MS,
  refreshTokenMs: 30 * 24 * 60 * MINUTE_MS,
  codeMs: 5 * MINUTE_MS,
  browserSessionMs: 60 * MINUTE_MS,
  credentialsMs: 60 * MINUTE_MS,
};
