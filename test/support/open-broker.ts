import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { startMosquitto } from "./mosquitto.ts";
import { type MqttBridge, startMqttBridge } from "./mqtt-bridge.ts";

/** A real broker of both versions of MQTT in the place of AWS IoT: it takes everybody, and looks at no signature. */
export interface OpenBroker extends Pick<MqttBridge, "url" | "handshakes" | "cut" | "close"> {
  /** Changes `config/dev.yaml` so that the upstream `things` is here, with these settings besides. */
  readonly config: (settings?: string) => (yaml: string) => string;
  /** Every byte of MQTT that came so far, of all connections. */
  readonly heard: () => Buffer;
  /** Connections that are open. */
  readonly open: () => number;
}

/** Starts one; it needs a Mosquitto. */
export async function startOpenBroker(): Promise<OpenBroker> {
  const mosquitto = await startMosquitto();
  const chunks: Buffer[] = [];
  const sockets = new Set<Socket>();
  const tap = createServer((socket) => {
    sockets.add(socket);
    const broker = connect(mosquitto.port, "127.0.0.1").setNoDelay();
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.pipe(broker).pipe(socket);
    socket
      .on("error", () => {})
      .once("close", () => {
        sockets.delete(socket);
        broker.destroy();
      });
    broker.on("error", () => {}).once("close", () => socket.destroy());
  });
  await once(tap.listen(0, "127.0.0.1"), "listening");
  const bridge = await startMqttBridge((tap.address() as AddressInfo).port);
  return {
    url: bridge.url,
    handshakes: bridge.handshakes,
    cut: bridge.cut,
    config: (settings = "") =>
      withThings(`endpoint: "${bridge.url}"${settings === "" ? "" : `, ${settings}`}`),
    heard: () => Buffer.concat(chunks),
    open: () => sockets.size,
    close: async () => {
      await bridge.close();
      tap.close();
      await mosquitto.close();
    },
  };
}

/** Changes `config/dev.yaml` so that the upstream `things` has these settings. */
export const withThings =
  (settings: string) =>
  (yaml: string): string =>
    yaml.replace("{ service: iotdevicegateway }", `{ service: iotdevicegateway, ${settings} }`);
