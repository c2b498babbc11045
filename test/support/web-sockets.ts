import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ClientOptions, type ServerOptions, WebSocket, WebSocketServer } from "ws";
import { type OwnUpstream, startUpstream } from "./own-upstream.ts";

const CHAT = "{ service: execute-api, api: { id: chatapi001, stage: prod }, websocket: {} }";

/** Changes `config/dev.yaml` so that its WebSocket API has these settings, in the place of `websocket: {}`. */
export const withChat =
  (settings: string) =>
  (yaml: string): string =>
    yaml.replace(CHAT, `{ service: execute-api, api: { id: chatapi001, stage: prod }, ${settings} }`);

/** A WebSocket that is open. */
export interface Open {
  readonly socket: WebSocket;
  /** Code and reason of its close. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
  /** Sends a message, and gives the next one that comes. */
  readonly ask: (message: string) => Promise<string>;
}

/** An answer other than 101. */
export interface Refused {
  readonly status: number;
  /** `x-postern-reason`. */
  readonly reason: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** What is asked for. */
export interface Wish extends ClientOptions {
  /** Default that of the API `chat`. */
  readonly path?: string;
  readonly protocols?: readonly string[];
}

/** The data face that is asked. */
interface Face {
  readonly url: string;
}

/** Asks for a WebSocket, and gives what comes of it. Rejects where the connection ends without an answer. */
export async function handshake(
  { url }: Face,
  { path = "/chat", protocols = [], ...options }: Wish = {},
): Promise<Open | Refused> {
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, [...protocols], options);
  const closed = new Promise<readonly [number, string]>((resolve) => {
    socket.once("close", (code, reason) => resolve([code, String(reason)]));
  });
  const ask = async (message: string): Promise<string> => {
    socket.send(message);
    const [data] = (await once(socket, "message")) as [Buffer];
    return String(data);
  };
  const outcome = await new Promise<Open | Refused>((resolve, reject) => {
    socket.once("error", reject).once("open", () => resolve({ socket, closed, ask }));
    socket.once("unexpected-response", (_, answer) => {
      const { statusCode: status = 0, headers } = answer;
      let body = "";
      answer.on("data", (chunk: Buffer) => (body += String(chunk)));
      answer.on("end", () =>
        resolve({ status, reason: headers["x-postern-reason"]?.toString(), headers, body }),
      );
    });
  });
  socket.on("error", () => {});
  return outcome;
}

/** Opens a WebSocket; rejects where it is refused. */
export async function open(at: Face, wish?: Wish): Promise<Open> {
  const outcome = await handshake(at, wish);
  if ("socket" in outcome) return outcome;
  throw new Error(`refused: ${outcome.status} ${outcome.reason} ${outcome.body}`);
}

/** How a WebSocket is refused; rejects where it is opened. */
export async function refusal(at: Face, wish?: Wish): Promise<Refused> {
  const outcome = await handshake(at, wish);
  if (!("socket" in outcome)) return outcome;
  outcome.socket.terminate();
  throw new Error("it was opened");
}

/** Why a WebSocket is refused; `open` where it is not. */
export async function reasonOf(at: Face, wish?: Wish): Promise<string | undefined> {
  const outcome = await handshake(at, wish);
  if (!("socket" in outcome)) return outcome.reason;
  outcome.socket.close();
  await outcome.closed;
  return "open";
}

/** A token in `Authorization`. */
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A token as a subprotocol. */
export const bearerProtocol = (token: string): string =>
  `base64url.bearer.authorization.postern.${Buffer.from(token).toString("base64url")}`;

/** A token as an SDK's session token, under a signature that nobody looks at. */
export const sdkSigned = (token: string) => ({
  authorization:
    "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=00",
  "x-amz-date": "20260101T000000Z",
  "x-amz-security-token": token,
});

/** An application that sends back what it is sent, in the place of the API's. */
export interface Echo extends Pick<OwnUpstream, "server" | "close"> {
  readonly url: string;
  /** Of every handshake: the target and the header lines, names and values. */
  readonly heads: readonly string[];
  /** Every byte that came behind them. */
  readonly framed: () => Buffer;
  /** Codes of all closes. */
  readonly closes: readonly number[];
  /** WebSockets that are open. */
  readonly count: () => number;
  /** Answers the next handshake when what this returns is called. */
  readonly holdNext: () => () => void;
  readonly closeAll: (code: number, reason: string) => void;
  /** Changes `config/dev.yaml` so that the API's application is here. */
  readonly config: (settings?: string) => (yaml: string) => string;
}

/** Starts one. What it is asked is kept where nobody says otherwise. */
export async function startEcho({
  keeps = true,
  ...options
}: ServerOptions & { readonly keeps?: boolean } = {}): Promise<Echo> {
  const heads: string[] = [];
  const frames: Buffer[] = [];
  const closes: number[] = [];
  let hold: ((take: () => void) => void) | undefined;
  const webSockets = new WebSocketServer({ noServer: true, ...options });
  const { server, close } = await startUpstream((_, response) => response.writeHead(404).end());
  server.on("upgrade", (request, socket, head) => {
    if (keeps) heads.push([request.url, ...request.rawHeaders].join("\n"));
    // Those who read it take the mask off in its place.
    if (keeps) socket.prependListener("data", (chunk: Buffer) => frames.push(Buffer.from(chunk)));
    const take = (): void =>
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on("error", () => {}).on("close", (code) => closes.push(code));
        webSocket.on("message", (data, binary) => webSocket.send(data, { binary }));
      });
    const isHeld = hold !== undefined;
    hold?.(take);
    hold = undefined;
    if (!isHeld) take();
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    close,
    url: `http://127.0.0.1:${port}`,
    heads,
    closes,
    framed: () => Buffer.concat(frames),
    count: () => webSockets.clients.size,
    holdNext: () => {
      let held: (() => void) | undefined;
      hold = (take) => (held = take);
      return () => held?.();
    },
    closeAll: (code, reason) => webSockets.clients.forEach((one) => one.close(code, reason)),
    config: (settings = "websocket: {}") => withChat(`endpoint: "http://127.0.0.1:${port}", ${settings}`),
  };
}
