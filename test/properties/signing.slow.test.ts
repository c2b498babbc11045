import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { AwsV4Signer } from "aws4fetch";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePercent } from "../../src/domain/percent.ts";
import { readAuthorization } from "../../src/local/guard/authorization.ts";
import { canonicalRequest as readAgain } from "../../src/local/guard/canonical.ts";
import { readHead } from "../../src/local/guard/request-head.ts";
import { rulesOf } from "../../src/local/guard/service-rules.ts";
import { canonicalHeaders, canonicalPath, canonicalRequest } from "../../src/signing/canonical.ts";
import { presignQuery } from "../../src/signing/presign.ts";
import { canonicalQuery, parseQuery } from "../../src/domain/query.ts";
import type { QueryPair } from "../../src/domain/query.ts";
import { createSigner } from "../../src/signing/sign.ts";
import type { SignableRequest } from "../../src/signing/sign.ts";

/** The hash that the oracle asks for, made of node:crypto. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", Buffer.from(secret as Uint8Array));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(data as Uint8Array);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}

const credentials = fc.record({
  accessKeyId: fc.stringMatching(/^ASIA[A-Z2-7]{16}$/),
  secretAccessKey: fc.stringMatching(/^[A-Za-z0-9+/]{40}$/),
  sessionToken: fc.stringMatching(/^[A-Za-z0-9+/]{20,200}={0,2}$/),
});
const text = fc.string({ unit: "grapheme", maxLength: 12 });
const segment = text.filter((name) => name !== "." && name !== "..");
const headerName = fc.oneof(
  fc.stringMatching(/^x-(amz-meta|custom)-[a-z0-9-]{1,12}$/),
  fc.constantFrom("content-type", "content-md5", "range", "a", "z"),
);
const headerValue = fc.stringMatching(/^[ \t]{0,2}[!-~]{1,10}([ \t]{1,3}[!-~]{0,10}){0,2}$/);
const request = fc.record({
  method: fc.constantFrom("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"),
  segments: fc.array(segment, { maxLength: 5 }),
  query: fc.dictionary(
    text.filter(isPlainName),
    fc.oneof(text, fc.array(text, { minLength: 1, maxLength: 3 })),
  ),
  headers: fc.dictionary(headerName, headerValue, { maxKeys: 4 }),
  body: fc.uint8Array({ maxLength: 40 }),
  region: fc.constantFrom("us-east-1", "eu-central-1", "us-gov-west-1", "cn-north-1"),
  nowMs: fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2099, 0) }),
  credentials,
});
type Drawn = typeof request extends fc.Arbitrary<infer T> ? T : never;

/** The oracle drops a signature from the query by itself; Postern never has one there. */
function isPlainName(name: string): boolean {
  return name !== "" && name.toLowerCase() !== "x-amz-signature" && name !== "__proto__";
}

function pairsOf(query: Drawn["query"]): QueryPair[] {
  return Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): QueryPair => [name, one]),
  );
}

function signableOf(drawn: Drawn, service: string): SignableRequest {
  // Other services see no empty segments: those are refused before anything is signed.
  const segments = service === "s3" ? drawn.segments : drawn.segments.filter((name) => name !== "");
  return {
    ...drawn,
    path: `/${segments.map((name) => encodePercent(name)).join("/")}`,
    query: canonicalQuery(pairsOf(drawn.query)),
    headers: [["host", "service.example.com"], ...Object.entries(drawn.headers)],
    payloadHash: createHash("sha256").update(drawn.body).digest("hex"),
    service,
  };
}

function oracleOf({ credentials, region }: Drawn, service: string): SignatureV4 {
  return new SignatureV4({
    credentials,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== "s3",
    applyChecksum: false,
  });
}

function oracleRequest(signable: SignableRequest, query: Record<string, string | string[]>) {
  return {
    method: signable.method,
    protocol: "https:",
    hostname: "service.example.com",
    path: signable.path,
    query,
    headers: Object.fromEntries(signable.headers),
  };
}

