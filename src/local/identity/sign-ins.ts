import { randomBytes, randomUUID } from "node:crypto";
import { createExpiringMap } from "../expiring-map.ts";
import { numberClaim, textClaim } from "./claim-values.ts";
import type { Claims } from "./claim-values.ts";

/** One sign-in of a user at an app client: what all of its tokens share. */
export interface SignIn {
  readonly username: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Whether it went through the web page and not through the API. */
  readonly hosted: boolean;
  readonly nonce?: string;
  readonly authTimeMs: number;
  readonly originJti: string;
}

/** What a sign-in begins with. */
export type NewSignIn = Omit<SignIn, "authTimeMs" | "originJti"> & {
  /** Default now. */
  readonly authTimeMs?: number;
};

/** The sign-ins of a user pool, held by their refresh tokens. */
export interface SignIns {
  readonly begin: (request: NewSignIn) => { readonly signIn: SignIn; readonly refreshToken: string };
  /** The sign-in that a refresh token of this client continues, or why it does not. */
  readonly resume: (refreshToken: string, clientId: string) => SignIn | "invalid" | "expired" | "revoked";
  /** Ends the sign-in of a refresh token; false when it is no token of this client. */
  readonly revoke: (refreshToken: string, clientId: string) => boolean;
  /** Ends every sign-in of a user until now. */
  readonly signOut: (username: string) => void;
  /** Whether the sign-in that a token of the pool comes from was ended. */
  readonly isRevoked: (claims: Claims) => boolean;
}

interface Held {
  readonly signIn: SignIn;
  readonly expiresAtMs: number;
  readonly isRevoked: boolean;
}

/** The longest that Cognito lets an ID or access token last: the last one of a sign-in is still told from others. */
const KEPT_MS = 24 * 3_600_000;

/** Makes an empty table of sign-ins. */
export function createSignIns(options: {
  readonly now: () => number;
  readonly refreshTokenMs: number;
}): SignIns {
  const { now, refreshTokenMs } = options;
  const byOriginJti = createExpiringMap<Held>(now, KEPT_MS);
  const jtiOfRefreshToken = createExpiringMap<string>(now, KEPT_MS);
  const signedOutAtMs = new Map<string, number>();

  const heldBy = (refreshToken: string, clientId: string): Held | undefined => {
    const held = byOriginJti.get(jtiOfRefreshToken.get(refreshToken) ?? "");
    return held?.signIn.clientId === clientId ? held : undefined;
  };
  const end = ({ signIn }: Held): void => {
    byOriginJti.replace(signIn.originJti, (held) => ({ ...held, isRevoked: true }));
  };
  return {
    begin: (request) => {
      const signIn = { authTimeMs: now(), ...request, originJti: randomUUID() };
      const refreshToken = randomBytes(48).toString("base64url");
      const expiresAtMs = now() + refreshTokenMs;
      byOriginJti.set(signIn.originJti, { signIn, expiresAtMs, isRevoked: false }, expiresAtMs);
      jtiOfRefreshToken.set(refreshToken, signIn.originJti, expiresAtMs);
      return { signIn, refreshToken };
    },
    resume: (refreshToken, clientId) => {
      const held = heldBy(refreshToken, clientId);
      if (held === undefined) return "invalid";
      if (held.isRevoked) return "revoked";
      return held.expiresAtMs <= now() ? "expired" : held.signIn;
    },
    revoke: (refreshToken, clientId) => {
      const held = heldBy(refreshToken, clientId);
      if (held !== undefined) end(held);
      return held !== undefined;
    },
    signOut: (username) => {
      signedOutAtMs.set(username, now());
      for (const held of byOriginJti.values()) if (held.signIn.username === username) end(held);
    },
    isRevoked: (claims) => {
      const held = byOriginJti.get(textClaim(claims, "origin_jti") ?? "");
      if (held !== undefined) return held.isRevoked;
      // A token that was made without a sign-in: only its time tells whether it was made before.
      const username = textClaim(claims, "cognito:username") ?? textClaim(claims, "username") ?? "";
      const authTimeMs = (numberClaim(claims, "auth_time") ?? 0) * 1000;
      return authTimeMs <= (signedOutAtMs.get(username) ?? -1);
    },
  };
}
