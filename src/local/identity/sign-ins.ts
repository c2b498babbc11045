import { randomBytes, randomUUID } from "node:crypto";

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
  /** Whether the sign-in that a token's `origin_jti` names was ended. */
  readonly isRevoked: (originJti: string) => boolean;
}

interface Held {
  readonly signIn: SignIn;
  readonly expiresAtMs: number;
}

/** Makes an empty table of sign-ins. */
export function createSignIns(options: {
  readonly now: () => number;
  readonly refreshTokenMs: number;
}): SignIns {
  const { now, refreshTokenMs } = options;
  const byRefreshToken = new Map<string, Held>();
  const revoked = new Set<string>();

  const heldBy = (refreshToken: string, clientId: string): Held | undefined => {
    const held = byRefreshToken.get(refreshToken);
    return held?.signIn.clientId === clientId ? held : undefined;
  };
  return {
    begin: (request) => {
      const signIn = { authTimeMs: now(), ...request, originJti: randomUUID() };
      const refreshToken = randomBytes(48).toString("base64url");
      byRefreshToken.set(refreshToken, { signIn, expiresAtMs: now() + refreshTokenMs });
      return { signIn, refreshToken };
    },
    resume: (refreshToken, clientId) => {
      const held = heldBy(refreshToken, clientId);
      if (held === undefined) return "invalid";
      if (revoked.has(held.signIn.originJti)) return "revoked";
      return held.expiresAtMs <= now() ? "expired" : held.signIn;
    },
    revoke: (refreshToken, clientId) => {
      const held = heldBy(refreshToken, clientId);
      if (held !== undefined) revoked.add(held.signIn.originJti);
      return held !== undefined;
    },
    signOut: (username) => {
      for (const { signIn } of byRefreshToken.values()) {
        if (signIn.username === username) revoked.add(signIn.originJti);
      }
    },
    isRevoked: (originJti) => revoked.has(originJti),
  };
}
