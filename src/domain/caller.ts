/** The login that an identity pool accepts for a caller. The token is a secret: it never reaches a log. */
export interface Login {
  /** The key of the `Logins` map, such as `cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI`. */
  readonly provider: string;
  readonly token: string;
}

/** Who sends a request: read from a verified token, and from nothing else. */
export interface Caller {
  readonly kind: "user";
  /** The configured name of the user pool; never a URL, so that all issuer forms of a pool are one. */
  readonly issuer: string;
  /** `sub`: unique and unchangeable within its issuer. */
  readonly subject: string;
  /** The app client that the token was issued to. */
  readonly clientId: string;
  readonly groups: readonly string[];
  /** `cognito:roles`. */
  readonly roles: readonly string[];
  /** `cognito:preferred_role`. */
  readonly preferredRole: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds: the token's `exp`. */
  readonly expiresAtMs: number;
  readonly login: Login;
  /**
   * Digest of everything in the token that can shape a credential: issuer name, subject, app client and every
   * claim but those that differ between two tokens of one sign-in. It is the caller's part of every cache key.
   */
  readonly digest: string;
}

/** The strings of a claim: Cognito writes lists as arrays, and its older Lambda triggers as single values. */
export function claimStrings(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.flatMap((entry) => {
    if (typeof entry === "string") return [entry];
    return typeof entry === "number" || typeof entry === "boolean" ? [String(entry)] : [];
  });
}
