import { endpointOf } from "../aws/endpoint.ts";
import type { Config } from "../config/schema.ts";
import { callerOptionsOf } from "../config/stages.ts";
import { createDenylist, type Denylist } from "../identity/denylist.ts";
import { stopIssuer } from "../identity/issuer.ts";
import { createIssuers, type Issuers } from "../identity/issuers.ts";
import { type Authenticate, createAuthenticate } from "../identity/verifier.ts";
import type { Outbound } from "../outbound/call.ts";
import type { Parts } from "./parts.ts";
import type { Surroundings } from "./surroundings.ts";
import { told } from "./told.ts";

/** The configured user pools and other issuers. */
export function issuersOf(
  { identity, aws, limits }: Config,
  { log, now }: Surroundings,
  outbound: Outbound,
  parts: Parts,
): Issuers {
  const { endpoint } = aws;
  return createIssuers({
    ...identity,
    originOf: (region) => endpointOf("cognito-idp", region, endpoint),
    outbound,
    intervalMs: identity.jwksRefresh,
    // A token that proves nothing yet may take half of what there is, and leaves the other half to those who have proved.
    maxWaiting: limits.inFlight / 2,
    take: (settings, make) =>
      parts.take(`issuer ${settings.name}`, [settings, endpoint, identity.jwksRefresh], make, stopIssuer),
    onFailure: (issuer, error) => log.warn("keys cannot be had", { issuer, error: told(error) }),
    now,
  });
}

/**
 * The configured denylist.
 *
 * @param onChange told after each change: whoever comes to stand in it loses the credentials that were got, and tunnels
 */
export function denylistOf(
  { identity }: Config,
  { log, now }: Surroundings,
  onChange: (denylist: Denylist) => Promise<void>,
  parts: Parts,
): Denylist | undefined {
  const path = identity.denylistFile;
  if (path === undefined) return undefined;
  const make = (): Denylist => {
    const denylist: Denylist = createDenylist({
      path,
      now,
      onChange: () => onChange(denylist),
      onFailure: (error) => log.warn("the denylist cannot be taken over", { error: told(error) }),
    });
    return denylist;
  };
  return parts.take("denylist", path, make, (denylist) => denylist.close());
}

/** The first stage, with what it has proved: it goes by all that `identity` says, and is another where that is. */
export function authenticateOf(
  config: Config,
  { now }: Surroundings,
  { issuers, denylist }: { readonly issuers: Issuers; readonly denylist: () => Denylist | undefined },
  parts: Parts,
): Authenticate {
  const isRevoked: Denylist["isRevoked"] = (caller) => denylist()?.isRevoked(caller) === true;
  return parts.take("authenticate", [config.identity, config.aws.endpoint], () =>
    createAuthenticate({ ...callerOptionsOf(config), issuers: issuers.all, denylist: { isRevoked }, now }),
  );
}
