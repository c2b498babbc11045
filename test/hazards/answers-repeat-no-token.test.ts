import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";

/** What the upstream answers, made of the session token that it was sent. */
interface Answer {
  readonly status?: number;
  readonly lines?: readonly string[];
  readonly body: string | Buffer;
}
type Made = (token: string) => Answer;

/** What the upstream does once a request has come. */
let write: (socket: Socket, token: string) => unknown;
let tokens: string[];
let upstream: Server;
let stack: Stack;
let bearer: string;

beforeAll(async () => {
  upstream = createServer((socket) => {
    socket.setNoDelay(true).on("error", () => {});
    socket.on("data", (head) => {
      const [, token = ""] = /x-amz-security-token: (\S+)/i.exec(head.toString("latin1")) ?? [];
      if (token === "") return; // a body
      tokens.push(token);
      write(socket, token);
    });
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const { port } = upstream.address() as AddressInfo;
  const here = `endpoint: "http://127.0.0.1:${port}"`;
  stack = await startStack({
    config: (yaml) =>
      yaml
        .replace("s3: { service: s3,", `s3: { service: s3, ${here},`)
        .replace("dynamodb: { service: dynamodb", `dynamodb: { service: dynamodb, ${here}`),
  });
  bearer = await stack.tokenOf("admin");
});
afterAll(async () => {
  await stack.close();
  upstream.close();
});

const CALLS = {
  s3: () => requestText("GET /s3/reports/q3.txt", [["Authorization", `Bearer ${bearer}`]]),
  dynamodb: () => {
    const body = '{"TableName":"Orders"}';
    return requestText(
      "POST /dynamodb/",
      [
        ["Authorization", `Bearer ${bearer}`],
        ["Content-Type", "application/x-amz-json-1.0"],
        ["X-Amz-Target", "DynamoDB_20120810.DescribeTable"],
        ["Content-Length", String(body.length)],
      ],
      body,
    );
  },
};
type Called = keyof typeof CALLS;

/** What a client sees of an answer. */
async function see(service: Called, made: Made) {
  tokens = [];
  write = (socket, token) => {
    const { status = 403, lines = [], body } = made(token);
    const bytes = Buffer.from(body);
    const head = [`HTTP/1.1 ${status} Said`, `Content-Length: ${bytes.length}`, ...lines].join("\r\n");
    socket.write(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes]));
  };
  const { answers, text } = await exchange(stack.ports.listen, CALLS[service]());
  const [{ status, headers } = { status: 0, headers: new Map<string, string>() }] = answers;
  return { status, reason: headers.get("x-postern-reason"), text };
}

const said = (inner: string, start = "<Error>"): string => `${start}${inner}</Error>`;
const mismatch = (token: string): string =>
  said(
    `<Code>SignatureDoesNotMatch</Code><CanonicalRequest>GET\nx-amz-security-token:${token}\n</CanonicalRequest>`,
  );
const ID = "x-amz-request-id: R";
const hexOf = (text: string): string => [...Buffer.from(text)].map((byte) => byte.toString(16)).join(" ");

const OF_S3: readonly (readonly [string, (token: string) => Answer])[] = [
  ["just as S3 says it", (token) => ({ lines: [ID], body: mismatch(token) })],
  ["in gzip", (t) => ({ lines: [ID, "Content-Encoding: gzip"], body: gzipSync(mismatch(t)) })],
  [
    "in gzip behind another member",
    (t) => ({
      lines: [ID, "Content-Encoding: gzip"],
      body: Buffer.concat([gzipSync("<Error>"), gzipSync(mismatch(t))]),
    }),
  ],
  ["in deflate", (t) => ({ lines: [ID, "content-encoding: deflate"], body: deflateSync(mismatch(t)) })],
  ["in Brotli", (t) => ({ lines: [ID, "Content-Encoding: BR"], body: brotliCompressSync(mismatch(t)) })],
  ["without a request id", (token) => ({ body: mismatch(token) })],
  ["with two request ids", (token) => ({ lines: [ID, ID], body: mismatch(token) })],
  ["behind a byte order mark", (token) => ({ lines: [ID], body: `\uFEFF${mismatch(token)}` })],
  ["behind a space", (token) => ({ lines: [ID], body: ` ${mismatch(token)}` })],
  [
    "with a namespace",
    (t) => ({ lines: [ID], body: said(`<Code>A</Code><T>${t}</T>`, '<Error xmlns="urn:x">') }),
  ],
  [
    "with the code behind",
    (t) => ({ lines: [ID], body: said(`<T>${t}</T><Code>SignatureDoesNotMatch</Code>`) }),
  ],
  ...[300, 400, 401, 404, 405, 409, 412, 416, 499, 500, 501, 503, 599].map(
    (status) =>
      [`with status ${status}`, (token: string) => ({ status, lines: [ID], body: mismatch(token) })] as const,
  ),
  [
    "as a clock that is off",
    (t) => ({ lines: [ID], body: said(`<Code>RequestTimeTooSkewed</Code><T>${t}</T>`) }),
  ],
  [
    "as an argument",
    (t) => ({ status: 400, lines: [ID], body: said(`<Code>InvalidArgument</Code><T>${t}</T>`) }),
  ],
  ["as a denial", (t) => ({ lines: [ID], body: said(`<Code>AccessDenied</Code><Message>${t}</Message>`) })],
  ["as a page", (token) => ({ status: 502, body: `<!doctype html><pre>${token}</pre>` })],
  [
    "as hex bytes alone",
    (t) => ({ lines: [ID], body: said(`<Code>A</Code><Bytes>${hexOf(`x:${t}`)}</Bytes>`) }),
  ],
  [
    "in a header line",
    (t) => ({ lines: [ID, `x-amz-meta-said: ${t}`], body: said("<Code>AccessDenied</Code>") }),
  ],
  [
    "in the name of one",
    (t) => ({ lines: [ID, `x-${t.replaceAll(/\W/g, "-")}: y`], body: said("<Code>AccessDenied</Code>") }),
  ],
];

