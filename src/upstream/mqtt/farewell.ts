import type { IDisconnectPacket, Packet } from "mqtt-packet";
import type { TunnelEnd } from "../../domain/tunnel-end.ts";
import { connackOf, type ConnectRefusal } from "./connect.ts";
import type { MqttVersion } from "./packet-forms.ts";
import { type ReasonCode, REASONS } from "./reason-codes.ts";
import type { Farewell } from "./session-ports.ts";

/** How far a connection has come: without a CONNECT, with one that is not answered, and connected. */
export type Phase = "new" | "asked" | "open";

/** The {@link Farewell} of a connection, which may end before it is one. */
export interface LastWord extends Farewell {
  /** Told in a CONNACK, where there was none yet, instead of the usual one. */
  readonly connack?: ConnectRefusal;
}

/** What a DISCONNECT of MQTT 5 says (section 3.14.2.1). A side that left is told nothing, nor is anything made up for AWS. */
const REASON_OF: Readonly<Record<TunnelEnd, ReasonCode | null>> = {
  client: null,
  upstream: null,
  token: REASONS.notAuthorized,
  credentials: REASONS.notAuthorized,
  denied: REASONS.notAuthorized,
  refused: REASONS.notAuthorized,
  protocol: REASONS.protocolError,
  idle: REASONS.keepAliveTimeout,
  lifetime: REASONS.maximumConnectTime,
  drain: REASONS.serverShuttingDown,
  locked: REASONS.administrativeAction,
};

/** The ends by which the right is gone that a connection was opened by. */
const WITHDRAWN: ReadonlySet<TunnelEnd> = new Set(["token", "credentials", "denied", "locked"]);

/** The last packet to a client; undefined where the WebSocket close alone says that it is over. */
export function farewellOf(
  phase: Phase,
  version: MqttVersion,
  why: TunnelEnd,
  word: LastWord,
): Packet | undefined {
  const { connack, reasonCode = REASON_OF[why] } = word;
  if (phase === "new") return connack === undefined ? undefined : connackOf(connack, version);
  if (phase === "asked") return connackOf(connack ?? usualConnack(why), version);
  return version === 5 && reasonCode !== null ? { cmd: "disconnect", reasonCode } : undefined;
}

/**
 * The last packet to AWS, if there is one.
 *
 * It takes back the client's will, which AWS publishes for a connection that ends without a word. Where the right is gone, nothing
 * more is done in the client's name. At every other end the will may still be published, and tells those who wait for the client
 * that it is not there any more, as it would if the client had been connected to AWS itself.
 */
export function farewellToUpstream(why: TunnelEnd): IDisconnectPacket | undefined {
  return WITHDRAWN.has(why) ? { cmd: "disconnect", reasonCode: REASONS.normalDisconnection } : undefined;
}

function usualConnack(why: TunnelEnd): ConnectRefusal {
  return REASON_OF[why] === REASONS.notAuthorized ? "not-authorized" : "unavailable";
}
