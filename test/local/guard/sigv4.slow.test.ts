import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAuthorization } from "../../../src/local/guard/authorization.ts";
import { canonicalRequest } from "../../../src/local/guard/canonical.ts";
import { readPayloadHash } from "../../../src/local/guard/payload.ts";
import { readHead } from "../../../src/local/guard/request-head.ts";
import { rulesOf } from "../../../src/local/guard/service-rules.ts";
import { sha256 } from "../../../src/local/guard/signing-key.ts";
import { createVerifier } from "../../../src/local/guard/sigv4.ts";
import type { LocalRequest } from "../../../src/local/request.ts";
import { HOST, NOW_MS, REGION, collect, oneSession, signed, toLocal, withHeaders } from "./signed-request.ts";
import type { Draft } from "./signed-request.ts";

const { sessions, session } = oneSession();
const DYNAMODB: Draft = {
  service: "dynamodb",
  method: "POST",
  body: "{}",
  headers: { "x-amz-target": "DynamoDB_20120810.ListTables", "content-type": "application/x-amz-json-1.0" },
};

async function verify(request: LocalRequest, now = NOW_MS): Promise<void> {
  const verifier = createVerifier({ sessions, now: () => now, region: REGION });
  const head = readHead(request);
  const authorization = readAuthorization(head);
  const holder = verifier.identify(head, authorization);
  const isS3 = authorization.scope.service === "s3";
  const hash = isS3 ? readPayloadHash(head, authorization.form) : sha256(await collect(request.body));
  verifier.verify(head, authorization, holder, hash);
}

async function refusal(request: LocalRequest, now = NOW_MS): Promise<unknown> {
  return verify(request, now).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** A header as the verifier signs it. */
function canonicalValueOf(request: LocalRequest, name: string): string | undefined {
  const head = readHead(request);
  const lines = canonicalRequest(head, readAuthorization(head), "", rulesOf("s3")).split("\n");
  return lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1);
}

/** The request with one part of its Authorization header replaced. */
function reauthorize(request: LocalRequest, from: string | RegExp, to: string): LocalRequest {
  const header = readHead(request).headers.get("authorization")?.[0] ?? "";
  return withHeaders(request, { authorization: header.replace(from, to) });
}

