import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChunkedError, createChunkParser } from "../../src/signing/chunk-parser.ts";

const CRC32 = "x-amz-checksum-crc32";
const SIGNATURE = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";

interface Parsed {
  readonly data: string;
  readonly trailers: readonly (readonly [string, string])[];
}

/** Parses framing that arrives in the pieces given, and tells what came out. */
function parse(
  pieces: readonly (string | Buffer)[],
  decodedLength: number,
  trailerNames: readonly string[] = [],
): Parsed {
  const parser = createChunkParser({ decodedLength, trailerNames });
  const data: Buffer[] = [];
  const emit = (piece: Buffer) => void data.push(piece);
  for (const piece of pieces) parser.write(Buffer.from(piece as string, "latin1"), emit);
  const trailers = parser.end(emit);
  return { data: Buffer.concat(data).toString("latin1"), trailers };
}

/** Why framing is refused, and what had come out by then. */
function refusal(framing: string, decodedLength: number, trailerNames: readonly string[] = []) {
  const parser = createChunkParser({ decodedLength, trailerNames });
  let data = "";
  const emit = (piece: Buffer) => void (data += piece.toString("latin1"));
  try {
    parser.write(Buffer.from(framing, "latin1"), emit);
    parser.end(emit);
  } catch (fault) {
    if (fault instanceof ChunkedError) return { code: fault.code, data };
    throw fault;
  }
  return { code: "accepted", data };
}

describe("the chunk parser reads", () => {
  it("what botocore sends", () => {
    const framing = "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
    expect(parse([framing], 11, [CRC32])).toEqual({ data: "hello world", trailers: [[CRC32, "DUoRhQ=="]] });
  });

  it("capital hex, as the Rust SDK writes it", () => {
    expect(parse([`1A\r\n${"x".repeat(26)}\r\n0\r\n\r\n`], 26).data).toHaveLength(26);
  });

  it("leading zeros", () => {
    expect(parse(["0005\r\nhello\r\n0000\r\n\r\n"], 5).data).toBe("hello");
  });

  it("signed chunks, and drops the signature of the trailer", () => {
    const framing =
      `5;chunk-signature=${SIGNATURE}\r\nhello\r\n0;chunk-signature=${SIGNATURE}\r\n` +
      `x-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:${SIGNATURE}\r\n\r\n`;
    expect(parse([framing], 5, [CRC32])).toEqual({ data: "hello", trailers: [[CRC32, "NhCmhg=="]] });
  });

  it("ECDSA signatures, padded with asterisks", () => {
    const padded = `${SIGNATURE}${SIGNATURE}0a`.padEnd(144, "*");
    const framing = `5;chunk-signature=${padded}\r\nhello\r\n0;chunk-signature=${padded}\r\n\r\n`;
    expect(parse([framing], 5).data).toBe("hello");
  });

  it("the line ends of minio-go, unsigned and signed", () => {
    const unsigned = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\n\r\n\r\n";
    const signed =
      `5;chunk-signature=${SIGNATURE}\r\nhello\r\n0;chunk-signature=${SIGNATURE}\r\n` +
      `x-amz-checksum-crc32:NhCmhg==\n\r\nx-amz-trailer-signature:${SIGNATURE}\r\n\r\n`;
    expect(parse([unsigned], 5, [CRC32]).trailers).toEqual([[CRC32, "NhCmhg=="]]);
    expect(parse([signed], 5, [CRC32]).trailers).toEqual([[CRC32, "NhCmhg=="]]);
  });

  it("an empty body, with and without a trailer", () => {
    expect(parse(["0\r\n\r\n"], 0)).toEqual({ data: "", trailers: [] });
    expect(parse(["0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"], 0, [CRC32]).trailers).toHaveLength(1);
  });

  it("data that looks like framing", () => {
    const data = "\r\n0\r\n\r\n";
    expect(parse([`7\r\n${data}\r\n0\r\n\r\n`], 7).data).toBe(data);
  });

  it("trailer names in any case, and a blank after the colon", () => {
    expect(parse(["0\r\nX-Amz-Checksum-CRC32: AAAAAA==\r\n\r\n"], 0, [CRC32]).trailers).toEqual([
      [CRC32, "AAAAAA=="],
    ]);
  });

  it("checksums it has never heard of", () => {
    const name = "x-amz-checksum-crc128";
    expect(parse([`0\r\n${name}:anything\r\n\r\n`], 0, [name]).trailers).toEqual([[name, "anything"]]);
  });

  it("any framing, split anywhere, to the same bytes", () => {
    const chunk = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.boolean(), fc.boolean());
    const cut = fc.array(fc.nat(), { maxLength: 12 });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), cut, fc.boolean(), (chunks, cuts, hasTrailer) => {
        const data = Buffer.concat(chunks.map(([bytes]) => bytes));
        const framing = Buffer.concat([
          ...chunks.map(([bytes, isSigned, isCapital]) => frame(bytes, isSigned, isCapital)),
          Buffer.from(`0\r\n${hasTrailer ? `${CRC32}:AAAAAA==\r\n` : ""}\r\n`),
        ]);
        const parsed = parse(split(framing, cuts), data.length, hasTrailer ? [CRC32] : []);
        expect(parsed.data).toBe(data.toString("latin1"));
        expect(parsed.trailers).toHaveLength(hasTrailer ? 1 : 0);
      }),
    );
  });
});

