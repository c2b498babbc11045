import { type MqttAsk, readMqttAsk } from "../../aws/iot/mqtt-ask.ts";
import type { Credentials } from "../../domain/credentials.ts";
import type { Permit } from "../../domain/decision.ts";
import type { Operation } from "../../domain/operation.ts";
import { Refusal, type RefusalCode } from "../../domain/refusal.ts";
import { mqttTarget } from "../../signing/mqtt-url.ts";
import { type MqttDial, type MqttTunnel, openMqtt } from "../../upstream/mqtt/open-mqtt.ts";
import type { UpgradeClient } from "../../upstream/tunnel.ts";
import { brokerFor } from "../attempt.ts";
import { toRefusal } from "../respond.ts";
import type { Visit } from "../visit.ts";
import { protocolsOf, webSocketLines } from "./handshake.ts";
import { decideFor, isSameGrant, type Opening, permitFor, review } from "./opening.ts";
import { createTunnelLife, type TunnelFace, type TunnelLife } from "./tunnel-life.ts";
import { packetOutcome } from "./tunnel-records.ts";

/** What was permitted with the CONNECT: all that follows is done with its credentials. */
interface Connected {
  readonly operation: Operation;
  readonly permit: Permit;
}

/** `mqttv3.1` is what AWS's device SDK for browsers offers; it speaks 3.1.1 then. */
const SUBPROTOCOLS = ["mqtt", "mqttv3.1"];

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
  const subprotocol = protocolsOf(handshake.head.headers).find((one) => SUBPROTOCOLS.includes(one));
  if (subprotocol === undefined)
    throw new Refusal("upgrade-not-accepted", { detail: "no subprotocol mqtt is offered" });
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
  let credentials: Credentials | undefined;
  const ofNow = (): Opening => ({ ...opening, pipeline: face.pipeline() });

  const allow = (operation: Operation, now: Opening): void => {
    if (connected === undefined) {
      const permit = permitFor(now, operation);
      connected = { operation, permit };
    } else checkTogether(now, connected, operation);
  };
  return {
    decide: (ask: MqttAsk): RefusalCode | undefined => {
      const { operation, refusal: unread } = read(ask, opening);
      const refusal = unread ?? caught(() => allow(operation, ofNow()));
      visit.decision = connected?.permit;
      const decision = refusal === undefined ? connected?.permit : undefined;
      face.recorder.packet(packetOutcome(visit, operation, decision, refusal));
      return refusal?.code;
    },
    dial: async (): Promise<MqttDial> => {
      if (connected === undefined) throw new Refusal("internal", { detail: "no CONNECT was permitted" });
      const { pipeline } = ofNow();
      credentials = await brokerFor(pipeline, connected.permit).obtain(connected.permit, caller);
      visit.assumedRole = credentials.assumedRoleArn;
      life.endWithCredentials(credentials.expiresAtMs);
      const host = live.host.replace(/:\d+$/, "");
      const nowMs = live.clock.now();
      const target = await mqttTarget({ host, region: live.upstream.region, credentials, nowMs });
      return { url: `${live.origin.replace(/^http/, "ws")}${target}`, host };
    },
    onConnected: (): void => {},
    mayGoOn: (again: Opening, tunnel: MqttTunnel): boolean => {
      const connect = tunnel.connect();
      if (connect === undefined || connected === undefined) return true;
      const { permit } = connected;
      const { upstream } = again.to.live;
      const operation = readMqttAsk(connect, upstream);
      if (!isSameGrant(permit, permitFor(again, operation))) return false;
      for (const filter of tunnel.filters())
        checkTogether(again, { operation, permit }, readMqttAsk({ kind: "subscribe", filter }, upstream));
      return true;
    },
  };
}

/**
 * Sees that a packet is allowed with the credentials that the connection has. Most are by the rule that comes first, and then
 * nothing else has to be looked at.
 *
 * @throws Refusal the denial's reason, roles-disagree
 */
function checkTogether(now: Opening, { operation, permit }: Connected, packet: Operation): void {
  const alone = decideFor(now, packet);
  if (alone.verdict === "denial") throw new Refusal(alone.reason, { detail: alone.detail });
  if (isSameGrant(alone, permit)) return;
  const both = { ...packet, requirements: [...operation.requirements, ...packet.requirements] };
  if (!isSameGrant(permitFor(now, both), permit))
    throw new Refusal("roles-disagree", { detail: "allowed, but not with the credentials of the CONNECT" });
}

/** What cannot be read is nothing's name; the record says what kind of packet it was. */
function read(ask: MqttAsk, { operation, to }: Opening) {
  let refusal: Refusal | undefined;
  let found = { ...operation, name: NAMES[ask.kind] };
  refusal = caught(() => {
    found = readMqttAsk(ask, to.live.upstream);
  });
  return { operation: found, refusal };
}

const NAMES: Readonly<Record<MqttAsk["kind"], string>> = {
  connect: "Connect",
  publish: "Publish",
  subscribe: "Subscribe",
  receive: "Receive",
};

function caught(run: () => void): Refusal | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return toRefusal(error);
  }
}
