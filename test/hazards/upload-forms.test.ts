import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";

type Lines = readonly (readonly [name: string, value: string])[];

const CRC32 = "x-amz-checksum-crc32";
const SIGNATURE = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";
const DIGEST = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const ECDSA = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD";

/** One request as it came upstream. */
interface Arrived {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** Whether it came to its end. */
  readonly complete: boolean;
}

let upstream: OwnUpstream;
let stack: Stack;
let authorization: readonly [string, string];
let arrived: Promise<Arrived>[];

async function receive(request: IncomingMessage, response: ServerResponse): Promise<Arrived> {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
  request.on("error", () => {});
  await new Promise((resolve) => request.once("close", resolve));
  if (request.complete) response.end();
  return { headers: request.headers, body, complete: request.complete };
}

beforeAll(async () => {
  upstream = await startUpstream((request, response) => {
    arrived.push(receive(request, response));
  });
  stack = await startStack({ config: upstream.config });
  authorization = ["Authorization", `Bearer ${await stack.tokenOf("admin")}`];
});
beforeEach(() => {
  arrived = [];
});
afterAll(async () => {
  await stack.close();
  await upstream.close();
});

const putText = (lines: Lines, body: string): string =>
  requestText("PUT /s3/reports/x", [authorization, ...lines], body);

async function put(lines: Lines, body: string) {
  const { answers } = await exchange(stack.ports.listen, putText(lines, body));
  const status = answers[0]?.status;
  const reason = answers[0]?.headers.get("x-postern-reason");
  return { status, reason, sent: await arrived[0] };
}

