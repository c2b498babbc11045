import { endpointOf } from "../aws/endpoint.ts";
import type { Config } from "../config/schema.ts";
import type { Brokers } from "../credentials/brokers.ts";
import { createDenylist, type Denylist } from "../identity/denylist.ts";
import { createIssuers, type Issuers } from "../identity/issuers.ts";
import type { Outbound } from "../outbound/call.ts";
import type { Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";

/** The configured user pools and other issuers. */
export function issuersOf(
  { identity, aws, limits }: Config,
  { log, now }: Surroundings,
  outbound: Outbound,
): Issuers {
  return createIssuers({
    ...identity,
    originOf: (region) => endpointOf("cognito-idp", region, aws.endpoint),
    outbound,
    intervalMs: identity.jwksRefresh,
    // A token that proves nothing yet may take half of what there is, and leaves the other half to those who have proved.
    maxWaiting: limits.inFlight / 2,
    onFailure: (issuer, error) => log.warn("keys cannot be had", { issuer, error: told(error) }),
    now,
  });
}

/** The configured denylist; whoever comes to stand in it loses the credentials that were got. */
export function denylistOf({ identity }: Config, { log, now }: Surroundings, brokers: Brokers) {
  if (identity.denylistFile === undefined) return undefined;
  const denylist: Denylist = createDenylist({
    path: identity.denylistFile,
    now,
    onChange: () => brokers.forget(denylist.isRevoked),
    onFailure: (error) => log.warn("the denylist cannot be taken over", { error: told(error) }),
  });
  return denylist;
}
