import { ambientRulesOf } from "../config/ambient-rules.ts";
import { bodyLimitsOf, policyOptionsOf, selfServiceOf } from "../config/stages.ts";
import type { SharedTier } from "../credentials/shared-tier.ts";
import type { Denylist } from "../identity/denylist.ts";
import type { Issuers } from "../identity/issuers.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { ServerTls } from "../inbound/secure.ts";
import { type BodyReader, createBodyReader } from "../proxy/bodies/body.ts";
import type { Pipeline } from "../proxy/pipeline.ts";
import type { Live } from "../proxy/live.ts";
import { createRouter } from "../proxy/route.ts";
import { type Counts, createShares } from "../proxy/shares.ts";
import type { Registrar } from "../proxy/visit.ts";
import { createBucketRegions } from "../upstream/bucket-regions.ts";
import { type Brokers, brokersOf, tierOf } from "./brokers.ts";
import { tlsOf } from "./certificate.ts";
import { authenticateOf, denylistOf, issuersOf } from "./identity.ts";
import { iotPoliciesOf } from "./iot-policies.ts";
import type { Lasting } from "./lasting.ts";
import { operatorTokenOf } from "./operator-token.ts";
import type { Parts } from "./parts.ts";
import { type Rehearsal, rehearsalOf } from "./rehearsal.ts";
import type { Loaded, Surroundings } from "./surroundings.ts";
import { livesOf, primariesOf } from "./upstreams.ts";

/** All that one configuration makes: a request is served by one of them from its first byte to its last. */
export interface Snapshot extends Loaded {
  readonly pipeline: Pipeline;
  /** The upstreams, each in the region of requests that name none. */
  readonly primaries: readonly Live[];
  readonly issuers: Issuers;
  readonly brokers: Brokers;
  readonly bodies: BodyReader;
  readonly tier: SharedTier | undefined;
  readonly denylist: Denylist | undefined;
  /** What each listener shows and asks for; undefined where it does not speak TLS. */
  readonly tls: Readonly<Record<"listen" | "operator" | "authorize", ServerTls | undefined>>;
  /** What operators show; undefined where reaching their face is enough. */
  readonly operatorToken: string | undefined;
  /** Says what would become of a request. */
  readonly rehearse: Rehearsal;
}

/** What is known of the whole sidecar besides, whatever its configuration. */
interface Whole extends Pick<Registrar, "nameCaller">, Pick<Pipeline, "isLocked"> {
  /** Told when the denylist has changed; resolves when nothing goes on any more for whom it means. */
  readonly onRevoked: (denylist: Denylist) => Promise<void>;
  /** That of the snapshot that serves: it counts for what began by another too. */
  readonly denylist: () => Denylist | undefined;
  /** Requests under way, by whom and by which rule. */
  readonly counts: Counts;
}

/**
 * Makes a snapshot; nothing is fetched yet.
 *
 * @throws Error where a file that the configuration names cannot be read or used
 */
export function snapshotOf(
  loaded: Loaded,
  surroundings: Surroundings,
  lasting: Lasting & Whole,
  parts: Parts,
): Snapshot {
  const { config } = loaded;
  const { signer, clockOf, outbound, metrics, onRevoked, isLocked, counts } = lasting;
  // One budget for the process: a change of its limits is adopted.
  const bodies = parts.take("bodies", null, () => createBodyReader(...bodyLimitsOf(config)));
  const lives = livesOf(config, clockOf, parts);
  const primaries = primariesOf(lives);
  // Of another endpoint nothing is known that its name was told before.
  const places = lives.map(({ upstream, host }) => [upstream.name, upstream.region, host]);
  const bucketRegions = parts.take("bucket regions", places, createBucketRegions);
  const issuers = issuersOf(config, surroundings, outbound, parts);
  const sharing = tierOf(config, surroundings, metrics, parts);
  const brokers = brokersOf(config, surroundings, lasting, { parts, sharing });
  const denylist = denylistOf(config, surroundings, onRevoked, parts);
  const pipeline: Pipeline = {
    route: createRouter(lives),
    upstreams: primaries.map(({ upstream }) => upstream),
    authenticate: authenticateOf(config, surroundings, { issuers, denylist: lasting.denylist }, parts),
    ambient: ambientRulesOf(config),
    cookie: config.identity.cookie?.name,
    policy: compilePolicy(config.policy.rules, policyOptionsOf(config)),
    bodies,
    bucketRegions,
    brokerOf: brokers.of,
    iotPolicies: iotPoliciesOf(config, surroundings, lasting, { parts, primaries }),
    selfService: selfServiceOf(config),
    shares: createShares(config.limits.inFlightPerCaller, counts),
    isLocked,
    signer,
    now: surroundings.now,
  };
  const rehearse = rehearsalOf(config, pipeline, denylist?.isRevoked);
  return {
    ...loaded,
    pipeline,
    primaries,
    issuers,
    brokers,
    bodies,
    tier: sharing?.tier,
    denylist,
    tls: shownBy(config),
    operatorToken: operatorTokenOf(config),
    rehearse,
  };
}

function shownBy({ listen, operator, authorize }: Loaded["config"]): Snapshot["tls"] {
  return { listen: tlsOf(listen.tls), operator: tlsOf(operator.tls), authorize: tlsOf(authorize?.tls) };
}
