import { describe, expect, it } from "vitest";
import { executeApi } from "../../../src/aws/execute-api/execute-api.ts";
import { s3 } from "../../../src/aws/s3/s3.ts";
import type { Upstream } from "../../../src/aws/service.ts";
import { type Caller, GUEST } from "../../../src/domain/caller.ts";
import { encodePath } from "../../../src/domain/percent.ts";
import { checkCrossing } from "../../../src/proxy/authorize/check-crossing.ts";
import { type OuterSignature, signForOuter } from "../../../src/proxy/authorize/sign-for-outer.ts";
import type { Live } from "../../../src/proxy/live.ts";
import type { Asked } from "../../../src/proxy/next-attempt.ts";
import { EMPTY_SHA256 } from "../../../src/signing/payload.ts";
import { createSigner } from "../../../src/signing/sign.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";
import { HOSTILE_KEYS } from "../../support/hostile-keys.ts";
import { NOW } from "../../support/signed-tokens.ts";

const CALLER: Caller = { ...GUEST, kind: "user", ambient: false, claims: { email: "ada@example.com" } };
const SIGNATURE: OuterSignature = {
  signer: createSigner(),
  credentials: { accessKeyId: "AKID", secretAccessKey: "s", sessionToken: "the-session", expiresAtMs: NOW },
  exact: false,
};
const DIGEST = "a".repeat(64);

interface Asking {
  readonly line: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly length?: number;
  readonly upstream?: Upstream;
  readonly service?: Live["service"];
  readonly identityHeaders?: Live["identityHeaders"];
  readonly exact?: boolean;
}

function sign(asking: Asking): ReadonlyMap<string, string> {
  const { line, headers = {}, length, exact = false, identityHeaders = [] } = asking;
  const { upstream = anUpstream(), service = s3 } = asking;
  const live = { service, upstream, host: "aws.test", clock: { now: () => NOW }, identityHeaders };
  const head = aHead(line, { host: "client.test", ...headers });
  const operation = readWhole(service, upstream, head);
  const asked = { live, operation, caller: CALLER, regions: new Map(), mount: "" } as unknown as Asked;
  const lines = signForOuter({ head, length }, asked, { ...SIGNATURE, exact });
  const told = new Map<string, string>();
  for (let i = 0; i < lines.length; i += 2) {
    expect(told.has(lines[i] ?? "")).toBe(false);
    told.set(lines[i] ?? "", lines[i + 1] ?? "");
  }
  return told;
}

const signedNames = (told: ReadonlyMap<string, string>) =>
  /SignedHeaders=([^,]+)/.exec(told.get("authorization") ?? "")?.[1]?.split(";") ?? [];

const put = (length?: number) => sign({ line: "PUT /reports/a", ...(length !== undefined && { length }) });

