import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { EMPTY_SHA256, hashPayload } from "../../src/signing/payload.ts";
import { createSigner } from "../../src/signing/sign.ts";
import type { SignableRequest } from "../../src/signing/sign.ts";
import { deriveSigningKey } from "../../src/signing/signing-key.ts";

const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
/** The examples of the S3 user guide, "Signature calculations for the Authorization header". */
const example: SignableRequest = {
  method: "GET",
  path: "/",
  query: "",
  headers: [["host", "examplebucket.s3.amazonaws.com"]],
  payloadHash: EMPTY_SHA256,
  service: "s3",
  region: "us-east-1",
  credentials,
  nowMs: Date.UTC(2013, 4, 24),
};

function signatureOf(request: SignableRequest, signer = createSigner()): string | undefined {
  return signer.sign(request).at(-1)?.split("Signature=")[1];
}

function namesOf(raw: readonly string[]): string[] {
  return raw.filter((_, i) => i % 2 === 0);
}

describe("the signer and the examples that S3 documents", () => {
  it("agree on a ranged GET", () => {
    const headers = [...example.headers, ["range", "bytes=0-9"] as const];
    expect(signatureOf({ ...example, path: "/test.txt", headers })).toBe(
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  it("agree on a PUT of a key with a dollar sign", () => {
    const headers = [
      ...example.headers,
      ["date", "Fri, 24 May 2013 00:00:00 GMT"],
      ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
    ] as const;
    const payloadHash = hashPayload(Buffer.from("Welcome to Amazon S3."));
    expect(signatureOf({ ...example, method: "PUT", path: "/test%24file.text", headers, payloadHash })).toBe(
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
  });

  it("agree on a subresource without a value", () => {
    expect(signatureOf({ ...example, query: "lifecycle=" })).toBe(
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    );
  });

  it("agree on a list with parameters", () => {
    expect(signatureOf({ ...example, query: "max-keys=2&prefix=J" })).toBe(
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    );
  });

  it("agree on the seed of a chunked upload", () => {
    const request: SignableRequest = {
      ...example,
      method: "PUT",
      path: "/examplebucket/chunkObject.txt",
      headers: [
        ["host", "s3.amazonaws.com"],
        ["content-encoding", "aws-chunked"],
        ["content-length", "66824"],
        ["x-amz-decoded-content-length", "66560"],
        ["x-amz-storage-class", "REDUCED_REDUNDANCY"],
      ],
      payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    };
    expect(signatureOf(request)).toBe("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
  });
});

describe("what the signer adds", () => {
  const withToken = { ...credentials, sessionToken: "IQoJb3JpZ2lu" };

  it("is the date, the token, the payload hash for S3, and the authorization, ready to append", () => {
    const raw = createSigner().sign({ ...example, credentials: withToken });
    expect(raw).toEqual([
      "x-amz-date",
      "20130524T000000Z",
      "x-amz-security-token",
      "IQoJb3JpZ2lu",
      "x-amz-content-sha256",
      EMPTY_SHA256,
      "authorization",
      expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\/20130524\/us-east-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ),
    ]);
  });

  it("has no payload hash for other services unless asked for", () => {
    const request = { ...example, service: "dynamodb", credentials: withToken };
    expect(namesOf(createSigner().sign(request))).not.toContain("x-amz-content-sha256");
    expect(namesOf(createSigner().sign({ ...request, sendPayloadHash: true }))).toContain(
      "x-amz-content-sha256",
    );
  });

  it.each([undefined, ""])("has no session token where it is %j", (sessionToken) => {
    const raw = createSigner().sign({ ...example, credentials: { ...credentials, sessionToken } });
    expect(namesOf(raw)).toEqual(["x-amz-date", "x-amz-content-sha256", "authorization"]);
  });

  it("signs header bytes as Node sends them, one byte a character", () => {
    // The two UTF-8 bytes of "é" arrive from Node as two characters, and leave as the same two bytes.
    const arrived = Buffer.from("é", "utf8").toString("latin1");
    const canonical =
      "GET\n/\n\nhost:examplebucket.s3.amazonaws.com\n" +
      `x-amz-content-sha256:${EMPTY_SHA256}\nx-amz-date:20130524T000000Z\nx-amz-meta-name:é\n\n` +
      `host;x-amz-content-sha256;x-amz-date;x-amz-meta-name\n${EMPTY_SHA256}`;
    const { key, scope } = deriveSigningKey(credentials, "20130524", "us-east-1", "s3");
    const digest = createHash("sha256").update(canonical, "utf8").digest("hex");
    const expected = key.sign(`AWS4-HMAC-SHA256\n20130524T000000Z\n${scope}\n${digest}`);
    const headers = [...example.headers, ["x-amz-meta-name", arrived] as const];
    expect(signatureOf({ ...example, headers })).toBe(expected);
  });
});

describe("a signer that is kept", () => {
  const signer = createSigner();

  it("signs as a new one does, for every caller, region, service and day", () => {
    const other = { ...credentials, secretAccessKey: "another-secret" };
    const variants: SignableRequest[] = [
      example,
      { ...example, region: "eu-west-1" },
      { ...example, service: "s3express" },
      { ...example, nowMs: example.nowMs + 86_400_000 },
      { ...example, credentials: other },
      example,
    ];
    const kept = variants.map((request) => signatureOf(request, signer));
    expect(kept).toEqual(variants.map((request) => signatureOf(request)));
    expect(new Set(kept).size).toBe(variants.length - 1);
  });

  it("never uses one secret's key for another that goes by the same access key id", () => {
    const impostor = { ...credentials, secretAccessKey: "not-the-secret" };
    expect(signatureOf({ ...example, credentials: impostor }, signer)).not.toBe(signatureOf(example, signer));
  });

  it("goes on signing right when one caller uses more regions than it keeps keys for", () => {
    const regions = Array.from({ length: 40 }, (_, i) => `region-${i % 13}`);
    for (const region of regions) {
      expect(signatureOf({ ...example, region }, signer)).toBe(signatureOf({ ...example, region }));
    }
  });

  it("writes the second that the request was given, also when time goes backwards", () => {
    const lastMs = Date.UTC(2027, 0, 1) - 1;
    const dates = [lastMs, lastMs + 1, lastMs - 999].map((nowMs) => signer.sign({ ...example, nowMs })[1]);
    expect(dates).toEqual(["20261231T235959Z", "20270101T000000Z", "20261231T235959Z"]);
  });
});

describe("a query in which a name stands more than once", () => {
  it.each([
    ["a=2&a=1", "a=1&a=2"],
    ["a=&a=b&a=", "a=&a=&a=b"],
    ["a=b%20c&a=b", "a=b&a=b%20c"],
    ["a=1&b=2&b=10&c=", "a=1&b=10&b=2&c="],
  ])("%s is sent in the client's order and signed in SigV4's", (sent, signed) => {
    const request = { ...example, service: "execute-api" };
    expect(signatureOf({ ...request, query: sent })).toBe(signatureOf({ ...request, query: signed }));
    expect(signatureOf({ ...request, query: sent })).not.toBe(signatureOf({ ...request, query: "a=1" }));
  });

  it("is nothing that S3 has", () => {
    expect(signatureOf({ ...example, query: "a=2&a=1" })).not.toBe(
      signatureOf({ ...example, query: "a=1&a=2" }),
    );
  });
});
