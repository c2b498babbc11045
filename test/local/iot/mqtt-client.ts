import { connect } from "mqtt";
import type { IClientOptions, MqttClient } from "mqtt";
import type { LocalAws } from "../../../src/local/aws.ts";
import { IOT_HOST, signedHandshake } from "./signed-handshake.ts";
import type { HandshakeOptions, Signer } from "./signed-handshake.ts";

/** How a client connects. */
export interface MqttStart extends IClientOptions {
  readonly over?: "http" | "https";
  readonly handshake?: HandshakeOptions;
}

/** A client of MQTT 3.1.1 that dials the stand-in as a device dials AWS IoT, and tries once. */
export function mqttClient(aws: LocalAws, signer: Signer, start: MqttStart = {}): MqttClient {
  const { over = "http", handshake, ...options } = start;
  const origin = (over === "http" ? aws.url : aws.httpsUrl).replace("http", "ws");
  const url = origin + signedHandshake(signer, handshake);
  const client = connect(origin, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
    keepalive: 0,
    transformWsUrl: () => url,
    wsOptions: { headers: { host: IOT_HOST }, ca: aws.caPem },
    ...options,
  });
  client.on("error", () => {}); // which its close tells too
  return client;
}

/** The same, once it is connected; rejects where its connection closes before. */
export async function connected(aws: LocalAws, signer: Signer, start?: MqttStart): Promise<MqttClient> {
  const client = mqttClient(aws, signer, start);
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve()).once("close", () => reject(new Error("closed before CONNACK")));
  });
  return client;
}

/** The end of a client's connection, whoever brings it. */
export function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once("close", () => resolve()));
}

/** The next message that comes to a client. */
export function nextMessage(client: MqttClient): Promise<readonly [topic: string, payload: string]> {
  return new Promise((resolve) => {
    client.once("message", (topic, payload) => resolve([topic, payload.toString()]));
  });
}