/** RFC 3986's escapes, and no others left out. */
function strict(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

describe("the verifier and the signer of AWS's clients", () => {
  const segment = fc.string({
    unit: fc.constantFrom(
      "a",
      "Z",
      "9",
      ".",
      "-",
      "_",
      "~",
      " ",
      "+",
      "%",
      "é",
      "日",
      "@",
      "(",
      "*",
      "/",
      "'",
    ),
    maxLength: 6,
  });
  const query = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 4, unit: "grapheme" }),
    fc.oneof(
      fc.string({ maxLength: 5, unit: "grapheme" }),
      fc.array(fc.string({ maxLength: 3 }), { minLength: 2, maxLength: 3 }),
    ),
    { maxKeys: 4 },
  );
  const headers = fc.dictionary(
    fc.stringMatching(/^x-amz-meta-[a-z]{1,5}$/),
    fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/),
    { maxKeys: 3 },
  );

  it("agree about S3 requests, whose path is encoded once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { maxLength: 4 }),
        query,
        headers,
        async (segments, parameters, extra) => {
          const path = `/${segments.map((text) => strict(text).replaceAll("%2F", "/")).join("/")}`;
          const draft = { path, query: parameters, headers: extra, method: "PUT", body: "content" };
          await expect(verify(await signed(session, draft))).resolves.toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it("agree about other services, whose path is encoded twice", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { maxLength: 4 }),
        query,
        headers,
        async (segments, parameters, extra) => {
          const path = `/${segments.map(strict).join("/")}`;
          const draft = {
            path,
            query: parameters,
            headers: extra,
            service: "execute-api",
            body: "x",
            method: "POST",
          };
          await expect(verify(await signed(session, draft))).resolves.toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  it("agree about presigned requests", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("s3", "execute-api"), query, async (service, parameters) => {
        const draft = { service, path: "/a/b%20c", query: parameters, presignSeconds: 60 };
        await expect(verify(await signed(session, draft))).resolves.toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it("disagree as soon as one byte of the target, a signed header or the content is another", async () => {
    const request = await signed(session, { ...DYNAMODB, path: "/", query: { a: "b" } });
    const changed = [
      { ...request, target: "/?a=c" },
      { ...request, method: "PUT" },
      withHeaders(request, { "x-amz-target": "DynamoDB_20120810.DeleteTable" }),
      { ...request, body: toLocal("POST", "/", {}, Buffer.from("{} ")).body },
    ];
    for (const one of changed) {
      expect(await refusal(one)).toMatchObject({ code: "InvalidSignatureException", status: 400 });
    }
  });
});

describe("the verifier and S3 paths", () => {
  it("wants the strict encoding signed, whatever the wire shows", async () => {
    const request = await signed(session, { path: "/b/a%40b" });
    await expect(verify({ ...request, target: "/b/a@b" })).resolves.toBeUndefined();
    const raw = await signed(session, { path: "/b/a@b" });
    expect(await refusal(raw)).toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
  });

  it("keeps dot segments and double slashes", async () => {
    await expect(verify(await signed(session, { path: "/bkt/a/../b//c" }))).resolves.toBeUndefined();
  });

  it("refuses a target with a broken escape", async () => {
    const request = await signed(session, { path: "/b/a" });
    expect(await refusal({ ...request, target: "/b/a%2" })).toMatchObject({
      code: "InvalidURI",
      status: 400,
    });
  });

  it.each(["http://host/b/a", "*", "/b/a#c", ""])("refuses the target %j", async (target) => {
    const request = await signed(session, { path: "/b/a" });
    expect(await refusal({ ...request, target })).toMatchObject({ code: "InvalidURI" });
  });
});

describe("the verifier and keys", () => {
  it("tells an unknown key in each dialect", async () => {
    const stranger = { ...session, accessKeyId: "ASIAUNKNOWN" };
    expect(await refusal(await signed(stranger, {}))).toMatchObject({
      code: "InvalidAccessKeyId",
      status: 403,
      fields: { AWSAccessKeyId: "ASIAUNKNOWN" },
    });
    expect(await refusal(await signed(stranger, DYNAMODB))).toMatchObject({
      code: "UnrecognizedClientException",
      status: 400,
    });
    expect(await refusal(await signed(stranger, { ...DYNAMODB, service: "sts" }))).toMatchObject({
      code: "InvalidClientTokenId",
      status: 403,
    });
  });

  it("refuses another secret", async () => {
    const wrong = { ...session, secretAccessKey: "wrong" };
    expect(await refusal(await signed(wrong, {}))).toMatchObject({
      code: "SignatureDoesNotMatch",
      status: 403,
    });
    expect(await refusal(await signed(wrong, DYNAMODB))).toMatchObject({
      code: "InvalidSignatureException",
      status: 400,
    });
  });

  it("refuses another session's token, and a key without its token", async () => {
    const other = { ...session, sessionToken: "other" };
    expect(await refusal(await signed(other, {}))).toMatchObject({ code: "InvalidToken", status: 400 });
    expect(await refusal(await signed(other, DYNAMODB))).toMatchObject({
      code: "UnrecognizedClientException",
    });
    const none = { ...session, sessionToken: "" };
    expect(await refusal(await signed(none, {}))).toMatchObject({ code: "InvalidAccessKeyId" });
  });

  it("refuses a session that is over", async () => {
    const at = { atMs: session.expiresAtMs };
    expect(await refusal(await signed(session, at), session.expiresAtMs)).toMatchObject({
      code: "ExpiredToken",
      status: 400,
    });
    expect(await refusal(await signed(session, { ...DYNAMODB, ...at }), session.expiresAtMs)).toMatchObject({
      code: "ExpiredTokenException",
      status: 400,
    });
    await expect(verify(await signed(session, at), session.expiresAtMs - 1)).resolves.toBeUndefined();
  });

  it("holds a session to the secret that a test gives it", async () => {
    const request = await signed({ ...session, secretAccessKey: "given" }, {});
    const verifier = createVerifier({ sessions, now: () => NOW_MS, secretOf: () => "given" });
    const head = readHead(request);
    const authorization = readAuthorization(head);
    const hash = readPayloadHash(head, "header");
    expect(verifier.verify(head, authorization, session, hash).session).toBe(session);
  });
});

describe("the verifier and time", () => {
  it.each([
    ["s3", 15],
    ["dynamodb", 5],
  ])("gives clients of %s %i minutes either way", async (service, minutes) => {
    for (const sign of [1, -1]) {
      const request = { ...(service === "s3" ? {} : DYNAMODB), service, atMs: NOW_MS };
      await expect(
        verify(await signed(session, request), NOW_MS + sign * minutes * 60_000),
      ).resolves.toBeUndefined();
      expect(
        await refusal(await signed(session, request), NOW_MS + sign * (minutes * 60_000 + 1000)),
      ).toBeDefined();
    }
  });

  it("tells S3 clients by how much they are off", async () => {
    expect(await refusal(await signed(session, {}), NOW_MS + 1_000_000)).toMatchObject({
      code: "RequestTimeTooSkewed",
      status: 403,
      fields: {
        RequestTime: "20261121T080228Z",
        ServerTime: "2026-11-21T08:19:08Z",
        MaxAllowedSkewMilliseconds: "900000",
      },
    });
  });

  it("tells other clients in which direction they are off", async () => {
    expect(await refusal(await signed(session, DYNAMODB), NOW_MS + 600_000)).toMatchObject({
      code: "InvalidSignatureException",
      message:
        "Signature expired: 20261121T080228Z is now earlier than 20261121T080728Z (20261121T081228Z - 5 min.)",
    });
    expect(await refusal(await signed(session, DYNAMODB), NOW_MS - 600_000)).toMatchObject({
      message: expect.stringContaining("Signature not yet current"),
    });
  });

  it.each(["20261321T080228Z", "2026-11-21", ""])("refuses the time %j", async (time) => {
    const request = withHeaders(await signed(session, {}), { "x-amz-date": time });
    expect(await refusal(request)).toMatchObject({ code: "AccessDenied" });
  });

  it("takes Date where X-Amz-Date is missing", async () => {
    const request = await signed(session, {});
    const rest = request.rawHeaders.flatMap((name, at) =>
      at % 2 === 0 && name.toLowerCase() !== "x-amz-date" ? [name, request.rawHeaders[at + 1]!] : [],
    );
    const dated = { ...request, rawHeaders: [...rest, "Date", new Date(NOW_MS).toUTCString()] };
    expect(await refusal(dated)).toMatchObject({
      code: "SignatureDoesNotMatch",
      fields: { StringToSign: expect.stringContaining("20261121T080228Z") },
    });
  });
});

describe("the verifier and scopes", () => {
  it("refuses another region, where there is only one", async () => {
    const draft = { region: "eu-west-1" };
    expect(await refusal(await signed(session, { ...DYNAMODB, ...draft }))).toMatchObject({
      code: "InvalidSignatureException",
      message: "Credential should be scoped to a valid region, not 'eu-west-1'. ",
    });
  });

  it("takes any region for S3, whose buckets are everywhere", async () => {
    expect(await refusal(await signed(session, { region: "eu-west-1" }))).toBeUndefined();
    const other = reauthorize(await signed(session, {}), "/us-east-1/", "/eu-west-1/");
    expect(await refusal(other)).toMatchObject({ code: "SignatureDoesNotMatch" });
  });

  it("refuses a scope of another day", async () => {
    const request = reauthorize(await signed(session, {}), "20261121/", "20261120/");
    expect(await refusal(request)).toMatchObject({ code: "AuthorizationHeaderMalformed" });
  });

  it("refuses a signature made for another service", async () => {
    const request = reauthorize(await signed(session, DYNAMODB), "/dynamodb/", "/execute-api/");
    expect(await refusal(request)).toMatchObject({ code: "InvalidSignatureException" });
  });
});

describe("the verifier and headers", () => {
  it("takes bytes of letters for no blanks", async () => {
    const draft = {
      headers: { "x-amz-meta-a": "\u00c3\u00a0  \u00c3\u00a0", "x-amz-meta-b": "\u00a0b\u00a0" },
    };
    const request = await signed(session, draft);
    const other = withHeaders(request, { "x-amz-meta-b": "b" });
    expect(await refusal(other)).toMatchObject({ code: "SignatureDoesNotMatch" });
    expect(canonicalValueOf(request, "x-amz-meta-a")).toBe("\u00c3\u00a0 \u00c3\u00a0");
    expect(canonicalValueOf(request, "x-amz-meta-b")).toBe("\u00a0b\u00a0");
  });

  it("refuses an x-amz- header that is not signed, naming it to S3 clients", async () => {
    const s3 = withHeaders(await signed(session, {}), { "x-amz-acl": "public-read" });
    expect(await refusal(s3)).toMatchObject({
      code: "AccessDenied",
      status: 403,
      message: "There were headers present in the request which were not signed",
      fields: { HeadersNotSigned: "x-amz-acl" },
    });
    const dynamodb = withHeaders(await signed(session, DYNAMODB), { "X-Amz-Foo": "x" });
    expect(await refusal(dynamodb)).toMatchObject({ code: "InvalidSignatureException" });
  });

  it("refuses an unsigned Content-MD5 on S3", async () => {
    const request = withHeaders(await signed(session, {}), { "content-md5": "x" });
    expect(await refusal(request)).toMatchObject({ fields: { HeadersNotSigned: "content-md5" } });
  });

  it("refuses a signature without the host", async () => {
    const request = reauthorize(await signed(session, {}), "host;", "");
    expect(await refusal(request)).toMatchObject({ fields: { HeadersNotSigned: "host" } });
  });

  it("lets headers that proxies add pass unsigned", async () => {
    const request = withHeaders(await signed(session, {}), {
      "user-agent": "x",
      via: "1.1 proxy",
      expect: "100-continue",
    });
    await expect(verify(request)).resolves.toBeUndefined();
  });

  it("refuses a second host, which a signature cannot tell from one value", async () => {
    const request = await signed(session, { headers: { host: `${HOST},evil` } });
    const rawHeaders = request.rawHeaders.flatMap((text) =>
      text === `${HOST},evil` ? [HOST, "host", "evil"] : [text],
    );
    expect(await refusal({ ...request, rawHeaders })).toMatchObject({ code: "AuthorizationHeaderMalformed" });
  });

  it.each(["x-amz-date", "x-amz-security-token", "authorization"])("refuses a second %s", async (name) => {
    const request = await signed(session, {});
    const value = readHead(request).headers.get(name)?.[0] ?? "";
    expect(await refusal({ ...request, rawHeaders: [...request.rawHeaders, name, value] })).toBeDefined();
  });

  it("refuses a name that is listed twice", async () => {
    const request = reauthorize(await signed(session, {}), "SignedHeaders=", "SignedHeaders=host;");
    expect(await refusal(request)).toMatchObject({ code: "AuthorizationHeaderMalformed" });
  });
});

describe("the verifier and requests without a usable signature", () => {
  it("misses it in each dialect", async () => {
    expect(await refusal(toLocal("GET", "/b/k", { host: HOST }))).toMatchObject({
      code: "AccessDenied",
      status: 403,
    });
    expect(
      await refusal(toLocal("POST", "/", { host: HOST, "x-amz-target": "DynamoDB_20120810.GetItem" })),
    ).toMatchObject({ code: "MissingAuthenticationTokenException", status: 400 });
    const form = { host: HOST, "content-type": "application/x-www-form-urlencoded" };
    expect(await refusal(toLocal("POST", "/", form))).toMatchObject({
      code: "MissingAuthenticationToken",
      status: 403,
    });
  });

  it.each([
    ["Bearer abc", "InvalidArgument"],
    ["AWS AKID:sig", "InvalidRequest"],
    ["AWS4-HMAC-SHA256 Credential=a", "AuthorizationHeaderMalformed"],
    ["AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x", "AuthorizationHeaderMalformed"],
    ["AWS4-HMAC-SHA256 nonsense", "AuthorizationHeaderMalformed"],
  ])("refuses %j", async (authorization, code) => {
    expect(await refusal(toLocal("GET", "/b/k", { host: HOST, authorization }))).toMatchObject({ code });
  });

  it("refuses Signature Version 2 in the query", async () => {
    const request = toLocal("GET", "/b/k?AWSAccessKeyId=a&Signature=b&Expires=1", { host: HOST });
    expect(await refusal(request)).toMatchObject({ code: "InvalidRequest" });
  });

  it("refuses two signatures at once", async () => {
    const request = await signed(session, { presignSeconds: 60 });
    expect(await refusal(withHeaders(request, { authorization: "x" }))).toMatchObject({
      code: "InvalidArgument",
    });
  });
});

describe("the verifier and presigned requests", () => {
  it("ends them when they say so", async () => {
    const request = await signed(session, { path: "/b/k", presignSeconds: 60 });
    await expect(verify(request, NOW_MS + 60_000)).resolves.toBeUndefined();
    expect(await refusal(request, NOW_MS + 61_000)).toMatchObject({
      code: "AccessDenied",
      message: "Request has expired",
      fields: { "X-Amz-Expires": "60", Expires: "2026-11-21T08:03:28Z", ServerTime: "2026-11-21T08:03:29Z" },
    });
  });

  it("does not begin them before their time, but for the skew", async () => {
    const request = await signed(session, { path: "/b/k", presignSeconds: 60 });
    await expect(verify(request, NOW_MS - 15 * 60_000)).resolves.toBeUndefined();
    const early = await refusal(request, NOW_MS - 15 * 60_000 - 1000);
    expect(early).toMatchObject({ code: "AccessDenied", message: "Request is not yet valid" });
  });

  it("ends them with their session", async () => {
    const request = await signed(session, { presignSeconds: 7200 });
    expect(await refusal(request, session.expiresAtMs)).toMatchObject({ code: "ExpiredToken" });
  });

  it.each(["0", "-1", "604801", "ten", ""])("refuses an expiry of %j", async (expires) => {
    const request = await signed(session, { presignSeconds: 60 });
    const target = request.target.replace("X-Amz-Expires=60", `X-Amz-Expires=${expires}`);
    expect(await refusal({ ...request, target })).toMatchObject({
      code: "AuthorizationQueryParametersError",
      status: 400,
    });
  });

  it.each(["X-Amz-Expires", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Credential", "X-Amz-Signature"])(
    "wants %s exactly once",
    async (name) => {
      const request = await signed(session, { presignSeconds: 60 });
      const without = request.target.replace(new RegExp(`[?&]${name}=[^&]*`), (text) =>
        text[0] === "?" ? "?" : "",
      );
      const twice = `${request.target}&${name}=x`;
      for (const target of [without, twice]) {
        expect(await refusal({ ...request, target })).toMatchObject({
          code: "AuthorizationQueryParametersError",
        });
      }
    },
  );

  it("notices a parameter that was added", async () => {
    const request = await signed(session, { presignSeconds: 60 });
    expect(await refusal({ ...request, target: `${request.target}&versionId=1` })).toMatchObject({
      code: "SignatureDoesNotMatch",
    });
  });

  it("takes a device's token, which is added after signing", async () => {
    const bare = await signed(
      { ...session, sessionToken: "" },
      { service: "iotdevicegateway", path: "/mqtt", presignSeconds: 60 },
    );
    const token = encodeURIComponent(session.sessionToken);
    await expect(
      verify({ ...bare, target: `${bare.target}&X-Amz-Security-Token=${token}` }),
    ).resolves.toBeUndefined();
    const inside = await signed(session, { service: "iotdevicegateway", path: "/mqtt", presignSeconds: 60 });
    expect(await refusal(inside)).toMatchObject({ code: "InvalidSignatureException" });
  });
});
