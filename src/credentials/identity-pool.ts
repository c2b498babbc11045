import { Refusal } from "../domain/refusal.ts";
import type { Broker } from "./broker.ts";
import { createIdentities } from "./identities.ts";
import type { IdentityPoolCalls } from "./identity-pool-calls.ts";
import { POOL } from "./role-arn.ts";

/** Identity ids kept by default: they are small, and GetId is the narrowest quota. */
export const MAX_IDENTITIES = 100_000;

/**
 * The enhanced flow of an identity pool: GetId, then GetCredentialsForIdentity, naming the role where the permit names
 * one. A guest gets the role that the pool has for guests, and no other.
 *
 * @param maxIdentities identity ids kept
 */
export function createIdentityPool(calls: IdentityPoolCalls, maxIdentities = MAX_IDENTITIES): Broker {
  const identities = createIdentities(calls.getId, maxIdentities);
  return async ({ role }, caller) => {
    if (caller.kind === "guest" && role !== POOL)
      throw new Refusal("role-not-granted", {
        detail: "guests get the role that the identity pool has for them",
      });
    return identities.use(caller, (id) => calls.getCredentials(id, role, caller));
  };
}