const OF_DYNAMODB: readonly (readonly [string, (token: string) => Answer])[] = (
  [
    ["without a request id", "com.amazon.coral.service#InvalidSignatureException", {}],
    ["with another status", "com.amazon.coral.service#InvalidSignatureException", { status: 401 }],
    ["behind a byte order mark", "InvalidSignatureException", { start: "\uFEFF" }],
    ["with an address behind its type", "InvalidSignatureException:http://a/b", {}],
    ["with no type", undefined, { lines: ["x-amzn-errortype: InvalidSignatureException"] }],
    ["as an incomplete signature", "IncompleteSignatureException", {}],
    ["as a signature that has expired", "InvalidSignatureException", { message: "Signature expired: " }],
    ["as a validation", "com.amazon.coral.validate#ValidationException", { lines: ["x-amzn-RequestId: R"] }],
    ["as a fault of its own", "InternalServerError", { status: 500, lines: ["x-amzn-RequestId: R"] }],
  ] as const
).map(([name, type, form]) => {
  const {
    status = 400,
    lines = [],
    start = "",
    message = "The Canonical String was\n",
  } = form as Partial<Answer & { start: string; message: string }>;
  const make = (token: string): Answer => ({
    status,
    lines,
    body: start + JSON.stringify({ __type: type, message: message + token }).replaceAll("/", "\\/"),
  });
  return [name, make];
});

/** Whether a client that looks closely finds a good part of the token. */
const shows = (text: string, token: string): boolean =>
  [token, token.slice(4, 34), hexOf(token.slice(4, 34))].some((part) => text.includes(part));

describe.each([
  ["s3", OF_S3],
  ["dynamodb", OF_DYNAMODB],
] as const)("an answer of %s that repeats the session token", (service, forms) => {
  it.each(forms)("reaches no client: %s", async (_form, made) => {
    const { status, reason, text } = await see(service, made);
    expect(tokens[0]).toMatch(/.{30}/);
    expect(tokens.filter((token) => shows(text, token))).toEqual([]);
    expect(["signature-refused", "answer-withheld", "redirect-not-followed"]).toContain(reason);
    expect(status).toBe(502);
    expect(stack.logged()).not.toContain(tokens[0]);
  });
});

describe("an answer that nobody can read", () => {
  it.each([
    ["of an unknown coding", "zstd", Buffer.from("whatever")],
    ["of a coding that it is not in", "gzip", Buffer.from("<Error><Code>AccessDenied</Code></Error>")],
    ["that is a bomb", "gzip", gzipSync(Buffer.alloc(8 * 1024 * 1024))],
    ["that is cut off", "gzip", gzipSync("<Error><Code>AccessDenied</Code></Error>").subarray(0, 20)],
  ])("reaches no client: %s", async (_what, coding, body) => {
    const { status, reason } = await see("s3", () => ({ lines: [ID, `content-encoding: ${coding}`], body }));
    expect([status, reason]).toEqual([502, "upstream-unreachable"]);
  });
});

describe("an answer that holds no token", () => {
  it("passes byte for byte, packed too", async () => {
    const body = gzipSync(said("<Code>NoSuchKey</Code>"));
    const { status, text } = await see("s3", () => ({
      status: 404,
      lines: [ID, "content-encoding: gzip"],
      body,
    }));
    expect([
      status,
      gunzipSync(Buffer.from(text.slice(text.indexOf("\r\n\r\n") + 4), "latin1")).toString(),
    ]).toEqual([404, said("<Code>NoSuchKey</Code>")]);
  });

  it("is not looked for one where it is an object", async () => {
    const { status, text } = await see("s3", (token) => ({ status: 200, body: `mine: ${token}` }));
    expect([status, text.endsWith(tokens[0] ?? "-")]).toEqual([200, true]);
  });
});

/** Everything that a client gets until the connection rests or ends. */
async function stream(pieces: (token: string) => readonly string[]): Promise<string> {
  tokens = [];
  write = async (socket, token) => {
    const all = pieces(token);
    socket.write(`HTTP/1.1 400 Bad Request\r\nContent-Length: ${all.join("").length}\r\n\r\n`);
    for (const piece of all) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const socket = await openSocket(stack.ports.listen);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  const closed = once(socket, "close");
  socket.write(CALLS.dynamodb().replace("\r\n", "\r\nConnection: close\r\n"));
  await closed;
  return text;
}

describe("an error answer that is larger than what is held", () => {
  const START = '{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","a":"';

  const FILL = "x".repeat(300_000);

  it("passes whole where it holds none", async () => {
    const text = await stream(() => [START, FILL, FILL, '"}']);
    expect(text.endsWith(`${START}${FILL}${FILL}"}`)).toBe(true);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "ok", responseBytes: START.length + 600_002 });
  });

  it("is broken off where the token comes later, in pieces", async () => {
    const text = await stream((token) => [START, FILL, "y", ...token.split(/(?<=^.{30})|(?<=^.{40})/), FILL]);
    expect(text).toContain(FILL.slice(0, 1000));
    expect(text).toMatch(/xy?$/);
    expect(shows(text, tokens[0] ?? "")).toBe(false);
    await expect.poll(() => stack.outcomes.at(-1)).toMatchObject({ outcome: "upstream-broken", status: 400 });
  });

  it("is refused where the token stands in its beginning", async () => {
    const text = await stream((token) => [START, token, FILL]);
    expect(text).toContain("answer-withheld");
    expect(shows(text, tokens[0] ?? "")).toBe(false);
  });
});
