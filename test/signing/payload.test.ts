import { describe, expect, it } from "vitest";
import { EMPTY_SHA256, hashPayload, planPayload } from "../../src/signing/payload.ts";
import type { PayloadHeaders } from "../../src/signing/payload.ts";

const DIGEST = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
/** What botocore sends over TLS: chunked, with a CRC32 behind the body. */
const botocore: PayloadHeaders = {
  contentSha256: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
  contentEncoding: "aws-chunked",
  transferEncoding: "chunked",
  decodedLength: "11",
  trailer: "x-amz-checksum-crc32",
};
/** What minio-go and the Java SDK v1 send over http: signed chunks, no trailer. */
const signed: PayloadHeaders = {
  contentSha256: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  contentEncoding: "aws-chunked",
  contentLength: "66824",
  decodedLength: "66560",
};

function faultOf(headers: PayloadHeaders): string | undefined {
  const plan = planPayload(headers);
  return plan.kind === "fault" ? plan.code : undefined;
}

describe("a request without a body", () => {
  it("is signed with the digest of nothing, whatever it says", () => {
    for (const contentSha256 of [undefined, "UNSIGNED-PAYLOAD", EMPTY_SHA256]) {
      expect(planPayload({ contentSha256 })).toMatchObject({ kind: "empty", payloadHash: EMPTY_SHA256 });
    }
  });

  it("keeps a length of zero, which S3 wants to see on a PUT", () => {
    expect(planPayload({ contentLength: "0" })).toMatchObject({ kind: "empty", contentLength: 0 });
    expect(planPayload({})).toMatchObject({ kind: "empty", contentLength: undefined });
  });

  it("is refused when it comes with the digest of something", () => {
    expect(faultOf({ contentSha256: DIGEST, contentLength: "0" })).toBe("payload-mismatch");
  });
});

describe("a plain body", () => {
  it("keeps the client's digest, so that S3 compares it", () => {
    expect(planPayload({ contentSha256: DIGEST, contentLength: "11", contentEncoding: "gzip" })).toEqual({
      kind: "plain",
      payloadHash: DIGEST,
      contentLength: 11,
      contentEncoding: "gzip",
    });
  });

  it("may write its digest in capitals", () => {
    const plan = planPayload({ contentSha256: DIGEST.toUpperCase(), contentLength: "11" });
    expect(plan).toMatchObject({ kind: "plain", payloadHash: DIGEST });
  });

  it("goes unsigned where the client gives no digest", () => {
    for (const contentSha256 of [undefined, "UNSIGNED-PAYLOAD"]) {
      expect(planPayload({ contentSha256, contentLength: "5368709120" })).toEqual({
        kind: "plain",
        payloadHash: "UNSIGNED-PAYLOAD",
        contentLength: 5_368_709_120,
        contentEncoding: undefined,
      });
    }
  });

  it("must say its length: S3 takes no chunked transfer but for aws-chunked", () => {
    expect(faultOf({ transferEncoding: "chunked" })).toBe("length-required");
    expect(faultOf({ contentSha256: DIGEST, transferEncoding: "Chunked" })).toBe("length-required");
  });

  it("announces no trailers", () => {
    expect(faultOf({ contentLength: "1", trailer: "x-amz-checksum-crc32" })).toBe("body-malformed");
  });
});

describe("a framed body with trailers", () => {
  it("is framed anew, with the same trailer, and its length is known beforehand", () => {
    const framed = "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
    expect(planPayload(botocore)).toEqual({
      kind: "reframe-trailer",
      payloadHash: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      contentLength: framed.length,
      contentEncoding: "aws-chunked",
      decodedLength: 11,
      trailerNames: ["x-amz-checksum-crc32"],
    });
  });

  it.each(["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"])(
    "loses its chunk signatures (%s)",
    (contentSha256) => {
      expect(planPayload({ ...botocore, contentSha256 })).toEqual(planPayload(botocore));
    },
  );

  it("goes up in chunked transfer where the checksum is a new one", () => {
    const plan = planPayload({ ...botocore, trailer: "x-amz-checksum-crc128" });
    expect(plan).toMatchObject({ kind: "reframe-trailer", contentLength: undefined });
  });

  it("keeps the other content codings before aws-chunked", () => {
    for (const contentEncoding of ["gzip,aws-chunked", "aws-chunked, gzip", "gzip"]) {
      expect(planPayload({ ...botocore, contentEncoding })).toMatchObject({
        contentEncoding: "gzip,aws-chunked",
      });
    }
    expect(planPayload({ ...botocore, contentEncoding: undefined })).toMatchObject({
      contentEncoding: "aws-chunked",
    });
  });

  it("names its trailers in any case, several with commas", () => {
    const trailer = "X-Amz-Checksum-CRC32, x-amz-checksum-sha256";
    expect(planPayload({ ...botocore, trailer })).toMatchObject({
      trailerNames: ["x-amz-checksum-crc32", "x-amz-checksum-sha256"],
    });
  });

  it.each([
    "x-amz-acl",
    "authorization",
    "",
    "x-amz-checksum-crc32,x-amz-checksum-crc32",
    "x-amz-checksum-crc32;q",
  ])("announces nothing but checksums, once each (%j)", (trailer) => {
    expect(faultOf({ ...botocore, trailer })).toBe("body-malformed");
  });

  it("must announce them where its form promises them", () => {
    const contentSha256 = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    expect(faultOf({ ...botocore, contentSha256, trailer: undefined })).toBe("body-malformed");
  });
});