function frame(bytes: Uint8Array, isSigned: boolean, isCapital: boolean): Buffer {
  const size = bytes.length.toString(16);
  const line = `${isCapital ? size.toUpperCase() : size}${isSigned ? `;chunk-signature=${SIGNATURE}` : ""}\r\n`;
  return Buffer.concat([Buffer.from(line), bytes, Buffer.from("\r\n")]);
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

describe("the chunk parser refuses as malformed", () => {
  it.each([
    ["a negative size", "-5\r\nhello\r\n0\r\n\r\n"],
    ["a size with a sign", "+5\r\nhello\r\n0\r\n\r\n"],
    ["a size in 0x form", "0x5\r\nhello\r\n0\r\n\r\n"],
    ["no size", "\r\nhello\r\n0\r\n\r\n"],
    ["a blank before the size", " 5\r\nhello\r\n0\r\n\r\n"],
    ["a blank behind the size", "5 \r\nhello\r\n0\r\n\r\n"],
    ["a size beyond exact numbers", "ffffffffffffff\r\nhello\r\n0\r\n\r\n"],
    ["another chunk extension", "5;name=value\r\nhello\r\n0\r\n\r\n"],
    ["two chunk extensions", `5;chunk-signature=aa;chunk-signature=bb\r\nhello\r\n0\r\n\r\n`],
    ["a size line that ends with LF alone", "5\nhello\r\n0\r\n\r\n"],
    ["no CR LF behind the data", "5\r\nhello0\r\n\r\n"],
    ["LF alone behind the data", "5\r\nhello\n0\r\n\r\n"],
    ["more data than its chunk says", "5\r\nhello!\r\n0\r\n\r\n"],
    ["a size line without end", "5".padEnd(300, "0")],
    ["a size line that is too long", `5;chunk-signature=${"a".repeat(300)}\r\nhello\r\n0\r\n\r\n`],
    ["bytes behind the end", "5\r\nhello\r\n0\r\n\r\nx"],
    ["a second body behind the end", "5\r\nhello\r\n0\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
    ["an end within a size line", "5\r\nhello\r\n0"],
    ["an end within the data", "5\r\nhel"],
    ["an end behind the data", "5\r\nhello\r\n"],
    ["an end before the last empty line", "5\r\nhello\r\n0\r\n"],
    ["a last empty line that is LF alone", "5\r\nhello\r\n0\r\n\n"],
    ["nothing at all", ""],
  ])("%s", (_, framing) => {
    expect(refusal(framing, 5).code).toBe("body-malformed");
  });

  it.each([
    ["one that was not announced", `${CRC32}:NhCmhg==\r\nx-amz-checksum-sha1:${"A".repeat(28)}\r\n\r\n`],
    ["one that grants something", "x-amz-acl:public-read\r\n\r\n"],
    ["one twice", `${CRC32}:NhCmhg==\r\n${CRC32}:NhCmhg==\r\n\r\n`],
    ["none where one was announced", "\r\n"],
    ["only a signature where one was announced", `x-amz-trailer-signature:${SIGNATURE}\r\n\r\n`],
    ["one without a colon", `${CRC32}\r\n\r\n`],
    ["one without a name", ":NhCmhg==\r\n\r\n"],
    ["one without a value", `${CRC32}:\r\n\r\n`],
    ["one with a value of the wrong length", `${CRC32}:NhCmhg=\r\n\r\n`],
    ["one with a bare CR in its value", `${CRC32}:NhC\rhg==\r\n\r\n`],
    ["one with a NUL in its value", `${CRC32}:NhC\0hg==\r\n\r\n`],
    ["one that ends with LF alone before the next", `${CRC32}:NhCmhg==\nx-amz-trailer-signature:aa\r\n\r\n`],
    ["one with another blank than a space or a tab", `${CRC32}:\vNhCmhg==\r\n\r\n`],
    ["one that is folded", `${CRC32}:\r\n NhCmhg==\r\n\r\n`],
    ["lines without end", `x-amz-trailer-signature:${"a".repeat(5000)}`],
    [
      "too many lines",
      `${`x-amz-trailer-signature:${"a".repeat(1000)}\r\n`.repeat(5)}${CRC32}:NhCmhg==\r\n\r\n`,
    ],
  ])("trailers with %s", (_, trailers) => {
    expect(refusal(`5\r\nhello\r\n0\r\n${trailers}`, 5, [CRC32])).toEqual({
      code: "body-malformed",
      data: "",
    });
  });
});

describe("the chunk parser and endless lines", () => {
  it.each([
    ["a size line", ""],
    ["the line behind a chunk", "5\r\nhello"],
    ["a trailer line", "5\r\nhello\r\n0\r\n"],
  ])("gives up on %s without keeping it", (_, start) => {
    const parser = createChunkParser({ decodedLength: 5, trailerNames: [CRC32] });
    let written = 0;
    const drip = () => {
      parser.write(Buffer.from(start), () => {});
      for (; written < 100_000; written += 10) parser.write(Buffer.alloc(10, "a"), () => {});
    };
    expect(drip).toThrow(ChunkedError);
    expect(written).toBeLessThan(5000);
  });
});

describe("the chunk parser and the declared length", () => {
  it("refuses a longer body at the size line, before any of it is passed on", () => {
    expect(refusal("6\r\nhello!\r\n0\r\n\r\n", 5)).toEqual({ code: "payload-mismatch", data: "" });
    expect(refusal("4\r\nhell\r\n2\r\no!\r\n0\r\n\r\n", 5)).toEqual({
      code: "payload-mismatch",
      data: "hell",
    });
    expect(refusal("1fffffffffffff\r\n", 5).code).toBe("body-malformed");
    expect(refusal("fffffffffffff\r\n", 5).code).toBe("payload-mismatch");
  });

  it("refuses a shorter body at the terminal chunk", () => {
    expect(refusal("4\r\nhell\r\n0\r\n\r\n", 5)).toEqual({ code: "payload-mismatch", data: "hell" });
    expect(refusal("0\r\n\r\n", 5).code).toBe("payload-mismatch");
  });

  it("refuses any data where none was declared", () => {
    expect(refusal("1\r\nx\r\n0\r\n\r\n", 0)).toEqual({ code: "payload-mismatch", data: "" });
  });

  it("holds the last piece back until all that follows is right", () => {
    expect(refusal("4\r\nhell\r\n1\r\no\r\n0\r\n\r\nx", 5)).toEqual({ code: "body-malformed", data: "hell" });
  });

  it("never passes on more than was declared, and less unless all is right, whatever arrives", () => {
    const noise = fc.array(
      fc.oneof(
        fc.constantFrom("5\r\nhello\r\n", "0\r\n", "\r\n", "1\r\nx\r\n", "\n", `${CRC32}:NhCmhg==\r\n`),
        fc.string(),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(noise, fc.nat(12), (parts, decodedLength) => {
        const { code, data } = refusal(parts.join(""), decodedLength, [CRC32]);
        expect(data.length).toBeLessThanOrEqual(decodedLength);
        expect(data.length === decodedLength).toBe(code === "accepted" || decodedLength === 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("copies no data", () => {
    const parser = createChunkParser({ decodedLength: 5, trailerNames: [] });
    const bytes = Buffer.from("5\r\nhello\r\n0\r\n\r\n");
    const pieces: Buffer[] = [];
    parser.write(bytes, (piece) => pieces.push(piece));
    parser.end((piece) => pieces.push(piece));
    expect(pieces.map((piece) => piece.buffer)).toEqual([bytes.buffer]);
    expect(pieces[0]?.byteOffset).toBe(bytes.byteOffset + 3);
  });
});
