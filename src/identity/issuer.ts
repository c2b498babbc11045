import type { Clock } from "../domain/clock.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Outbound } from "../outbound/call.ts";
import { createKeySource } from "./jwks.ts";
import { createUserPoolVerifier, issuersOf, type UserPool } from "./user-pool.ts";
import type { Issuer } from "./verifier.ts";

/** What {@link createIssuer} needs. */
export interface IssuerOptions {
  readonly pool: UserPool;
  /** Scheme, host and port that serve the pool's key set. */
  readonly origin: string;
  readonly outbound: Outbound;
  readonly onFailure: (error: unknown) => void;
  readonly now: Clock;
}

/** Makes a user pool an issuer, with its keys fetched from the address that its configured id gives; no token is asked. */
export function createIssuer({ pool, origin, outbound, onFailure, now }: IssuerOptions): Issuer {
  const verifier = createUserPoolVerifier(pool);
  const url = `${origin}/${pool.id}/.well-known/jwks.json`;
  const fetch = async (): Promise<string> => {
    const { status, body } = await outbound({ url, method: "GET", headers: { accept: "application/json" } });
    if (status !== 200) throw new Refusal("keys-unavailable", { detail: `the key set answered ${status}` });
    return body;
  };
  const keys = createKeySource({ fetch, onChange: verifier.useKeys, onFailure, now });
  return { name: pool.name, iss: issuersOf(pool), keys, pool: verifier };
}