describe("what an outer proxy is told to send", () => {
  it.each(HOSTILE_KEYS)("of the key %j is byte for byte what was decided", (key) => {
    const line = `GET /reports/${encodePath(key)}?versionId=3%2F4Kqt`;
    const told = sign({ line });
    expect(told.get("x-postern-target")).toBe(line.slice("GET ".length));
    expect([told.get("x-postern-host"), told.get("x-amz-content-sha256")]).toEqual([
      "aws.test",
      EMPTY_SHA256,
    ]);
  });

  it("is every header that is signed, but for the host and the length, which stand elsewhere", () => {
    const headers = {
      "content-type": "text/plain",
      "x-amz-meta-colour": "blue",
      range: "bytes=0-1",
      accept: "*/*",
    };
    const told = sign({ line: "PUT /reports/a", headers, length: 3 });
    const names = signedNames(told);
    expect(names).toEqual([
      "content-length",
      "content-type",
      "host",
      "x-amz-content-sha256",
      "x-amz-date",
      "x-amz-meta-colour",
      "x-amz-security-token",
    ]);
    for (const name of names) expect(told.has(name)).toBe(name !== "host" && name !== "content-length");
    expect(Object.fromEntries(told)).toMatchObject({
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-security-token": "the-session",
      "content-type": "text/plain",
    });
    expect([...told.keys()]).not.toContain("range");
  });

  it("differs with the length, and needs one where something is put", () => {
    expect(put(3).get("authorization")).not.toBe(put(4).get("authorization"));
    expect(put(0).get("x-amz-content-sha256")).toBe(EMPTY_SHA256);
    expect(codeOf(() => put())).toBe("length-required");
  });

  it("keeps a digest that the client gave, so that S3 compares it", () => {
    const headers = { "x-amz-content-sha256": DIGEST };
    const told = sign({ line: "PUT /reports/a", headers, length: 3 });
    expect(told.get("x-amz-content-sha256")).toBe(DIGEST);
    expect(codeOf(() => sign({ line: "GET /reports/a", headers }))).toBe("payload-mismatch");
  });

  it.each<Readonly<Record<string, string>>>([
    { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "3" },
    { "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-decoded-content-length": "3" },
    { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": "3" },
    { "x-amz-decoded-content-length": "3" },
  ])("is nothing for a body that would have to be framed anew: %j", (headers) => {
    const code = codeOf(() => sign({ line: "PUT /reports/a", headers, length: 300 }));
    expect(code).toBe("header-not-allowed");
  });

  it("leaves a body unsigned only where nobody on the way can change it", () => {
    const upstream = anUpstream({ hashesBodies: true });
    expect(codeOf(() => sign({ line: "PUT /reports/a", length: 3, upstream }))).toBe("authorize-refused");
    const headers = { "x-amz-content-sha256": DIGEST };
    expect(sign({ line: "PUT /reports/a", length: 3, upstream, headers }).size).toBeGreaterThan(0);
    expect(sign({ line: "GET /reports/a", upstream }).size).toBeGreaterThan(0);
  });

  it("is nothing but what was asked for, where it can send no other", () => {
    expect(sign({ line: "GET /reports/a%20b?versionId=x", exact: true }).size).toBeGreaterThan(0);
    for (const path of ["/reports/%61", "/reports/a+b", "/reports/a?x-id=GetObject", "/reports/a?"])
      expect([path, codeOf(() => sign({ line: `GET ${path}`, exact: true }))]).toEqual([
        path,
        "target-ambiguous",
      ]);
  });
});

const API = {
  id: "a1b2c3d4e5",
  stage: "prod",
  otherStages: new Set<string>(),
  basePath: "/prod",
  sendsId: true,
};
const ofApi = {
  service: executeApi,
  upstream: anUpstream({ service: "execute-api", api: API, hashesBodies: true }),
} as const;
const EMAIL = [{ name: "x-user", claim: "email", as: "text" }] as const;

const crossing = (headers: Readonly<Record<string, string>>, live: Partial<Live> = ofApi) =>
  codeOf(() => checkCrossing(aHead("GET /", headers).headers, { identityHeaders: EMAIL, ...live } as Live));

describe("what an outer proxy is told to send to an API", () => {
  it("is who calls, and which API is meant, signed", () => {
    const told = sign({ ...ofApi, line: "GET /prod/users", identityHeaders: EMAIL });
    expect(Object.fromEntries(told)).toMatchObject({
      "x-user": "ada@example.com",
      "x-apigw-api-id": "a1b2c3d4e5",
      "x-postern-target": "/prod/users",
    });
    expect(signedNames(told)).toEqual(expect.arrayContaining(["x-user", "x-apigw-api-id", "host"]));
  });

  it("is nothing where a header of these would be left to the client", () => {
    const identityHeaders = [...EMAIL, { name: "x-team", claim: "team", as: "text" }] as const;
    expect(codeOf(() => sign({ ...ofApi, line: "GET /prod/users", identityHeaders }))).toBe("claim-unusable");
  });

  it.each([
    "x-user",
    "x-apigw-api-id",
    "x-http-method-override",
    "x-method",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
    "x-remote-user",
    "remote-user",
    "x-auth-request-user",
    "x-forwarded-user",
    "x-forwarded-client-cert",
    "forwarded",
    "client-cert",
    "ssl-client-verify",
    "x-amzn-oidc-identity",
    "cf-access-authenticated-user-email",
    "x-host",
    "x-http-host-override",
    "x-accel-redirect",
    "proxy",
    "proxy-user",
    "cookie2",
    "sec-websocket-key",
  ])("H11 is nothing for a client that sends %s", (name) => {
    expect(crossing({ [name]: "x" })).toBe("header-not-allowed");
    expect(crossing({ [name]: "x" }, { service: s3, identityHeaders: [] })).toBe("nothing");
  });

  it.each([
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-method",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-forwarded-uri",
    "x-real-ip",
    "x-request-id",
    "x-envoy-external-address",
    "via",
    "x-amz-date",
    "x-postern-token",
    "authorization",
    "cookie",
    "connection",
    "upgrade",
    "te",
    "host",
    "accept-encoding",
    "accept",
    "origin",
    "traceparent",
  ])("H11 may stand beside %s, which outer proxies add or take off, or which says nothing", (name) => {
    expect(crossing({ [name]: "x" })).toBe("nothing");
  });
});
