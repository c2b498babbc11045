import { type MqttAsk, readMqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { IotParty } from "../../credentials/iot-policies.ts";
import type { Decision, Permit } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal, type RefusalCode } from "../../domain/refusal.ts";
import { mqttTarget } from "../../signing/mqtt-url.ts";
import { type MqttDial, type MqttTunnel, openMqtt } from "../../upstream/mqtt/open-mqtt.ts";
import type { UpgradeClient } from "../../upstream/tunnel.ts";
import { brokerFor } from "../attempt.ts";
import type { Visit } from "../visit.ts";
import { webSocketLines } from "./handshake.ts";
import { mqttSubprotocolOf } from "./mqtt-subprotocol.ts";
import { decideFor, isSameGrant, type Opening, review, wished } from "./opening.ts";
import { createTunnelLife, type TunnelFace, type TunnelLife } from "./tunnel-life.ts";
import { judged } from "./tunnel-records.ts";

/** What was permitted with the CONNECT: all that follows is done with its credentials. */
interface Connected {
  readonly operation: Operation;
  readonly permit: Permit;
}

/** How long a client may take for its CONNECT, and AWS for its answer. */
const CONNECT_MS = 10_000;

/**
 * Opens a tunnel in which each packet is decided. Who nothing of the service is allowed is turned away at once.
 *
 * @throws Refusal denied-no-rule, upgrade-not-accepted, target-malformed
 */
export function openMqttTunnel(
  face: TunnelFace,
  visit: Visit,
  client: UpgradeClient,
  opening: Opening,
): void {
  const { pipeline, caller, to, handshake, rules } = opening;
  const { actionPrefix } = to.live.upstream;
  if (!pipeline.policy.mayUse(caller, actionPrefix, pipeline.now()))
    throw new Refusal("denied-no-rule", { detail: `nothing allows this caller ${actionPrefix}` });
  webSocketLines(handshake.head.headers);
  const subprotocol = mqttSubprotocolOf(handshake.head.headers);
  if (visit.response.destroyed) return visit.end({});
  const life = createTunnelLife(face, visit, opening);
  const judge = createJudge(face, visit, opening, life);
  const tunnel: MqttTunnel = openMqtt(client, subprotocol, {
    idleMs: rules.idleMs,
    connectMs: CONNECT_MS,
    decide: judge.decide,
    dial: judge.dial,
    onConnected: judge.onConnected,
    onEnd: life.end,
  });
  life.begin(tunnel, () => review(opening, face.pipeline(), (again) => judge.mayGoOn(again, tunnel)));
}

/** Decides what goes over one tunnel, by the rules of the moment. */
function createJudge(face: TunnelFace, visit: Visit, opening: Opening, life: TunnelLife) {
  const { to, caller } = opening;
  const { live } = to;
  let connected: Connected | undefined;
  let party: IotParty | undefined;
  const ofNow = (): Opening => ({ ...opening, pipeline: face.pipeline() });
  const decideOn = (operation: Operation): Decision => {
    if (connected !== undefined) return decideWith(ofNow(), connected, operation);
    const decision = wished(opening, decideFor(ofNow(), operation));
    visit.decision = decision;
    if (decision.verdict === "permit") connected = { operation, permit: decision };
    return decision;
  };
  return {
    decide: (ask: MqttAsk): RefusalCode | undefined => {
      const outcome = judged(visit, NAMES[ask.kind], () => readMqttAsk(ask, live.upstream), decideOn);
      face.recorder.packet(outcome);
      return outcome.reason;
    },
    dial: async (): Promise<MqttDial> => {
      if (connected === undefined) throw new Refusal("internal", { detail: "no CONNECT was permitted" });
      const { permit } = connected;
      const credentials = await brokerFor(face.pipeline(), permit).obtain(permit, caller);
      visit.assumedRole = credentials.assumedRoleArn;
      life.endWithCredentials(credentials.expiresAtMs);
      party = { upstream: live.upstream.name, caller, credentials };
      await face.pipeline().iotPolicies.ensure(party);
      const host = live.host.replace(/:\d+$/, "");
      const { region } = live.upstream;
      const target = await mqttTarget({ host, region, credentials, nowMs: live.clock.now() });
      return { url: `${live.origin.replace(/^http/, "ws")}${target}`, host };
    },
    onConnected: (accepted: boolean): void => {
      if (party !== undefined) face.pipeline().iotPolicies.note(party, accepted);
    },
    mayGoOn: (again: Opening, tunnel: MqttTunnel): boolean => {
      const connect = tunnel.connect();
      if (connect === undefined || connected === undefined) return true;
      const { permit } = connected;
      const { upstream } = again.to.live;
      const operation = readMqttAsk(connect, upstream);
      if (!isSameGrant(wished(again, decideFor(again, operation)), permit)) return false;
      return tunnel.filters().every((filter) => {
        const asked = readMqttAsk({ kind: "subscribe", filter }, upstream);
        return decideWith(again, { operation, permit }, asked).verdict === "permit";
      });
    },
  };
}

/**
 * Decides a packet, which has to be allowed with the credentials that the connection has. Most are by the rule that comes first,
 * and then nothing else has to be looked at.
 */
function decideWith(now: Opening, { operation, permit }: Connected, packet: Operation): Decision {
  const alone = decideFor(now, packet);
  if (alone.verdict === "denial" || isSameGrant(alone, permit)) return alone;
  const both = { ...packet, requirements: [...operation.requirements, ...packet.requirements] };
  const together = wished(now, decideFor(now, both));
  if (isSameGrant(together, permit)) return together;
  const detail = "allowed, but not with the credentials of the CONNECT";
  return { verdict: "denial", reason: "roles-disagree", detail };
}

const NAMES: Readonly<Record<MqttAsk["kind"], string>> = {
  connect: "Connect",
  publish: "Publish",
  subscribe: "Subscribe",
  receive: "Receive",
};
