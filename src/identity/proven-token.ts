import type { Login } from "../domain/caller.ts";
import { Refusal } from "../domain/refusal.ts";

/** Which of the tokens of a request it is: the one that policy reads, or the ID token beside it. */
export type TokenPlace = "bearer" | "id-token";

/** Claims of a token that was proved. */
export type Claims = Readonly<Record<string, unknown>>;

/** What a token whose signature, issuer, use and client are proved says. Its times are left: they must hold at every use. */
export interface ProvenToken {
  readonly use: "id" | "access";
  readonly kind: "user" | "machine";
  /** The configured name of the issuer. */
  readonly issuer: string;
  /** Who that is, whatever name it goes by: the id of the user pool, or the `iss` of another issuer. */
  readonly issuerId: string;
  readonly subject: string;
  readonly clientId: string;
  readonly groups: readonly string[];
  /** Of an ID token; otherwise empty. */
  readonly roles: readonly string[];
  readonly preferredRole: string | undefined;
  /** Of an ID token. */
  readonly login: Login | undefined;
  readonly claims: Claims;
}

/**
 * The subject of a token.
 *
 * @throws Refusal token-malformed
 */
export function subjectOf({ sub }: Claims): string {
  if (typeof sub === "string" && sub !== "") return sub;
  throw new Refusal("token-malformed", { detail: "no sub" });
}
