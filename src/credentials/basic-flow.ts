import type { Broker } from "./broker.ts";
import { createIdentities } from "./identities.ts";
import type { IdentityPoolCalls } from "./identity-pool-calls.ts";
import { MAX_IDENTITIES } from "./identity-pool.ts";
import { loginOf } from "./login.ts";
import { sessionParameters } from "./role-session.ts";
import type { AssumeWithWebIdentity } from "./web-identity.ts";

/**
 * The basic (classic) flow of an identity pool: GetId, GetOpenIdToken, then AssumeRoleWithWebIdentity with the token
 * that the pool gave. Not for guests: only the enhanced flow narrows what they may do.
 *
 * @param maxIdentities identity ids kept
 */
export function createBasicFlow(
  calls: IdentityPoolCalls,
  assume: AssumeWithWebIdentity,
  maxIdentities = MAX_IDENTITIES,
): Broker {
  const identities = createIdentities(calls.getId, maxIdentities);
  return async (permit, caller) => {
    loginOf(caller);
    const session = sessionParameters(permit);
    const { identityId, token } = await identities.use(caller, (id) => calls.getOpenIdToken(id, caller));
    return { ...(await assume(token, session, caller)), identityId };
  };
}
