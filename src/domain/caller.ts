/** The login that an identity pool accepts for a caller. The token is a secret: it never reaches a log. */
export interface Login {
  /** The key of the `Logins` map, such as `cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI`. */
  readonly provider: string;
  readonly token: string;
}

/** Who sends a request: read from verified tokens, and from nothing else. */
export interface Caller {
  /**
   * Exactly one of:
   *
   * - `user`: a person who signed in;
   * - `machine`: an app client that holds a token of its own (client credentials);
   * - `guest`: a request with no credential in any place that Postern knows.
   */
  readonly kind: "user" | "machine" | "guest";
  /**
   * The configured name of the user pool or other issuer; never a URL, so that all issuer forms of a pool are one. Of a
   * guest `-`, which is nobody's name.
   */
  readonly issuer: string;
  /** `sub`: unique and unchangeable within its issuer. Empty for a guest. */
  readonly subject: string;
  /** The app client that the token was issued to. Empty for a guest. */
  readonly clientId: string;
  readonly groups: readonly string[];
  /** `cognito:roles` of the ID token: what the caller may wish for. */
  readonly roles: readonly string[];
  /** `cognito:preferred_role` of the ID token. */
  readonly preferredRole: string | undefined;
  /** Of the token that policy reads: the bearer, never the ID token beside it. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds: the earliest `exp` of the tokens presented; `Infinity` for a guest. */
  readonly expiresAtMs: number;
  /** What an identity pool or STS takes for this caller; undefined where no ID token was presented. */
  readonly login: Login | undefined;
  /** Whether the client need not have meant to say who it is: a cookie, or no credential at all. */
  readonly ambient: boolean;
  /**
   * Digest of everything in the tokens that can shape a credential: kind, issuer name, subject, app client and every
   * claim but those that differ between two tokens of one sign-in. It is the caller's part of every cache key.
   */
  readonly digest: string;
  /** SHA-256 of the very tokens presented: tells two tokens of one sign-in apart. Empty for a guest. */
  readonly tokenDigest: string;
  /** The entries of a denylist that mean this caller: `jti:…`, `origin_jti:…`, `sub:<issuer name>/<sub>`. */
  readonly handles: readonly string[];
}

/** Whoever sends no credential: all guests of a Postern are one caller. */
export const GUEST: Caller = {
  kind: "guest",
  issuer: "-",
  subject: "",
  clientId: "",
  groups: [],
  roles: [],
  preferredRole: undefined,
  claims: {},
  expiresAtMs: Number.POSITIVE_INFINITY,
  login: undefined,
  ambient: true,
  digest: "guest",
  tokenDigest: "",
  handles: [],
};

/**
 * The strings of a claim: Cognito writes lists as arrays, and its older Lambda triggers as single values. A number that
 * JSON may have rounded is none.
 */
export function claimStrings(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.flatMap((entry) => {
    if (typeof entry === "string") return [entry];
    return Number.isSafeInteger(entry) || typeof entry === "boolean" ? [String(entry)] : [];
  });
}

/**
 * Whether a token says that a claim is to be had elsewhere (OpenID Connect Core section 5.6.2): where there would be very
 * many groups, Microsoft Entra names them so, or says `hasgroups` alone.
 */
export function isKeptElsewhere(claims: Caller["claims"], claim: string): boolean {
  const { _claim_names: names, hasgroups } = claims;
  if (claim === "groups" && hasgroups !== undefined) return true;
  return typeof names === "object" && names !== null ? Object.hasOwn(names, claim) : names !== undefined;
}
