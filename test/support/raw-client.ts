import { connect, type Socket } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What came of some bytes that were sent. */
export interface RawExchange {
  readonly answers: readonly RawAnswer[];
  /** Whether the server closed the connection. */
  readonly closed: boolean;
  /** Everything that came, as it came. */
  readonly text: string;
}

/** What a test expects of an exchange. */
export interface RawWish {
  /** Answers to wait for, interim ones too; default one. With `Infinity` until the server closes. */
  readonly answers?: number;
  /** Answers have no body, whatever length they state. */
  readonly head?: boolean;
}

const DEADLINE_MS = 15_000;

/** Sends these bytes and nothing else, and reads the answers. Text is sent as Latin-1: a character is a byte. */
export function exchange(
  port: number,
  bytes: string | Buffer,
  { answers: wanted = 1, head = false }: RawWish = {},
): Promise<RawExchange> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = Buffer.alloc(0);
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answers: readAnswers(received, head).answers, closed, text: received.toString("latin1") });
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no ${wanted} answers in time; received: ${received.toString("latin1")}`));
    }, DEADLINE_MS);
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const { answers, closes } = readAnswers(received, head);
      // What the answer says of the connection is held to: then it is the server that has to close it.
      if (answers.length >= wanted && !closes) finish(false);
    });
    socket.on("error", () => {});
    socket.on("close", () => finish(true));
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  });
}

/** A connection that a test holds in its own hands. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  return socket;
}

/** A request's text; `Host` is added unless the headers have one. */
export function requestText(
  line: string,
  headers: readonly (readonly [name: string, value: string])[] = [],
  body = "",
): string {
  const named = headers.some(([name]) => name.toLowerCase() === "host");
  const lines = named ? headers : [["Host", "postern.test"] as const, ...headers];
  return `${line} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

function readAnswers(bytes: Buffer, head: boolean): { answers: RawAnswer[]; closes: boolean } {
  const answers: RawAnswer[] = [];
  for (let rest = bytes; ;) {
    const read = readAnswer(rest, head);
    if (read === undefined) break;
    answers.push(read.answer);
    rest = read.rest;
  }
  return { answers, closes: answers.at(-1)?.headers.get("connection") === "close" };
}

function readAnswer(bytes: Buffer, head: boolean): { answer: RawAnswer; rest: Buffer } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers = new Map(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const status = Number(statusLine.split(" ")[1]);
  const body = readBody(bytes.subarray(end + 4), headers, head || status < 200 || status === 304);
  return body === undefined ? undefined : { answer: { status, headers, body: body.text }, rest: body.rest };
}

function readBody(
  bytes: Buffer,
  headers: ReadonlyMap<string, string>,
  bodiless: boolean,
): { text: string; rest: Buffer } | undefined {
  if (bodiless) return { text: "", rest: bytes };
  if (headers.get("transfer-encoding") === "chunked") return readChunks(bytes);
  const length = Number(headers.get("content-length") ?? 0);
  if (bytes.length < length) return undefined;
  return { text: bytes.toString("latin1", 0, length), rest: bytes.subarray(length) };
}

function readChunks(bytes: Buffer): { text: string; rest: Buffer } | undefined {
  let text = "";
  for (let at = 0; ;) {
    const line = bytes.indexOf("\r\n", at);
    if (line === -1) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    const start = line + 2;
    if (bytes.length < start + size + 2) return undefined;
    text += bytes.toString("latin1", start, start + size);
    at = start + size + 2;
    if (size === 0) return { text, rest: bytes.subarray(at) };
  }
}
