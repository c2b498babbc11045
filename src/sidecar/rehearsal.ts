import { ambientRulesOf } from "../config/ambient-rules.ts";
import type { Address } from "../config/address.ts";
import type { ListenAddress } from "../config/listening.ts";
import type { Config } from "../config/schema.ts";
import { sourceTraitsOf } from "../config/sources.ts";
import { callerOptionsOf, policyOptionsOf } from "../config/stages.ts";
import { upstreamsOf } from "../config/upstreams.ts";
import type { Caller } from "../domain/caller.ts";
import type { Clock } from "../domain/clock.ts";
import { createClaimedCaller } from "../identity/claimed-caller.ts";
import { createUnprovedReader } from "../identity/unproved-tokens.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { Arrival } from "../proxy/explain/arrival.ts";
import { explainRequest } from "../proxy/explain/explain.ts";
import type { ExplainParts } from "../proxy/explain/parts.ts";
import type { Pipeline } from "../proxy/pipeline.ts";
import type { Explained, PacketQuestion, Question } from "../proxy/explain/question.ts";
import { createRouter } from "../proxy/route.ts";

/** Says what would become of a request, or of an MQTT packet. Never rejects. */
export type Rehearsal = (question: Question | PacketQuestion) => Promise<Explained>;

/** The stages that do not depend on whether anything runs. */
type Stages = Pick<ExplainParts, "route" | "authenticate" | "ambient" | "policy" | "now">;

/**
 * Makes a rehearsal of a checked configuration that does not run: nothing is opened, fetched or asked, and the signatures
 * of tokens are not checked, nor is the denylist.
 */
export function createRehearsal(config: Config, { now }: { readonly now: Clock }): Rehearsal {
  const { userPools, issuers } = config.identity;
  return rehearse(config, {
    route: createRouter(upstreamsOf(config)),
    authenticate: createUnprovedReader({ ...callerOptionsOf(config), userPools, issuers }),
    ambient: ambientRulesOf(config),
    policy: compilePolicy(config.policy.rules, policyOptionsOf(config)),
    now,
  });
}

/**
 * Makes the rehearsal of a pipeline that runs by this configuration: tokens are proved by the keys that it has.
 *
 * @param isRevoked the denylist, for claims; of tokens the pipeline asks it itself
 */
export function rehearsalOf(
  config: Config,
  pipeline: Pick<Pipeline, keyof Stages>,
  isRevoked?: (caller: Caller) => boolean,
): Rehearsal {
  return rehearse(config, pipeline, isRevoked);
}

function rehearse(config: Config, stages: Stages, isRevoked?: (caller: Caller) => boolean): Rehearsal {
  const traits = sourceTraitsOf(config);
  const parts: ExplainParts = {
    ...stages,
    mqtt: mqttUpstreamsOf(config),
    callerOf: createClaimedCaller({ ...config.identity, isRevoked }),
    sourceKindOf: (source) => traits.get(source)?.kind,
    arrival: { ...arrivalAt(config.listen.address), maxHeaderBytes: config.limits.headers },
  };
  return (question) => explainRequest(parts, question);
}

/** By which name clients on this machine call an address, and from where. */
function arrivalAt(address: ListenAddress): Pick<Arrival, "host" | "sourceIp"> {
  if ("socket" in address) return { host: "localhost", sourceIp: undefined };
  return { host: hostAt(address), sourceIp: "127.0.0.1" };
}

function hostAt(address: Address): string {
  const { host, port } = address;
  if (host === "0.0.0.0" || host === "::") return `127.0.0.1:${port}`;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Each in its first region, where all that name none go. */
function mqttUpstreamsOf(config: Config): ExplainParts["mqtt"] {
  return upstreamsOf(config)
    .filter(({ service }) => service.webSocket?.carries === "mqtt")
    .map(({ upstream }) => upstream)
    .filter(({ name }, i, all) => all.findIndex((one) => one.name === name) === i);
}
