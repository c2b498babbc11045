import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { executeApi } from "../../src/aws/execute-api/execute-api.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import type { Operation } from "../../src/domain/operation.ts";
import { applicationOf } from "../../src/proxy/application-of.ts";
import type { Live } from "../../src/proxy/live.ts";
import { type Bearer, type Signature, signOperation } from "../../src/proxy/sign-operation.ts";
import type { Visit } from "../../src/proxy/visit.ts";
import { createSigner } from "../../src/signing/sign.ts";
import type { SignedRequest } from "../../src/upstream/signed-request.ts";
import { aHead, anUpstream } from "../support/asking.ts";
import { NOW } from "../support/signed-tokens.ts";

const API = {
  id: "a1b2c3d4e5",
  stage: "prod",
  otherStages: new Set<string>(),
  basePath: "/prod",
  sendsId: false,
};
const OPERATION: Operation = {
  upstream: "shop",
  service: "execute-api",
  region: "us-east-1",
  name: "Invoke",
  requirements: [],
  method: "GET",
  path: "/prod/users",
  query: "a=b",
  headers: [],
  payload: { kind: "streamed" },
};
const CORS = {
  origins: new Set(["https://app.example"]),
  allowHeaders: [],
  exposeHeaders: [],
  maxAgeSeconds: 600,
  credentialed: new Set<string>(),
};
const LIVE = {
  service: executeApi,
  upstream: anUpstream({ service: "execute-api", api: API }),
  host: "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com",
  clock: { now: () => NOW },
  identityHeaders: [{ name: "x-user", claim: "email", as: "text" }],
  cors: undefined,
} as unknown as Live;
const CALLER: Caller = { ...GUEST, kind: "user", ambient: false, claims: { email: "ada@example.com" } };
const SIGNATURE: Signature = {
  signer: createSigner(),
  credentials: { accessKeyId: "AKID", secretAccessKey: "s", sessionToken: "the-session", expiresAtMs: NOW },
};

function sign(
  headers: Record<string, string>,
  proof: Signature | Bearer = SIGNATURE,
  { live = LIVE, caller = CALLER }: { readonly live?: Live; readonly caller?: Caller } = {},
): SignedRequest {
  const head = aHead("GET /prod/users?a=b", headers);
  const visit = { head, request: new PassThrough().end(), requestId: "id", caller, invite: () => undefined };
  return signOperation(visit as unknown as Visit, live, OPERATION, proof);
}

/** The header lines by name; none stands twice. */
function linesOf({ headers }: SignedRequest): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  for (let i = 0; i < headers.length; i += 2) {
    expect(lines.has(headers[i] ?? "")).toBe(false);
    lines.set(headers[i] ?? "", headers[i + 1] ?? "");
  }
  return lines;
}

const signedNames = (request: SignedRequest) =>
  /SignedHeaders=([^,]+)/.exec(linesOf(request).get("authorization") ?? "")?.[1]?.split(";");

describe("what an application gets", () => {
  it("has the client's headers, none of its tokens, and who it is, signed", () => {
    const request = sign({ "x-api-key": "k", authorization: "Bearer t", cookie: "a=b", x_user: "root" });
    const lines = linesOf(request);
    expect([...lines.keys()]).toEqual([
      "host",
      "x-user",
      "accept-encoding",
      "x-api-key",
      "x-amz-date",
      "x-amz-security-token",
      "authorization",
    ]);
    expect(lines.get("x-user")).toBe("ada@example.com");
    expect(signedNames(request)).toEqual(["host", "x-amz-date", "x-amz-security-token", "x-user"]);
    expect(request.sessionToken).toBe("the-session");
  });

  it("S3.8 says who the caller is only where that is known", () => {
    const lines = linesOf(sign({ "X-User": "root" }, SIGNATURE, { caller: GUEST }));
    expect([...lines.keys()]).not.toContain("x-user");
  });

  it("has the caller's own access token in place of a signature where that is what the API reads", () => {
    const request = sign({ authorization: "Bearer t", accept: "a/b" }, { accessToken: "verified" });
    expect(Object.fromEntries(linesOf(request))).toEqual({
      host: LIVE.host,
      "x-user": "ada@example.com",
      "accept-encoding": "identity",
      accept: "a/b",
      authorization: "Bearer verified",
    });
  });

  it("may repeat an access token to who sent it on purpose, and to nobody else", () => {
    expect(sign({}, { accessToken: "verified" }).sessionToken).toBe("");
    const caller = { ...CALLER, ambient: true };
    expect(sign({}, { accessToken: "verified" }, { caller }).sessionToken).toBe("verified");
  });
});

it("CORS goes with an answer where Postern answers it", () => {
  const { answerHeaders, answersCors } = sign({ origin: "https://app.example" }, SIGNATURE, {
    live: { ...LIVE, cors: CORS },
  });
  expect(answersCors).toBe(true);
  expect(answerHeaders).toEqual(
    expect.arrayContaining(["access-control-allow-origin", "https://app.example"]),
  );
  expect(sign({ origin: "https://app.example" })).toMatchObject({ answersCors: false });
});

it("an application is told of to its answers, and AWS is not", () => {
  expect(applicationOf(LIVE, "/shop", "postern")).toEqual({
    host: LIVE.host,
    basePath: "/prod",
    mount: "/shop",
    ownCookie: "postern",
  });
  const { host } = LIVE;
  expect(applicationOf({ service: executeApi, host, upstream: anUpstream() }, "/f", undefined)).toMatchObject(
    {
      basePath: "",
    },
  );
  expect(applicationOf({ service: s3, host, upstream: anUpstream() }, "/s3", undefined)).toBeUndefined();
});