describe("a framed body without trailers", () => {
  it("goes up plain, with the length of the data", () => {
    expect(planPayload(signed)).toEqual({
      kind: "decode",
      payloadHash: "UNSIGNED-PAYLOAD",
      contentLength: 66_560,
      contentEncoding: undefined,
      decodedLength: 66_560,
      trailerNames: [],
    });
  });

  it("keeps the coding of the data itself, as it was written", () => {
    const plan = planPayload({ ...signed, contentEncoding: "GZIP, AWS-Chunked" });
    expect(plan).toMatchObject({ kind: "decode", contentEncoding: "GZIP" });
  });

  it("may have the unsigned form without a trailer, as S3 allows", () => {
    expect(planPayload({ ...botocore, trailer: undefined })).toMatchObject({
      kind: "decode",
      contentLength: 11,
    });
  });

  it("must not announce trailers where its form has none", () => {
    expect(faultOf({ ...signed, trailer: "x-amz-checksum-crc32" })).toBe("body-malformed");
  });
});

describe("framing", () => {
  it.each<[string, PayloadHeaders]>([
    ["the form alone, as .NET once sent it", { ...signed, contentEncoding: undefined }],
    ["the coding alone", { contentEncoding: "aws-chunked", contentLength: "100", decodedLength: "5" }],
    ["the decoded length alone", { contentLength: "100", decodedLength: "5" }],
    ["the coding beside UNSIGNED-PAYLOAD", { ...signed, contentSha256: "UNSIGNED-PAYLOAD" }],
  ])("is seen by %s", (_, headers) => {
    expect(planPayload(headers)).toMatchObject({ kind: "decode" });
  });

  it("needs the decoded length", () => {
    expect(faultOf({ ...signed, decodedLength: undefined })).toBe("length-required");
    expect(faultOf({ contentEncoding: "aws-chunked", contentLength: "100" })).toBe("length-required");
  });

  it.each<[string, PayloadHeaders]>([
    ["a digest of the whole", { ...signed, contentSha256: DIGEST }],
    ["no room for the framing", { ...signed, contentLength: "66564" }],
    ["no body", { ...botocore, transferEncoding: undefined }],
    ["aws-chunked twice", { ...signed, contentEncoding: "aws-chunked,aws-chunked" }],
    ["a negative decoded length", { ...signed, decodedLength: "-1" }],
    ["a decoded length in hex", { ...signed, decodedLength: "0x10" }],
    ["a decoded length beyond all numbers", { ...signed, decodedLength: "9".repeat(16) }],
    ["an empty decoded length", { ...signed, decodedLength: "" }],
    ["two decoded lengths", { ...signed, decodedLength: "5, 5" }],
  ])("is refused with %s", (_, headers) => {
    expect(faultOf(headers)).toBe("body-malformed");
  });
});

describe("headers that cannot be read", () => {
  it.each<[string, PayloadHeaders]>([
    ["an unknown form", { contentSha256: "STREAMING-SOMETHING", contentLength: "1" }],
    ["an event stream", { contentSha256: "STREAMING-AWS4-HMAC-SHA256-EVENTS", contentLength: "1" }],
    ["an empty form", { contentSha256: "", contentLength: "1" }],
    ["a short digest", { contentSha256: DIGEST.slice(1), contentLength: "1" }],
    ["a negative length", { contentLength: "-1" }],
    ["two lengths", { contentLength: "5, 6" }],
    ["a length and chunked transfer", { contentLength: "5", transferEncoding: "chunked" }],
    ["another transfer coding", { transferEncoding: "gzip, chunked" }],
  ])("are refused: %s", (_, headers) => {
    expect(faultOf(headers)).toBe("body-malformed");
  });
});

describe("hashPayload", () => {
  it("is SHA-256 in hex", () => {
    expect(hashPayload(Buffer.from("hello world"))).toBe(DIGEST);
    expect(hashPayload(new Uint8Array())).toBe(EMPTY_SHA256);
  });
});