/** HTTP chunks of these sizes, in turn. */
function inHttpChunks(body: string, sizes: readonly number[]): string {
  let text = "";
  for (let at = 0, i = 0; at < body.length; i++) {
    const size = Math.min(sizes[i % sizes.length] ?? 1, body.length - at);
    text += `${size.toString(16)}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${text}0\r\n\r\n`;
}

const length = (body: string) => ["Content-Length", String(body.length)] as const;
const sha = (value: string) => ["X-Amz-Content-Sha256", value] as const;
const decoded = (bytes: number) => ["X-Amz-Decoded-Content-Length", String(bytes)] as const;
const CHUNKED = ["Transfer-Encoding", "chunked"] as const;

describe("a body that is not framed goes up as it came, with its stated length", () => {
  it.each([
    ["with the digest that the client gave, which AWS compares", [sha(DIGEST)], "hello", DIGEST],
    ["with none that is signed", [sha("UNSIGNED-PAYLOAD")], "hello", "UNSIGNED-PAYLOAD"],
    ["without a word of it", [], "hello", "UNSIGNED-PAYLOAD"],
    ["empty", [], "", EMPTY],
    ["empty, with its digest", [sha(EMPTY)], "", EMPTY],
  ] as const)("%s", async (_what, lines, body, signed) => {
    const { status, sent } = await put([...lines, length(body)], body);
    expect(status).toBe(200);
    expect(sent).toMatchObject({ body, complete: true });
    expect(sent?.headers).toMatchObject({
      "content-length": String(body.length),
      "x-amz-content-sha256": signed,
    });
    expect(sent?.headers).not.toHaveProperty("transfer-encoding");
  });
});

/** An aws-chunked body, a chunk a part. */
interface Framing {
  readonly form: string;
  readonly parts: readonly string[];
  readonly trailer: boolean;
}

const TRAILER_VALUE = "NhCmhg==";

function frame({ form, parts, trailer }: Framing): string {
  const extension = form.includes("AWS4")
    ? `;chunk-signature=${form.includes("ECDSA") ? SIGNATURE.repeat(2).padEnd(144, "*") : SIGNATURE}`
    : "";
  const chunks = [...parts.filter((part) => part !== ""), ""].map(
    (part) => `${part.length.toString(16)}${extension}\r\n${part}${part === "" ? "" : "\r\n"}`,
  );
  const lines = trailer ? [`${CRC32}:${TRAILER_VALUE}`] : [];
  if (trailer && extension !== "") lines.push(`x-amz-trailer-signature:${SIGNATURE}`);
  return `${chunks.join("")}${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
}

function linesOf({ form, parts, trailer }: Framing): Lines {
  return [
    sha(form),
    ["Content-Encoding", "aws-chunked"],
    decoded(parts.join("").length),
    ...(trailer ? [["X-Amz-Trailer", CRC32] as const] : []),
  ];
}

/** What AWS makes of a body that came with or without framing. */
function understood({ headers, body }: Arrived): { readonly data: string; readonly trailers: string } {
  if (headers["content-encoding"]?.includes("aws-chunked") !== true) return { data: body, trailers: "" };
  let data = "";
  for (let at = 0; ;) {
    const line = body.indexOf("\r\n", at);
    const size = Number.parseInt(body.slice(at, line), 16);
    if (size === 0) return { data, trailers: body.slice(line + 2) };
    data += body.slice(line + 2, line + 2 + size);
    at = line + size + 4;
  }
}

const asPlain = (body: string) => ({
  body,
  headers: {
    "content-length": String(body.length),
    "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    "content-encoding": undefined,
    "x-amz-decoded-content-length": undefined,
    "x-amz-trailer": undefined,
  },
});

/** Chunks of less than 8 KiB, which S3 does not take, are put together. */
const asTrailer = (data: string) => {
  const body = `${data.length.toString(16)}\r\n${data}\r\n0\r\n${CRC32}:${TRAILER_VALUE}\r\n\r\n`;
  return {
    body,
    headers: {
      "content-length": String(body.length),
      "x-amz-content-sha256": UNSIGNED_TRAILER,
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": String(data.length),
      "x-amz-trailer": CRC32,
    },
  };
};

describe("a framed body", () => {
  it.each([
    ["unsigned", UNSIGNED_TRAILER, true],
    ["unsigned, without a trailer", UNSIGNED_TRAILER, false],
    ["signed", SIGNED, false],
    ["signed, with a trailer", `${SIGNED}-TRAILER`, true],
    ["signed by ECDSA", ECDSA, false],
    ["signed by ECDSA, with a trailer", `${ECDSA}-TRAILER`, true],
  ])("%s goes up in a form of which AWS can check all", async (_what, form, trailer) => {
    const framing = { form, parts: ["a".repeat(700), "b".repeat(9000)], trailer };
    const wire = frame(framing);
    const goesUp = trailer ? asTrailer(framing.parts.join("")) : asPlain(framing.parts.join(""));
    for (const [line, body] of [
      [length(wire), wire],
      [CHUNKED, inHttpChunks(wire, [1000, 3])],
    ] as const) {
      arrived = [];
      const { status, sent } = await put([...linesOf(framing), line], body);
      expect(status).toBe(200);
      expect(sent?.body).toBe(goesUp.body);
      for (const [name, value] of Object.entries(goesUp.headers)) expect(sent?.headers[name]).toBe(value);
    }
  });

  it("keeps the coding that the object itself is in", async () => {
    const framing = { form: UNSIGNED_TRAILER, parts: ["hello"], trailer: true };
    const gzip = linesOf(framing).map(([name, value]): readonly [string, string] =>
      name === "Content-Encoding" ? [name, "gzip,aws-chunked"] : [name, value],
    );
    const wire = frame(framing);
    expect((await put([...gzip, length(wire)], wire)).sent?.headers["content-encoding"]).toBe(
      "gzip,aws-chunked",
    );
    arrived = [];
    const plain = frame({ ...framing, trailer: false });
    const lines = gzip.filter(([name]) => name !== "X-Amz-Trailer");
    const { sent } = await put([...lines, length(plain)], plain);
    expect([sent?.headers["content-encoding"], sent?.body]).toEqual(["gzip", "hello"]);
  });

  it("may have checksums that nobody here knows", async () => {
    const wire = "5\r\nhello\r\n0\r\nx-amz-checksum-crc128:Any/thing+at=all\r\n\r\n";
    const trailer = ["X-Amz-Trailer", "x-amz-checksum-crc128"] as const;
    const { status, sent } = await put([sha(UNSIGNED_TRAILER), decoded(5), trailer, length(wire)], wire);
    expect([status, sent?.body]).toEqual([200, wire]);
  });

  it.each([
    ["in plain chunks", [CHUNKED], inHttpChunks("hello", [5])],
    ["framed, without its own length", [CHUNKED, sha(UNSIGNED_TRAILER)], inHttpChunks("0\r\n\r\n", [5])],
  ] as const)("or any other is refused where its length cannot be known: %s", async (_what, lines, body) => {
    expect(await put(lines, body)).toMatchObject({ status: 411, reason: "length-required", sent: undefined });
  });
});

const framing: fc.Arbitrary<Framing> = fc
  .record({
    form: fc.constantFrom(UNSIGNED_TRAILER, SIGNED, ECDSA),
    trailer: fc.boolean(),
    parts: fc.array(
      fc
        .uint8Array({ minLength: 1, maxLength: 300 })
        .map((bytes) => Buffer.from(bytes).toString("latin1").repeat(30)),
      { maxLength: 5 },
    ),
  })
  .map((one) => ({
    ...one,
    form: one.trailer && one.form !== UNSIGNED_TRAILER ? `${one.form}-TRAILER` : one.form,
  }));
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20_000 })), {
  minLength: 1,
  maxLength: 6,
});

/** Sends a request in pieces of these sizes, each by itself, and reads the status that is answered. */
async function putInPieces(text: string, pieces: readonly number[]): Promise<number | undefined> {
  const socket = await openSocket(stack.ports.listen);
  const answered = new Promise<string>((resolve) => {
    let answer = "";
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
      if (answer.includes("\r\n\r\n")) resolve(answer);
    });
    socket.on("close", () => resolve(answer));
  });
  socket.setNoDelay(true);
  for (let at = 0, i = 0; at < text.length && !socket.destroyed; i++) {
    const size = pieces[i % pieces.length] ?? 1;
    // The first ones alone: thousands of single bytes would show no more.
    socket.write(text.slice(at, i < 20 ? at + size : undefined), "latin1");
    at = i < 20 ? at + size : text.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const answer = await answered;
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

const wireOf = (one: Framing, wire: string, outer: readonly number[] | undefined): string =>
  outer === undefined
    ? putText([...linesOf(one), length(wire)], wire)
    : putText([...linesOf(one), CHUNKED], inHttpChunks(wire, outer));

it("any framing in any pieces comes out as the same bytes and the same trailers", async () => {
  await fc.assert(
    fc.asyncProperty(framing, fc.option(sizes, { nil: undefined }), sizes, async (one, outer, pieces) => {
      arrived = [];
      expect(await putInPieces(wireOf(one, frame(one), outer), pieces)).toBe(200);
      const sent = await (arrived[0] as Promise<Arrived>);
      expect(sent.complete).toBe(true);
      expect(understood(sent)).toEqual({
        data: one.parts.join(""),
        trailers: one.trailer ? `${CRC32}:${TRAILER_VALUE}\r\n\r\n` : "",
      });
    }),
    { numRuns: 120 },
  );
});

/** Where framing stands in a wire, but for values that are the client's and AWS's alone: signatures and checksums. */
function framingPlaces(wire: string, { parts }: Framing): readonly number[] {
  const opaque = new Set<number>();
  const mark = (start: number, size: number): void => {
    for (let i = start; i < start + size; i++) opaque.add(i);
  };
  let at = 0;
  for (const part of parts) {
    const data = wire.indexOf("\r\n", at) + 2;
    mark(data, part.length);
    at = data + part.length + 2;
  }
  for (const match of wire.matchAll(/(?:signature[=:]|crc32:)([0-9a-zA-Z+/=*]+)/g)) {
    if (!opaque.has(match.index))
      mark(match.index + match[0].length - (match[1] ?? "").length, (match[1] ?? "").length);
  }
  return Array.from({ length: wire.length }, (_, i) => i).filter((i) => !opaque.has(i));
}

interface Damage {
  readonly kind: "replaced" | "missing" | "added";
  readonly where: number;
  readonly byte: string;
}

/** One byte of framing that is another, that is missing, or that is too many. */
const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom("replaced" as const, "missing" as const, "added" as const),
  where: fc.nat(),
  byte: fc.nat(255).map((code) => String.fromCharCode(code)),
});

function damaged(one: Framing, { kind, where, byte }: Damage): string {
  const wire = frame(one);
  const places = framingPlaces(wire, one);
  const place = places[where % places.length] ?? 0;
  if (kind === "missing") return wire.slice(0, place) + wire.slice(place + 1);
  if (kind === "replaced") {
    // Capital digits are the same number, and names are the same in capitals.
    fc.pre(byte.toLowerCase() !== wire.charAt(place).toLowerCase());
    return wire.slice(0, place) + byte + wire.slice(place + 1);
  }
  // Leading zeros change nothing, nor do blanks around a value; and behind an opaque value it would be more of it.
  fc.pre(!"0 \t".includes(byte) && places.includes(place - 1));
  return wire.slice(0, place) + byte + wire.slice(place);
}

it("one damaged byte of the framing never completes an upload", async () => {
  await fc.assert(
    fc.asyncProperty(framing, damage, sizes, async (one, harm, outer) => {
      arrived = [];
      const status = await putInPieces(wireOf(one, damaged(one, harm), outer), [100_000]);
      const sent = await Promise.all(arrived);
      expect([status, sent.some(({ complete }) => complete)]).toEqual([400, false]);
      // Nor did the last byte of the object go up.
      for (const { body } of sent) expect(body.length).toBeLessThan(Math.max(1, framedLength(one)));
    }),
    { numRuns: 200 },
  );
});

const framedLength = (one: Framing): number => frame({ ...one, parts: [one.parts.join("")] }).length;

describe("a body that is not as long as it was stated", () => {
  it("never completes where its client closes before", async () => {
    const socket = await openSocket(stack.ports.listen);
    socket.end(putText([["Content-Length", "10"]], "short"));
    await once(socket, "close");
    expect(await Promise.all(arrived)).toMatchObject(arrived.map(() => ({ complete: false })));
  });

  it("ends where it said, and what follows is no part of it", async () => {
    const five = putText([["Content-Length", "5"]], "hello");
    const { answers } = await exchange(stack.ports.listen, five + five, { answers: 2 });
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { closed } = await exchange(stack.ports.listen, `${five} and more`, { answers: Infinity });
    expect(closed).toBe(true);
    for (const { body } of await Promise.all(arrived)) expect(["", "hello"]).toContain(body);
  });

  it.each([
    ["longer", "6\r\nhello!\r\n0\r\n\r\n"],
    ["shorter", "4\r\nhell\r\n0\r\n\r\n"],
  ])("within its framing is refused, and its last byte never goes up: %s", async (_what, wire) => {
    const { status, reason, sent } = await put([sha(UNSIGNED_TRAILER), decoded(5), length(wire)], wire);
    expect([status, reason, sent?.complete ?? false]).toEqual([400, "payload-mismatch", false]);
    expect((sent?.body ?? "").length).toBeLessThan(5);
  });
});
