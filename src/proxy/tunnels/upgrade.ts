import { Refusal } from "../../domain/refusal.ts";
import type { UpgradeClient } from "../../upstream/tunnel.ts";
import { contextOf } from "../context.ts";
import { enter } from "../handle.ts";
import { RESERVED } from "../pages/reserved.ts";
import { proceed } from "../proceed.ts";
import { guarded } from "../respond.ts";
import { shareholderOf } from "../shares.ts";
import type { Visit } from "../visit.ts";
import { checkOrigin } from "./check-origin.ts";
import { readHandshake } from "./handshake.ts";
import { openMqttTunnel } from "./mqtt-tunnel.ts";
import { readOpening, webSocketOf } from "./opening.ts";
import { openRawTunnel } from "./raw-tunnel.ts";
import type { TunnelFace } from "./tunnel-life.ts";

/**
 * The way of an upgrade to WebSocket: tokens, door, route, page, caller and operation as for a request; and then a tunnel, of
 * which AWS's part is decided, signed and opened by what it carries.
 */
export function upgrade(face: TunnelFace, visit: Visit, client: UpgradeClient): void {
  const pipeline = face.pipeline();
  const since = face.tunnels.reviews();
  guarded(visit, () => {
    const handshake = readHandshake(visit.request);
    visit.head = handshake.head;
    if (visit.head.target.startsWith(RESERVED))
      throw new Refusal("upgrade-not-accepted", { detail: "a page of Postern's own" });
    const to = enter(visit, pipeline.route, "websocket");
    const { rules, port } = webSocketOf(to.live);
    checkOrigin(handshake, rules);
    return proceed(pipeline.authenticate(visit.head.headers), (caller) => {
      visit.caller = caller;
      visit.stages.enter("operation");
      if (visit.hasEnded) return undefined;
      pipeline.shares.ofCaller(visit, caller);
      face.seat.take(shareholderOf(caller));
      const { sourceIp } = contextOf(visit.request, pipeline.now);
      const opening = readOpening({ pipeline, handshake, to, rules, port, caller, sourceIp, since });
      visit.operation = opening.operation;
      return port.carries === "mqtt"
        ? openMqttTunnel(face, visit, client, opening)
        : openRawTunnel(face, visit, client, opening);
    });
  });
}
