import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeChunks } from "../../../src/local/guard/chunked.ts";
import type { ChunkSeed } from "../../../src/local/guard/chunk-chain.ts";
import type { ChunkOptions } from "../../../src/local/guard/chunked.ts";
import { openPayload, readPayloadHash } from "../../../src/local/guard/payload.ts";
import { readHead } from "../../../src/local/guard/request-head.ts";
import { createSigningKeys, sha256, sign } from "../../../src/local/guard/signing-key.ts";
import type { Verified } from "../../../src/local/guard/sigv4.ts";
import { collect, oneSession, pieces } from "./signed-request.ts";

const scope = { date: "20130524", region: "us-east-1", service: "s3" };
const signingKey = createSigningKeys()("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", scope);
const TIMESTAMP = "20130524T000000Z";
const SCOPE = "20130524/us-east-1/s3/aws4_request";

/** The example of "Signature calculations … transferring payload in multiple chunks", Amazon S3 API Reference. */
const example: ChunkSeed = {
  signingKey,
  timestamp: TIMESTAMP,
  scope: SCOPE,
  signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
};
const EXAMPLE_CHUNKS = [
  [65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"],
  [1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"],
  [0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"],
] as const;

function framedExample(change: (text: string) => string = (same) => same): Buffer {
  const text = EXAMPLE_CHUNKS.map(
    ([size, sig]) => `${size.toString(16)};chunk-signature=${sig}\r\n${"a".repeat(size)}\r\n`,
  );
  return Buffer.from(change(text.join("")));
}

function frame(chunks: readonly string[], trailers: Readonly<Record<string, string>> = {}): Buffer {
  const data = [...chunks, ""].map(
    (chunk) => `${chunk.length.toString(16)}\r\n${chunk}${chunk === "" ? "" : "\r\n"}`,
  );
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}\r\n`);
  return Buffer.from(`${data.join("")}${lines.join("")}\r\n`);
}

/** Frames chunks with a chain of signatures, and a signed trailer; an empty one is only its signature. */
function signedFrame(chunks: readonly string[], trailer: string, seed: ChunkSeed): Buffer {
  let previous = seed.signature;
  const chain = (algorithm: string, ...lines: string[]): string => {
    previous = sign(seed.signingKey, [algorithm, seed.timestamp, seed.scope, previous, ...lines].join("\n"));
    return previous;
  };
  const data = [...chunks, ""].map((chunk) => {
    const signature = chain("AWS4-HMAC-SHA256-PAYLOAD", sha256(""), sha256(chunk));
    return `${chunk.length.toString(16)};chunk-signature=${signature}\r\n${chunk}${chunk === "" ? "" : "\r\n"}`;
  });
  const signature = chain("AWS4-HMAC-SHA256-TRAILER", sha256(trailer === "" ? "" : `${trailer}\n`));
  const line = trailer === "" ? "" : `${trailer}\r\n`;
  return Buffer.from(`${data.join("")}${line}x-amz-trailer-signature:${signature}\r\n\r\n`);
}

async function decode(
  framed: Buffer,
  options: Partial<ChunkOptions>,
  cut?: number,
): Promise<{ text: string; trailers: object }> {
  const trailers = new Map<string, string>();
  const all = { decodedBytes: 0, announced: undefined, seed: undefined, ...options };
  const body = await collect(decodeChunks(pieces(framed, cut), all, trailers));
  return { text: body.toString(), trailers: Object.fromEntries(trailers) };
}

/** A line that never ends, and a reader that never tires is told so. */
async function* endless(): AsyncGenerator<Buffer, void> {
  for (let left = 100; left > 0; left--) yield Buffer.alloc(1000, "3");
  throw new Error("read on");
}

describe("decodeChunks with signed chunks", () => {
  it("accepts the example that AWS documents", async () => {
    const { text } = await decode(framedExample(), { decodedBytes: 66_560, seed: example });
    expect(text).toBe("a".repeat(66_560));
  });

  it.each([1, 2, 3, 7, 1000, 8192])("accepts it cut after every %i bytes", async (cut) => {
    const { text } = await decode(framedExample(), { decodedBytes: 66_560, seed: example }, cut);
    expect(text).toHaveLength(66_560);
  });

  it.each([
    ["a changed byte", (text: string) => text.replace("aa\r\n", "ab\r\n")],
    ["a changed signature", (text: string) => text.replace("=ad80", "=bd80")],
    ["a changed last signature", (text: string) => text.replace("=b6c6", "=c6c6")],
    ["chunks in another order", (text: string) => text.replace("=ad80c7", "=005562")],
  ])("refuses %s", async (_what, change) => {
    await expect(
      decode(framedExample(change), { decodedBytes: 66_560, seed: example }),
    ).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
      status: 403,
    });
  });

  it("refuses another seed", async () => {
    const seed = { ...example, signature: "0".repeat(64) };
    await expect(decode(framedExample(), { decodedBytes: 66_560, seed })).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
    });
  });

  it("refuses a chunk without a signature", async () => {
    const framed = framedExample((text) => text.replace(/;chunk-signature=0055\w+/, ""));
    await expect(decode(framed, { decodedBytes: 66_560, seed: example })).rejects.toMatchObject({
      code: "IncompleteBody",
    });
  });

  it("accepts a signed trailer, and refuses a changed one", async () => {
    const trailer = "x-amz-checksum-crc32c:sOO8/Q==";
    const options = { decodedBytes: 8196, announced: new Set(["x-amz-checksum-crc32c"]), seed: example };
    const framed = signedFrame(["b".repeat(8192), "tail"], trailer, example);
    const { trailers } = await decode(framed, options);
    expect(trailers).toEqual({ "x-amz-checksum-crc32c": "sOO8/Q==" });
    const changed = Buffer.from(framed.toString().replace("sOO8", "tOO8"));
    await expect(decode(changed, options)).rejects.toMatchObject({ code: "SignatureDoesNotMatch" });
    const unsigned = Buffer.from(framed.toString().replace(/x-amz-trailer-signature.*\r\n/, ""));
    await expect(decode(unsigned, options)).rejects.toMatchObject({ code: "MalformedTrailerError" });
  });
});

describe("decodeChunks with signed chunks and no trailers", () => {
  const framed = signedFrame(["abc"], "", example);
  const none = { decodedBytes: 3, announced: new Set<string>(), seed: example };

  it("takes the signature of nothing, or its absence", async () => {
    const bare = Buffer.from(framed.toString().replace(/x-amz-trailer-signature.*\r\n/, ""));
    expect(await decode(framed, none)).toEqual({ text: "abc", trailers: {} });
    expect(await decode(bare, none)).toEqual({ text: "abc", trailers: {} });
  });

  it("refuses another signature, and any where the form has no trailers", async () => {
    const changed = Buffer.from(framed.toString().replace(/(?<=trailer-signature:)./, "g"));
    await expect(decode(changed, none)).rejects.toMatchObject({ code: "SignatureDoesNotMatch" });
    await expect(decode(framed, { ...none, announced: undefined })).rejects.toMatchObject({
      code: "MalformedTrailerError",
    });
  });
});

describe("decodeChunks with unsigned chunks", () => {
  const crc = new Set(["x-amz-checksum-crc32"]);

  it("gives content and trailers back, however the stream is cut", async () => {
    const body = fc.tuple(
      fc.array(fc.string({ minLength: 8192, maxLength: 9000, unit: "binary-ascii" }), { maxLength: 3 }),
      fc.string({ minLength: 1, maxLength: 20, unit: "binary-ascii" }),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.integer({ min: 1, max: 3000 }), async ([chunks, last], cut) => {
        const framed = frame([...chunks, last], { "X-Amz-Checksum-CRC32": " rOtq0Q== " });
        const decodedBytes = [...chunks, last].join("").length;
        const { text, trailers } = await decode(framed, { decodedBytes, announced: crc }, cut);
        expect(text).toBe([...chunks, last].join(""));
        expect(trailers).toEqual({ "x-amz-checksum-crc32": "rOtq0Q==" });
      }),
      { numRuns: 40 },
    );
  });

  it("takes upper-case sizes, and no content at all", async () => {
    await expect(
      decode(Buffer.from("A\r\n0123456789\r\n0\r\n\r\n"), { decodedBytes: 10 }),
    ).resolves.toMatchObject({ text: "0123456789" });
    await expect(decode(frame([]), { decodedBytes: 0 })).resolves.toMatchObject({ text: "" });
  });

  it("lets a request announce no trailer and send none", async () => {
    await expect(decode(frame(["x"]), { decodedBytes: 1, announced: new Set() })).resolves.toMatchObject({
      text: "x",
    });
  });

  it("wants every chunk but the last to have 8192 bytes", async () => {
    await expect(decode(frame(["abc", "de"]), { decodedBytes: 5 })).rejects.toMatchObject({
      code: "InvalidChunkSizeError",
      status: 400,
      fields: { Chunk: "2", BadChunkSize: "3" },
    });
  });

  it.each([
    ["a trailer that was not announced", { "x-amz-checksum-crc32": "a", "x-amz-meta-x": "b" }],
    ["another trailer than announced", { "x-amz-checksum-sha1": "a" }],
    ["an announced trailer that is missing", {}],
    ["a signature where nothing is signed", { "x-amz-checksum-crc32": "a", "x-amz-trailer-signature": "b" }],
  ])("refuses %s", async (_what, trailers) => {
    await expect(decode(frame(["x"], trailers), { decodedBytes: 1, announced: crc })).rejects.toMatchObject({
      code: "MalformedTrailerError",
    });
  });

  it("refuses trailers where the form has none", async () => {
    const framed = frame(["x"], { "x-amz-checksum-crc32": "a" });
    await expect(decode(framed, { decodedBytes: 1 })).rejects.toMatchObject({
      code: "MalformedTrailerError",
    });
  });

  it.each([
    ["fewer bytes than announced", frame(["abc"]), 4],
    ["more bytes than announced", frame(["abc"]), 2],
    ["a stream that stops inside a chunk", Buffer.from("5\r\nabc"), 5],
    ["a stream that stops before the last chunk", Buffer.from("3\r\nabc\r\n"), 3],
    ["a stream without its last line", Buffer.from("3\r\nabc\r\n0\r\n"), 3],
    ["bytes after the end", Buffer.concat([frame(["abc"]), Buffer.from("x")]), 3],
    ["a size that is none", Buffer.from("xyz\r\nabc\r\n0\r\n\r\n"), 3],
    ["a size with an extension", Buffer.from("3;a=b\r\nabc\r\n0\r\n\r\n"), 3],
    ["a chunk that is longer than its size", Buffer.from("2\r\nabc\r\n0\r\n\r\n"), 3],
    ["a line without end", Buffer.alloc(20_000, "3"), 3],
  ])("refuses %s", async (_what, framed, decodedBytes) => {
    await expect(decode(framed, { decodedBytes })).rejects.toMatchObject({
      code: "IncompleteBody",
      status: 400,
    });
  });

  it("gives out no byte of a chunk that goes beyond the announced length", async () => {
    const options = { decodedBytes: 2, announced: undefined, seed: undefined };
    const stream = decodeChunks(pieces(Buffer.from("3\r\nabc")), options, new Map());
    await expect(stream.next()).rejects.toMatchObject({ code: "IncompleteBody" });
  });

  it("does not wait for ever for the end of a line", async () => {
    const options = { decodedBytes: 2, announced: undefined, seed: undefined };
    await expect(collect(decodeChunks(endless(), options, new Map()))).rejects.toMatchObject({
      code: "IncompleteBody",
    });
  });

  it("hands bytes on before it asks for more", async () => {
    const asked: number[] = [];
    async function* source(): AsyncGenerator<Buffer, void> {
      asked.push(1);
      yield Buffer.from("2000\r\n" + "a".repeat(100));
      asked.push(2);
      yield Buffer.from("a".repeat(100));
    }
    const stream = decodeChunks(
      source(),
      { decodedBytes: 8192, announced: undefined, seed: undefined },
      new Map(),
    );
    const first = await stream.next();
    expect([(first.value as Buffer).length, asked]).toEqual([100, [1]]);
    await stream.return();
  });

  it("tells its source when its reader goes away", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Buffer, void> {
      try {
        yield Buffer.from("2000\r\naaaa");
        yield Buffer.from("never asked for");
      } finally {
        closed = true;
      }
    }
    const stream = decodeChunks(
      source(),
      { decodedBytes: 8192, announced: undefined, seed: undefined },
      new Map(),
    );
    await stream.next();
    await stream.return();
    expect(closed).toBe(true);
  });
});

describe("openPayload", () => {
  const verified: Verified = {
    session: oneSession().session,
    signingKey,
    authorization: {
      form: "header",
      accessKeyId: "",
      scope,
      signedHeaders: [],
      signature: example.signature,
      timestamp: TIMESTAMP,
    },
  };
  const hello = createHash("sha256").update("hello").digest("hex");

  async function open(
    headers: Readonly<Record<string, string>>,
    body: string | Buffer,
  ): Promise<{ text: string; trailers: object }> {
    const head = readHead({ method: "PUT", target: "/b/k", rawHeaders: Object.entries(headers).flat() });
    const payload = openPayload(
      head,
      verified,
      readPayloadHash(head, "header"),
      pieces(Buffer.from(body), 3),
    );
    const text = (await collect(payload.body)).toString();
    return { text, trailers: Object.fromEntries(payload.trailers()) };
  }

  it("passes content that has the digest it claims", async () => {
    await expect(
      open({ "x-amz-content-sha256": hello, "content-length": "5" }, "hello"),
    ).resolves.toMatchObject({ text: "hello" });
  });

  it("refuses content that has another", async () => {
    await expect(
      open({ "x-amz-content-sha256": hello, "content-length": "5" }, "hallo"),
    ).rejects.toMatchObject({
      code: "XAmzContentSHA256Mismatch",
      status: 400,
      fields: {
        ClientComputedContentSHA256: hello,
        S3ComputedContentSHA256: createHash("sha256").update("hallo").digest("hex"),
      },
    });
  });

  it("takes content that nobody hashed", async () => {
    await expect(
      open({ "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "content-length": "5" }, "hallo"),
    ).resolves.toMatchObject({ text: "hallo" });
  });

  it("refuses content of another length than announced", async () => {
    await expect(
      open({ "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "content-length": "4" }, "hallo"),
    ).rejects.toMatchObject({ code: "IncompleteBody" });
  });

  it("wants to know the length of plain content that comes chunked", async () => {
    await expect(
      open({ "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "transfer-encoding": "chunked" }, "x"),
    ).rejects.toMatchObject({
      code: "MissingContentLength",
      status: 411,
    });
  });

  it.each([
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
  ])("wants to know the decoded length of %s", async (form) => {
    await expect(
      open({ "x-amz-content-sha256": form, "transfer-encoding": "chunked" }, "0\r\n\r\n"),
    ).rejects.toMatchObject({ code: "MissingContentLength" });
  });

  it("reads the form that clients stream with", async () => {
    const headers = {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "content-encoding": "aws-chunked",
      "transfer-encoding": "chunked",
      "x-amz-decoded-content-length": "5",
      "x-amz-trailer": "x-amz-checksum-crc32",
    };
    await expect(open(headers, frame(["hello"], { "x-amz-checksum-crc32": "NhCmhg==" }))).resolves.toEqual({
      text: "hello",
      trailers: { "x-amz-checksum-crc32": "NhCmhg==" },
    });
  });

  it("reads it without a trailer, as S3 does", async () => {
    const headers = {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "content-length": "15",
      "x-amz-decoded-content-length": "5",
    };
    await expect(open(headers, "5\r\nhello\r\n0\r\n\r\n")).resolves.toEqual({ text: "hello", trailers: {} });
    await expect(
      open(headers, "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"),
    ).rejects.toMatchObject({ code: "MalformedTrailerError" });
  });

  it.each(["crc32c", "crc64nvme", "sha1", "sha256", "sha512", "md5", "xxhash64", "xxhash3", "xxhash128"])(
    "hands the trailer of %s on, whether anybody can compute it or not",
    async (algorithm) => {
      const name = `x-amz-checksum-${algorithm}`;
      const headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "5",
        "x-amz-trailer": name,
      };
      await expect(open(headers, frame(["hello"], { [name]: "AA==" }))).resolves.toMatchObject({
        trailers: { [name]: "AA==" },
      });
    },
  );

  it("wants chunks of 8192 bytes from small pieces, too", async () => {
    const headers = {
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "content-encoding": "gzip,aws-chunked",
      "x-amz-decoded-content-length": "8195",
    };
    const ok = frame(["a".repeat(8192), "end"]);
    await expect(open(headers, ok)).resolves.toMatchObject({ text: `${"a".repeat(8192)}end` });
    const small = frame(["a".repeat(8191), "a", "end"]);
    await expect(open(headers, small)).rejects.toMatchObject({
      code: "InvalidChunkSizeError",
      fields: { Chunk: "2", BadChunkSize: "8191" },
    });
  });

  it("starts the chain of signatures at the head's", async () => {
    const headers = {
      "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      "x-amz-decoded-content-length": "66560",
    };
    await expect(open(headers, framedExample())).resolves.toMatchObject({ text: "a".repeat(66_560) });
  });

  it("takes aws-chunked with UNSIGNED-PAYLOAD, as some clients pair them", async () => {
    const headers = {
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "content-encoding": "gzip, aws-chunked",
      "x-amz-decoded-content-length": "5",
    };
    await expect(open(headers, frame(["hello"]))).resolves.toMatchObject({ text: "hello" });
  });

  it.each([
    [{}, "InvalidRequest"],
    [{ "x-amz-content-sha256": "constructor" }, "InvalidArgument"],
    [{ "x-amz-content-sha256": hello.toUpperCase() }, "InvalidArgument"],
    [{ "x-amz-content-sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" }, "NotImplemented"],
  ])("refuses a head that says %j", async (headers, code) => {
    await expect(open(headers, "")).rejects.toMatchObject({ code });
  });
});
