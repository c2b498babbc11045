import { connackToClient } from "./connect.ts";
import { createDownlink } from "./downlink.ts";
import { protocolError } from "./mqtt-fault.ts";
import {
  type ClientPacket,
  createClientReader,
  createUpstreamReader,
  type UpstreamPacket,
} from "./read-packet.ts";
import type { SessionPorts } from "./session-ports.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TopicAliases } from "./topic-aliases.ts";
import { createUplink } from "./uplink.ts";

/** What a session tells besides its packets. */
export interface SessionOptions extends SessionPorts {
  /** AWS's CONNACK was passed on: it took the connection, or refused it. */
  readonly onConnack: (accepted: boolean) => void;
}

/** An MQTT session from where its CONNECT went to AWS: reads each packet, decides it and writes it anew. Knows no sockets. */
export class Session {
  readonly #ports: SessionOptions;
  readonly #aliases = new TopicAliases();
  readonly #subscriptions = new Subscriptions();
  readonly #readClient: (bytes: Buffer) => ClientPacket;
  readonly #readUpstream: (bytes: Buffer) => UpstreamPacket;
  readonly #up: (packet: ClientPacket) => void;
  readonly #down: (packet: UpstreamPacket) => void;
  #isConnected = false;

  constructor(ports: SessionOptions) {
    this.#ports = ports;
    this.#readClient = createClientReader(ports.version);
    this.#readUpstream = createUpstreamReader(ports.version);
    this.#up = createUplink(ports, { aliases: this.#aliases, subscriptions: this.#subscriptions });
    this.#down = createDownlink(ports, this.#subscriptions);
  }

  /** Takes a whole packet of the client, of a session that AWS has accepted; throws an MqttFault. */
  fromClient(bytes: Buffer): void {
    this.#up(this.#readClient(bytes));
  }

  /** Takes a whole packet of AWS; throws an MqttFault. */
  fromUpstream(bytes: Buffer): void {
    const packet = this.#readUpstream(bytes);
    if (this.#isConnected) this.#down(packet);
    else this.#connect(packet);
  }

  /** Filters that are subscribed to in this session, as the client wrote them. */
  filters(): readonly string[] {
    return this.#subscriptions.filters();
  }

  #connect(packet: UpstreamPacket): void {
    if (packet.cmd !== "connack") throw protocolError("the first packet is no CONNACK");
    const passing = connackToClient(packet);
    const accepted = (packet.reasonCode ?? packet.returnCode) === 0;
    this.#isConnected = accepted;
    this.#aliases.allow(passing.properties?.topicAliasMaximum ?? 0);
    this.#ports.toClient(passing);
    this.#ports.onConnack(accepted);
  }
}
