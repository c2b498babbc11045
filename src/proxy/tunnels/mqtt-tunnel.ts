import { Refusal } from "../../domain/refusal.ts";
import type * as Speaker from "../../upstream/mqtt/open-mqtt.ts";
import type { UpgradeClient } from "../../upstream/tunnel.ts";
import { proceed } from "../proceed.ts";
import type { Visit } from "../visit.ts";
import { webSocketLines } from "./handshake.ts";
import { MqttJudge } from "./mqtt-judge.ts";
import { mqttSubprotocolOf } from "./mqtt-subprotocol.ts";
import type { Opening } from "./opening.ts";
import { createTunnelLife, type TunnelFace } from "./tunnel-life.ts";

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
): unknown {
  const { pipeline, caller, to, handshake } = opening;
  const { actionPrefix } = to.live.upstream;
  if (!pipeline.policy.mayUse(caller, actionPrefix, pipeline.now()))
    throw new Refusal("denied-no-rule", { detail: `nothing allows this caller ${actionPrefix}` });
  webSocketLines(handshake.head.headers);
  const subprotocol = mqttSubprotocolOf(handshake.head.headers);
  return proceed(speaker ?? loadSpeaker(), (module) => {
    if (visit.hasEnded || visit.response.destroyed) return visit.end({});
    const life = createTunnelLife(face, visit, opening);
    const judge = new MqttJudge(face, visit, opening, life);
    const tunnel = module.openMqtt(client, subprotocol, {
      idleMs: opening.rules.idleMs,
      connectMs: CONNECT_MS,
      decide: (ask) => judge.decide(ask),
      dial: () => judge.dial(),
      onConnected: (accepted) => judge.note(accepted),
      onEnd: life.end,
    });
    return life.begin(tunnel, () => judge.review(tunnel));
  });
}

/** Who takes no MQTT need not have the memory for it. */
let speaker: typeof Speaker | undefined;

async function loadSpeaker(): Promise<typeof Speaker> {
  speaker ??= await import("../../upstream/mqtt/open-mqtt.ts");
  return speaker;
}
