import type { WebSocket } from "ws";
import { isTokenRefusal, Refusal, REFUSALS } from "../../domain/refusal.ts";
import { CLOSE_CODES, type TunnelEnd } from "../../domain/tunnel-end.ts";
import type { TunnelReport } from "../tunnel.ts";
import { askOf, type ConnectAsk, connectUpstream, refusalOfConnect } from "./connect.ts";
import { dialUpstream, type MqttDial } from "./dial-upstream.ts";
import { farewellOf, farewellToUpstream, type LastWord, type Phase } from "./farewell.ts";
import type { MqttFault } from "./mqtt-fault.ts";
import type { MqttOptions } from "./mqtt-options.ts";
import type { MqttVersion } from "./packet-forms.ts";
import { type ConnectPacket, readConnect } from "./read-packet.ts";
import { REASONS } from "./reason-codes.ts";
import { Session } from "./session.ts";
import { Wire, type WireEvents } from "./wire.ts";
import { writePacket } from "./write-packet.ts";

/** An MQTT connection between a client and AWS: two wires, and the session between them. */
export class MqttConnection {
  readonly #subprotocol: string;
  readonly #options: MqttOptions;
  readonly #client: Wire;
  readonly #open = new Set<Wire>();
  #upstream: Wire | undefined;
  #session: Session | undefined;
  #phase: Phase = "new";
  #version: MqttVersion = 4;
  #asked: ConnectAsk | undefined;
  #giveUpDial: () => void = () => {};
  #deadline: NodeJS.Timeout;
  #end: Pick<TunnelReport, "why" | "code" | "detail"> | undefined;
  #isReported = false;
  #bytesUp = 0;
  #bytesDown = 0;