describe.each(["s3", "dynamodb", "execute-api", "lambda"])("a signature for %s", (service) => {
  const signer = createSigner();

  it("is the one the AWS SDK makes, whatever the request", async () => {
    await fc.assert(
      fc.asyncProperty(request, async (drawn) => {
        const signable = signableOf(drawn, service);
        const headers = {
          ...Object.fromEntries(signable.headers),
          "x-amz-content-sha256": signable.payloadHash,
        };
        const expected = await oracleOf(drawn, service).sign(
          { ...oracleRequest(signable, drawn.query), headers },
          { signingDate: new Date(drawn.nowMs), unsignableHeaders: new Set() },
        );
        const added = signer.sign({ ...signable, sendPayloadHash: true });
        expect(added.at(-1)).toBe(expected.headers["authorization"]);
      }),
    );
  });

  it("in the query is the one the AWS SDK makes, whatever the request", async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.integer({ min: 1, max: 604_800 }), async (drawn, expiresIn) => {
        const signable = { ...signableOf(drawn, service), payloadHash: "UNSIGNED-PAYLOAD" };
        const headers = {
          ...Object.fromEntries(signable.headers),
          "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        };
        const presigned = await oracleOf(drawn, service).presign(
          { ...oracleRequest(signable, drawn.query), headers },
          {
            expiresIn,
            signingDate: new Date(drawn.nowMs),
            unhoistableHeaders: new Set(Object.keys(headers)),
            unsignableHeaders: new Set(["x-amz-content-sha256"]),
          },
        );
        const query = presignQuery({ ...signable, query: pairsOf(drawn.query), expiresInSeconds: expiresIn });
        expect(new URLSearchParams(query).get("X-Amz-Signature")).toBe(presigned.query?.["X-Amz-Signature"]);
      }),
    );
  });
});

/** Lines as clients write them: a name on several of them, tabs and runs of spaces, nothing at all. */
const headerLines = fc.array(
  fc.tuple(headerName, fc.stringMatching(/^[ \t]{0,3}([!-~]{1,4}[ \t]{0,3}){0,4}$/)),
  { maxLength: 6 },
);

/** What the oracle takes for several lines of one name: one line, with a comma between their values. */
function joined(lines: readonly (readonly [string, string])[]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of lines) {
    const tidy = value.trim().replaceAll(/\s+/g, " ");
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? tidy : `${earlier},${tidy}`);
  }
  return Object.fromEntries(values);
}

