import { WebSocket } from "ws";
import type { ConnectRefusal } from "./connect.ts";
import { WEB_SOCKET_OPTIONS } from "./wire.ts";

/** Where AWS takes an MQTT connection: signed for this one alone. */
export interface MqttDial {
  /** `ws:` or `wss:`, with the signature in its query. */
  readonly url: string;
  /** The `Host` to send: that of AWS, without a port. */
  readonly host: string;
}

/** Told of one of both, once. */
export interface DialEvents {
  /** The socket has an error listener, and no others. */
  readonly onOpen: (socket: WebSocket) => void;
  readonly onFail: (refusal: ConnectRefusal, detail: string) => void;
}

/**
 * Opens a WebSocket to AWS.
 *
 * @returns gives it up; nothing is told then
 */
export function dialUpstream(
  { url, host }: MqttDial,
  subprotocol: string,
  timeoutMs: number,
  on: DialEvents,
): () => void {
  const socket = new WebSocket(url, subprotocol, {
    ...WEB_SOCKET_OPTIONS,
    headers: { host },
    followRedirects: false,
    handshakeTimeout: timeoutMs,
  });
  let isSettled = false;
  const settle = (tell: () => void): void => {
    if (!isSettled) tell();
    isSettled = true;
  };
  socket.once("open", () => settle(() => on.onOpen(socket)));
  socket.on("error", (error) => settle(() => on.onFail(...failureOf(error))));
  return () => {
    isSettled = true;
    socket.terminate();
  };
}

const UNEXPECTED = /^Unexpected server response: (\d{3})$/;

/** Errors may quote the URL, and with it the signature: of theirs only a status or a code is repeated. */
function failureOf(error: NodeJS.ErrnoException): readonly [ConnectRefusal, string] {
  const status = UNEXPECTED.exec(error.message)?.[1];
  const isRefused = status === "401" || status === "403";
  const detail =
    status === undefined ? (error.code ?? "no handshake") : `the handshake was answered with ${status}`;
  return [isRefused ? "not-authorized" : "unavailable", detail];
}
