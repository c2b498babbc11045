import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it } from "vitest";
import { CHUNK_BYTES } from "../../src/signing/chunk-framer.ts";
import { ChunkedError } from "../../src/signing/chunk-parser.ts";
import { reframe } from "../../src/signing/chunked.ts";
import type { ReframedBody } from "../../src/signing/chunked.ts";
import { planPayload } from "../../src/signing/payload.ts";
import type { PayloadHeaders } from "../../src/signing/payload.ts";

const SIGNATURE = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";

/** Sends a body through `reframe`, and tells what came out and how it ended. */
async function send(body: ReframedBody, source: Iterable<Buffer>) {
  const out: Buffer[] = [];
  let isComplete = false;
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      out.push(piece);
      done();
    },
    final(done) {
      isComplete = true;
      done();
    },
  });
  const fault = await pipeline(Readable.from(source, { objectMode: false }), reframe(body), sink).catch(
    (caught: unknown) => caught,
  );
  return { text: Buffer.concat(out).toString("latin1"), isComplete, fault };
}

function planOf(headers: PayloadHeaders): ReframedBody & { readonly contentLength: number | undefined } {
  const plan = planPayload(headers);
  if (plan.kind !== "decode" && plan.kind !== "reframe-trailer") throw new Error(`not framed: ${plan.kind}`);
  return plan;
}

/** Signed chunks of one size, as the Java SDK writes them, with a trailer. */
function* signedChunks(total: number, chunkBytes: number): Generator<Buffer> {
  for (let at = 0; at < total; at += chunkBytes) {
    const size = Math.min(chunkBytes, total - at);
    yield Buffer.from(`${size.toString(16)};chunk-signature=${SIGNATURE}\r\n${"a".repeat(size)}\r\n`);
  }
  yield Buffer.from(`0;chunk-signature=${SIGNATURE}\r\nx-amz-checksum-crc32:NhCmhg==\r\n`);
  yield Buffer.from(`x-amz-trailer-signature:${SIGNATURE}\r\n\r\n`);
}

describe("reframe", () => {
  it("takes signed chunks apart and sends plain bytes of the planned length", async () => {
    const plan = planOf({
      contentSha256: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
      contentLength: "66824",
      decodedLength: "66560",
    });
    // The documented example of S3: 64 KiB, 1 KiB and the terminal chunk, 66,824 bytes on the wire.
    const wire = [65_536, 1024, 0]
      .map((size) => `${size.toString(16)};chunk-signature=${SIGNATURE}\r\n${"a".repeat(size)}\r\n`)
      .join("");
    expect(wire).toHaveLength(66_824);
    const sent = await send(plan, [Buffer.from(wire)]);
    expect(sent).toEqual({ text: "a".repeat(66_560), isComplete: true, fault: undefined });
    expect(plan.contentLength).toBe(66_560);
  });

  it("frames a signed body with a trailer anew, unsigned, in large chunks, to the planned length", async () => {
    const total = CHUNK_BYTES + 5000;
    const plan = planOf({
      contentSha256: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
      transferEncoding: "chunked",
      decodedLength: String(total),
      trailer: "x-amz-checksum-crc32",
    });
    const { text, isComplete } = await send(plan, signedChunks(total, 1000));
    expect(isComplete).toBe(true);
    expect(text).toBe(
      `100000\r\n${"a".repeat(CHUNK_BYTES)}\r\n1388\r\n${"a".repeat(5000)}\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n`,
    );
    expect(text).toHaveLength(plan.contentLength ?? 0);
  });

  it("leaves an empty body with its trailer as it is", async () => {
    const framing = "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
    const body: ReframedBody = {
      kind: "reframe-trailer",
      decodedLength: 0,
      trailerNames: ["x-amz-checksum-crc32"],
    };
    expect(await send(body, [Buffer.from(framing)])).toMatchObject({ text: framing, isComplete: true });
  });

  it.each<ReframedBody["kind"]>(["decode", "reframe-trailer"])(
    "never completes the upload of a body that lies (%s)",
    async (kind) => {
      const body: ReframedBody = { kind, decodedLength: 5, trailerNames: [] };
      for (const lie of [
        "5\r\nhello\r\n1\r\n",
        "5\r\nhello\r\n",
        "4\r\nhell\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\n\r\n!",
      ]) {
        const { text, isComplete, fault } = await send(body, [Buffer.from(lie)]);
        expect(fault).toBeInstanceOf(ChunkedError);
        expect(isComplete).toBe(false);
        expect(text).not.toContain("hello");
        expect(text).not.toContain("0\r\n");
      }
    },
  );

  it.each<[ReframedBody["kind"], string]>([
    ["decode", "x".repeat(9999)],
    ["reframe-trailer", `2710\r\n${"x".repeat(9999)}`],
  ])("sends what came in many small chunks at once as one piece (%s)", async (kind, text) => {
    const stream = reframe({ kind, decodedLength: 10_000, trailerNames: [] });
    const pieces: string[] = [];
    stream.on("data", (piece: Buffer) => pieces.push(piece.toString()));
    stream.write("1\r\nx\r\n".repeat(10_000));
    await new Promise(setImmediate);
    expect(pieces).toEqual([text]);
  });

  it("does not run ahead of a reader that is slow", async () => {
    const total = 8 * CHUNK_BYTES;
    let taken = 0;
    function* source(): Generator<Buffer> {
      for (const chunk of signedChunks(total, 65_536)) {
        taken += chunk.length;
        yield chunk;
      }
    }
    const body: ReframedBody = {
      kind: "decode",
      decodedLength: total,
      trailerNames: ["x-amz-checksum-crc32"],
    };
    const stream = Readable.from(source(), { objectMode: false }).pipe(reframe(body));
    let given = 0;
    for await (const piece of stream) {
      given += (piece as Buffer).length;
      expect(taken - given).toBeLessThan(CHUNK_BYTES);
    }
    expect(given).toBe(total);
  });
});