  constructor(socket: WebSocket, subprotocol: string, options: MqttOptions) {
    this.#subprotocol = subprotocol;
    this.#options = options;
    this.#client = this.#wireOf(socket, {
      mayRead: () => this.#upstream?.isBehind() !== true && !this.#client.isBehind(4),
      onPacket: (bytes) => this.#fromClient(bytes),
      onFault: (fault, code) => this.#onFault("the client", fault, code),
      onClose: (code) => this.#endAs("client", { code }),
    });
    this.#deadline = setTimeout(
      () => this.#endAs("protocol", { detail: "no CONNECT in time" }),
      options.connectMs,
    );
    this.#client.start();
  }

  readonly connect = (): ConnectAsk | undefined => this.#asked;

  readonly filters = (): readonly string[] => this.#session?.filters() ?? [];

  readonly end = (why: TunnelEnd): void => this.#endAs(why);

  #wireOf(socket: WebSocket, events: Omit<WireEvents, "onDrain">): Wire {
    const wire = new Wire(socket, {
      ...events,
      onDrain: () => {
        this.#client.read();
        this.#upstream?.read();
      },
      onClose: (code) => {
        this.#open.delete(wire);
        events.onClose(code);
        this.#reportEnd();
      },
    });
    this.#open.add(wire);
    return wire;
  }

  #fromClient(bytes: Buffer): void {
    this.#bytesUp += bytes.length;
    if (this.#session === undefined) return this.#ask(readConnect(bytes));
    this.#deadline.refresh();
    this.#session.fromClient(bytes);
  }

  #ask(packet: ConnectPacket): void {
    const { decide, dial, connectMs } = this.#options;
    this.#client.hold();
    this.#phase = "asked";
    this.#version = packet.protocolVersion;
    const refusal = refusalOfConnect(packet, decide);
    if (refusal !== undefined) return this.#endAs("refused", { connack: refusal[0], detail: refusal[1] });
    this.#asked = askOf(packet);
    this.#wait(connectMs, () => this.#unanswered("AWS did not answer in time"));
    const connect = writePacket(connectUpstream(packet), this.#version);
    dial()
      .then((to) => this.#dial(to, connect))
      .catch((error: unknown) => this.#onNoDial(error));
  }

  #onNoDial(error: unknown): void {
    const { code, detail = code } = error instanceof Refusal ? error : new Refusal("internal");
    if (REFUSALS[code].status >= 500) this.#endAs("upstream", { connack: "unavailable", detail });
    else this.#endAs(isTokenRefusal(code) ? "token" : "refused", { connack: "not-authorized", detail });
  }

  #dial(to: MqttDial, connect: Buffer): void {
    if (this.#end !== undefined) return;
    this.#giveUpDial = dialUpstream(to, this.#subprotocol, this.#options.connectMs, {
      onOpen: (socket) => this.#connect(socket, connect),
      onFail: (connack, detail) => this.#endAs("upstream", { connack, detail }),
    });
  }

  #connect(socket: WebSocket, connect: Buffer): void {
    this.#giveUpDial = () => {};
    const upstream = this.#wireOf(socket, {
      mayRead: () => !this.#client.isBehind() && !upstream.isBehind(4),
      onPacket: (bytes) => {
        if (this.#phase === "open") this.#deadline.refresh();
        this.#session?.fromUpstream(bytes);
      },
      onFault: (fault) => this.#onFault("AWS", fault),
      onClose: () => this.#onUpstreamClose(),
    });
    this.#upstream = upstream;
    this.#session = this.#sessionWith(upstream);
    upstream.send(connect);
    upstream.start();
  }

  #sessionWith(upstream: Wire): Session {
    const version = this.#version;
    return new Session({
      version,
      decide: this.#options.decide,
      toUpstream: (packet) => upstream.send(writePacket(packet, version)),
      toClient: (packet) => {
        const bytes = writePacket(packet, version);
        this.#bytesDown += bytes.length;
        this.#client.send(bytes);
      },
      answer: (packet) => this.#client.send(writePacket(packet, version)),
      end: (why, farewell) => this.#endAs(why, farewell),
      onConnack: (accepted) => this.#onConnack(accepted),
    });
  }

  #onConnack(accepted: boolean): void {
    this.#phase = "open";
    this.#options.onConnected(accepted);
    if (!accepted) return this.#endAs("upstream", { reasonCode: null, detail: "AWS refused the CONNECT" });
    this.#wait(this.#options.idleMs, () => this.#endAs("idle"));
    this.#client.start();
  }

  #onUpstreamClose(): void {
    if (this.#phase === "asked") this.#unanswered("AWS closed without a CONNACK");
    else this.#endAs("upstream");
  }

  #unanswered(detail: string): void {
    if (this.#end === undefined && this.#session !== undefined) this.#options.onConnected(false);
    this.#endAs("upstream", { connack: "unavailable", detail });
  }

  #onFault(side: string, { reasonCode, message }: MqttFault, code?: number): void {
    const detail = `${side}: ${message}`;
    const isVersion = this.#phase === "new" && reasonCode === REASONS.unsupportedVersion;
    const word = { reasonCode, detail, ...(isVersion && { connack: "version" as const }) };
    this.#endAs("protocol", code === undefined ? word : { ...word, code });
  }

  #wait(ms: number, onLate: () => void): void {
    clearTimeout(this.#deadline);
    if (this.#end === undefined) this.#deadline = setTimeout(onLate, ms);
  }

  #endAs(why: TunnelEnd, word: LastWord & { readonly code?: number | undefined } = {}): void {
    if (this.#end !== undefined) return;
    const { code, detail } = { code: CLOSE_CODES[why], detail: undefined, ...word };
    this.#end = { why, code, detail };
    clearTimeout(this.#deadline);
    this.#giveUpDial();
    const last = farewellOf(this.#phase, this.#version, why, word);
    if (last !== undefined) this.#client.send(writePacket(last, this.#version));
    const toUpstream = farewellToUpstream(why);
    if (toUpstream !== undefined) this.#upstream?.send(writePacket(toUpstream, this.#version));
    this.#client.close(code ?? CLOSE_CODES[why], why);
    this.#upstream?.close(CLOSE_CODES[why], why);
    this.#reportEnd();
  }

  #reportEnd(): void {
    if (this.#end === undefined || this.#open.size > 0 || this.#isReported) return;
    this.#isReported = true;
    const report = { ...this.#end, bytesUp: this.#bytesUp, bytesDown: this.#bytesDown };
    this.#options.onEnd(report);
  }
}