describe.each(["s3", "dynamodb"])("a signature for %s", (service) => {
  it("counts repeated lines and white space as the AWS SDK does, and payloads that nobody hashed", async () => {
    const hashes = fc.constantFrom("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "e".repeat(64));
    await fc.assert(
      fc.asyncProperty(request, headerLines, hashes, async (drawn, lines, payloadHash) => {
        const signable = { ...signableOf(drawn, service), payloadHash };
        const headers = {
          host: "service.example.com",
          ...joined(lines),
          "x-amz-content-sha256": payloadHash,
        };
        const expected = await oracleOf(drawn, service).sign(
          { ...oracleRequest(signable, drawn.query), headers },
          { signingDate: new Date(drawn.nowMs), unsignableHeaders: new Set() },
        );
        const added = createSigner().sign({
          ...signable,
          headers: [["host", "service.example.com"], ...lines],
          sendPayloadHash: true,
        });
        expect(added.at(-1)).toBe(expected.headers["authorization"]);
      }),
    );
  });
});

/** What may stand raw in a segment (RFC 3986 section 3.3), escapes in either case, and an escaped slash. */
const rawSegment = fc
  .array(
    fc.constantFrom(..."aZ09-._~!$&'()*+,;=:@".split(""), "%2F", "%20", "%25", "%c3%bc", "%C3%BC", "%41"),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((pieces) => pieces.join(""))
  .filter((text) => text !== "." && text !== "..");

describe.each(["execute-api", "lambda", "iotdata", "dynamodb"])("the path of %s", (service) => {
  it("goes on the wire as it stands, and is signed escaped once more, as the AWS SDK does", async () => {
    const path = fc
      .tuple(fc.array(rawSegment, { maxLength: 4 }), fc.boolean())
      .map(([segments, slash]) => `/${segments.join("/")}${slash && segments.length > 0 ? "/" : ""}`);
    await fc.assert(
      fc.asyncProperty(request, path, async (drawn, path) => {
        const signable = { ...signableOf({ ...drawn, headers: {} }, service), path };
        const expected = await oracleOf(drawn, service).sign(
          {
            ...oracleRequest(signable, drawn.query),
            headers: { host: "service.example.com", "x-amz-content-sha256": signable.payloadHash },
          },
          { signingDate: new Date(drawn.nowMs), unsignableHeaders: new Set() },
        );
        const added = createSigner().sign({ ...signable, sendPayloadHash: true });
        expect(added.at(-1)).toBe(expected.headers["authorization"]);
        const canonical = canonicalPath(path, service);
        expect(decodeURIComponent(canonical)).toBe(path);
        expect(canonical).toMatch(/^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/);
      }),
    );
  });
});

/** Header values as bytes: a character each, as Node hands them over, with blanks before, between and behind. */
const blanks = fc.constantFrom("", " ", "  ", "\t", " \t ");
const latin1 = fc.oneof(
  fc.integer({ min: 0x21, max: 0xff }).filter((byte) => byte !== 0x7f),
  fc.constantFrom(0x85, 0xa0), // white space to some, and parts of letters in UTF-8
);
const byteValue = fc
  .array(
    fc.oneof(
      latin1.map((byte) => String.fromCharCode(byte)),
      blanks,
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(""));

/** Letters of which UTF-8 makes such bytes, blanks, and nothing that the oracle takes for another blank. */
const letters = fc
  .array(fc.constantFrom("a", "à", "Š", "\u{1f4a0}", "…", "ﾠ", " ", "  ", "\t"), {
    minLength: 1,
    maxLength: 8,
  })
  .map((pieces) => pieces.join(""));

describe("a value beyond ASCII", () => {
  it("is signed as the AWS SDK signs the text that its bytes are", async () => {
    await fc.assert(
      fc.asyncProperty(request, letters, async (drawn, value) => {
        const signable = { ...signableOf(drawn, "s3"), headers: [["host", "service.example.com"]] as const };
        const headers = {
          host: "service.example.com",
          "x-amz-meta-a": value,
          "x-amz-content-sha256": signable.payloadHash,
        };
        const expected = await oracleOf(drawn, "s3").sign(
          { ...oracleRequest(signable, drawn.query), headers },
          { signingDate: new Date(drawn.nowMs), unsignableHeaders: new Set() },
        );
        const bytes = Buffer.from(value).toString("latin1");
        const added = createSigner().sign({
          ...signable,
          headers: [...signable.headers, ["x-amz-meta-a", bytes]],
          sendPayloadHash: true,
        });
        expect(added.at(-1)).toBe(expected.headers["authorization"]);
      }),
    );
  });
});

describe.each(["s3", "execute-api"])("what is signed for %s and goes on the wire", (service) => {
  it("is what AWS's side makes of it when it cuts it up again", () => {
    const lines = fc.array(fc.tuple(headerName, fc.oneof(headerValue, byteValue)), { maxLength: 4 });
    fc.assert(
      fc.property(request, lines, (drawn, lines) => {
        // A key's slashes stand as they are: S3 cannot tell their escapes from them.
        const segments = drawn.segments.map((name) => name.replaceAll("/", "-"));
        const signable = {
          ...signableOf({ ...drawn, segments }, service),
          headers: [["host", "h.test"] as const, ...lines],
        };
        const { method, path, query, payloadHash } = signable;
        const added = createSigner().sign(signable);
        const target = query === "" ? path : `${path}?${query}`;
        const head = readHead({ method, target, rawHeaders: [...signable.headers.flat(), ...added] });
        const found = readAgain(head, readAuthorization(head), payloadHash, rulesOf(service));
        const own = added.slice(0, -2);
        const names = own.filter((_, i) => i % 2 === 0);
        const headers = canonicalHeaders([
          ...signable.headers,
          ...names.map((name, i) => [name, own[i * 2 + 1] ?? ""] as const),
        ]);
        const parts = { method, path: canonicalPath(path, service), query, headers, payloadHash };
        expect(found).toBe(canonicalRequest(parts));
      }),
    );
  });
});

describe("a signature beside aws4fetch", () => {
  const plainQuery = fc.dictionary(text.filter(isPlainName), text);

  it.each(["s3", "execute-api"])("is the same for %s where the request is canonical", async (service) => {
    await fc.assert(
      fc.asyncProperty(request, plainQuery, async (drawn, query) => {
        // It decodes S3 paths before it encodes them, and so cannot tell %2F from a slash.
        const segments = drawn.segments.map((name) => name.replaceAll("/", "-"));
        const signable: SignableRequest = {
          ...signableOf({ ...drawn, segments, query, headers: {} }, service),
          payloadHash: "UNSIGNED-PAYLOAD",
          sendPayloadHash: true,
        };
        const oracle = new AwsV4Signer({
          ...drawn.credentials,
          method: drawn.method,
          url: `https://service.example.com${signable.path}?${signable.query}`,
          headers: { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" },
          service,
          region: drawn.region,
          datetime: new Date(drawn.nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
        });
        const added = createSigner().sign(signable);
        expect(added.at(-1)).toBe((await oracle.sign()).headers.get("authorization"));
      }),
    );
  });
});

describe("a presigned query beside aws4fetch", () => {
  it.each(["s3", "execute-api"])("is the same for %s where the request is canonical", async (service) => {
    const plainQuery = fc.dictionary(text.filter(isPlainName), text);
    const expiresIn = fc.integer({ min: 1, max: 604_800 });
    await fc.assert(
      fc.asyncProperty(request, plainQuery, expiresIn, async (drawn, query, expiresInSeconds) => {
        const segments = drawn.segments.map((name) => name.replaceAll("/", "-"));
        const { path, headers } = signableOf({ ...drawn, segments, query, headers: {} }, service);
        const names = canonicalQuery(pairsOf({ ...query, "X-Amz-Expires": String(expiresInSeconds) }));
        const oracle = new AwsV4Signer({
          ...drawn.credentials,
          method: drawn.method,
          url: `https://service.example.com${path}?${names}`,
          service,
          region: drawn.region,
          datetime: new Date(drawn.nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
          signQuery: true,
        });
        const signed = presignQuery({
          ...drawn,
          path,
          headers,
          query: pairsOf(query),
          // What aws4fetch signs for a body that it does not know.
          payloadHash: service === "s3" ? "UNSIGNED-PAYLOAD" : createHash("sha256").digest("hex"),
          service,
          expiresInSeconds,
        });
        const { url } = await oracle.sign();
        expect(new URLSearchParams(signed).get("X-Amz-Signature")).toBe(
          url.searchParams.get("X-Amz-Signature"),
        );
      }),
    );
  });
});

describe("a canonical query", () => {
  it("has one reading: parsed and written again it stays the same", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        const query = canonicalQuery(pairs);
        const parsed = parseQuery(query, "refused");
        expect(parsed && canonicalQuery(parsed)).toBe(query);
      }),
    );
  });

  it("does not depend on the order of the pairs", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        expect(canonicalQuery(pairs.toReversed())).toBe(canonicalQuery(pairs));
      }),
    );
  });
});
