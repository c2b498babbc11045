import type { Caller } from "../domain/caller.ts";
import type { Credentials } from "../domain/credentials.ts";
import type { IotPolicy } from "./iot-policy.ts";
import type { IotStanding, IotStandings } from "./iot-standings.ts";

/** Who connects to which upstream, and as which identity. */
export interface IotParty {
  /** The configured name. */
  readonly upstream: string;
  readonly caller: Caller;
  readonly credentials: Pick<Credentials, "identityId">;
}

/**
 * The IoT policies of identities: AWS IoT takes a CONNECT of a user whom an identity pool knows only where such a policy allows it
 * besides the role (AWS IoT Core Developer Guide, authorization with Amazon Cognito identities). Of guests, and of credentials
 * that came straight from STS, it asks for none, and then nothing is done or known here.
 */
export interface IotPolicies {
  /**
   * Sees that the identity has the configured policy; undefined where there is nothing to wait for. To be called once the CONNECT
   * is permitted and the credentials are there.
   *
   * Rejects with Refusal credentials-refused, credentials-unavailable or credentials-throttled.
   */
  readonly ensure: (party: IotParty) => Promise<void> | undefined;
  /** Takes note of whether AWS took a CONNECT that was permitted. */
  readonly note: (party: IotParty, accepted: boolean) => void;
  /** What is known of the identity's policy; undefined where it needs none. */
  readonly standingOf: (party: IotParty) => IotStanding | undefined;
}

/** What {@link createIotPolicies} needs. */
export interface IotPoliciesOptions {
  /** The upstreams of AWS IoT by name, with the policy that is attached; undefined where none is. */
  readonly upstreams: ReadonlyMap<string, IotPolicy | undefined>;
  readonly standings: IotStandings;
  /** Told when AWS does not take a CONNECT; once in an hour for each identity. */
  readonly onMissing: (party: IotParty) => void;
}

/** Makes the IoT policies of all upstreams. */
export function createIotPolicies({ upstreams, standings, onMissing }: IotPoliciesOptions): IotPolicies {
  /** The identity, where it needs a policy. */
  const identityOf = ({ upstream, caller, credentials }: IotParty): string | undefined =>
    upstreams.has(upstream) && caller.kind !== "guest" ? credentials.identityId : undefined;
  return {
    ensure: (party) => {
      const identityId = identityOf(party);
      return identityId === undefined
        ? undefined
        : upstreams.get(party.upstream)?.ensure(identityId, party.caller);
    },
    note: (party, accepted) => {
      const identityId = identityOf(party);
      if (identityId !== undefined && standings.connected(party.upstream, identityId, accepted))
        onMissing(party);
    },
    standingOf: (party) => {
      const identityId = identityOf(party);
      return identityId === undefined ? undefined : standings.of(party.upstream, identityId);
    },
  };
}
