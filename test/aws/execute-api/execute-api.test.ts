import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { executeApi } from "../../../src/aws/execute-api/execute-api.ts";
import type { ApiPlace, Upstream } from "../../../src/aws/service.ts";
import { Refusal } from "../../../src/domain/refusal.ts";
import { canonicalPath } from "../../../src/signing/canonical.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";

const STAGE = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod";
const PROD: ApiPlace = {
  id: "abc123",
  stage: "prod",
  otherStages: new Set(),
  basePath: "/prod",
  sendsId: false,
};
const upstream = anUpstream({ service: "execute-api", api: PROD });

const read = (line: string, changes: Partial<Upstream> = {}, headers: Record<string, string> = {}) =>
  readWhole(executeApi, { ...upstream, ...changes }, aHead(line, headers));
const refusal = (line: string, changes: Partial<Upstream> = {}) => codeOf(() => read(line, changes));
const resourceOf = (line: string, changes: Partial<Upstream> = {}) =>
  read(line, changes).requirements[0]?.resource;

describe("S3.7 H10 a path of an API that can be read in two ways", () => {
  it.each([
    ["an escaped letter", "/%61dmin", "target-ambiguous"],
    ["an escaped slash", "/admin%2Fx", "target-ambiguous"],
    ["an escaped backslash", "/admin%5Cx", "target-ambiguous"],
    ["an escape of an escape", "/%2561dmin", "target-ambiguous"],
    ["an escaped question mark", "/admin%3Fx", "target-ambiguous"],
    ["an escaped hash", "/admin%23x", "target-ambiguous"],
    ["an empty segment", "/a//b", "target-ambiguous"],
    ["a segment up", "/a/../admin", "target-ambiguous"],
    ["an escaped segment up", "/a/%2e%2e/admin", "target-ambiguous"],
    ["a path parameter", "/admin;x", "target-ambiguous"],
    ["a raw backslash", "/admin\\x", "target-malformed"],
    ["bytes that are not UTF-8", "/%ff", "target-malformed"],
    ["an escaped line break", "/admin%0A", "target-malformed"],
  ])("is refused: %s", (_name, path, code) => {
    expect(refusal(`GET /prod${path}`)).toBe(code);
  });

  it.each([
    ["of another stage", "/dev/admin"],
    ["of a stage that begins alike", "/production/admin"],
    ["of the stage in another case", "/PROD/admin"],
    ["of the stage escaped", "/%70rod/admin"],
    ["of the stage behind a slash", "//prod/admin"],
    ["without a stage", "/"],
  ])("is refused: one %s", (_name, path) => {
    expect(refusal(`GET ${path}`)).toBe("upstream-unknown");
  });

  it("has a resource of its own, but for a slash at the end and the spelling of its escapes", () => {
    const spelling = fc.constantFrom(
      ..."a|A|%61|/|//|.|..|%2E|%2e|%2F|%2f|%5C|%25|%2561|;|%3B|*|%2A|%2a|%3F|@|%40|%C3%BC|%c3%bc|+|%2B|%20|\\".split(
        "|",
      ),
    );
    const path = fc.array(spelling, { maxLength: 5 }).map((parts) => `/${parts.join("")}`);
    fc.assert(
      fc.property(path, path, (one, other) => {
        const [a, b] = [acceptedResource(one), acceptedResource(other)];
        if (a !== undefined && b !== undefined) expect(a === b).toBe(respelled(one) === respelled(other));
      }),
      { numRuns: 3000 },
    );
  });
});

function acceptedResource(path: string): string | undefined {
  try {
    return resourceOf(`GET /prod${path}`);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** With every character escaped that may be, in upper case, and without a slash at the end. */
function respelled(path: string): string {
  return path
    .replace(/%../g, (escape) => escape.toUpperCase())
    .replace(/[*@+]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/\/$/, "");
}

describe("a call of an API", () => {
  it.each([
    ["GET /prod", "GET/"],
    ["GET /prod/", "GET/"],
    ["GET /prod?a=1", "GET/"],
    ["GET /prod/orders", "GET/orders"],
    ["GET /prod/orders/", "GET/orders"],
    ["HEAD /prod/orders", "HEAD/orders"],
    ["PUT /prod/orders/17", "PUT/orders/17"],
    ["POST /prod/orders", "POST/orders"],
    ["DELETE /prod/orders/17", "DELETE/orders/17"],
    ["PATCH /prod/Orders/17", "PATCH/Orders/17"],
    ["OPTIONS /prod/orders", "OPTIONS/orders"],
    ["GET /prod/prod/x", "GET/prod/x"],
    ["GET /prod/gr%C3%BC%c3%9fe/a%20b", "GET/grüße/a b"],
    ["GET /prod/*/%2A/a:b", "GET/*/*/a:b"],
  ])("%s is about …/prod/%s", (line, resource) => {
    const operation = read(line);
    expect(operation).toMatchObject({ name: "Invoke", service: "execute-api", upstream: "up" });
    expect(operation.requirements).toHaveLength(1);
    expect(operation.requirements[0]).toMatchObject({
      action: "execute-api:Invoke",
      resource: `${STAGE}/${resource}`,
      anyCase: true,
    });
  });

  it.each(["GET /prod/orders", "GET /prod/orders/"])(
    "%s is part of what ends in a slash, to a deny",
    (line) => {
      expect(read(line).requirements[0]?.within).toEqual([`${STAGE}/GET/orders/`]);
      expect(read("GET /prod").requirements[0]?.within).toBeUndefined();
    },
  );

  it.each([
    ["the whole API, at a host of its own", { basePath: "", stage: "$default" }, "/", "abc123/$default/GET/"],
    ["a default stage", { basePath: "", stage: "$default" }, "/a/b", "abc123/$default/GET/a/b"],
    ["a custom domain", { basePath: "/v1/shop", stage: "live" }, "/v1/shop/a", "abc123/live/GET/a"],
  ])("is told by its place: %s", (_name, place, path, resource) => {
    expect(resourceOf(`GET ${path}`, { api: { ...PROD, ...place } })).toBe(
      `arn:aws:execute-api:us-east-1:123456789012:${resource}`,
    );
  });

  it("is of the upstream's partition and region", () => {
    const china = { partition: "aws-cn", region: "cn-north-1" };
    expect(resourceOf("GET /prod/a", china)).toBe(
      "arn:aws-cn:execute-api:cn-north-1:123456789012:abc123/prod/GET/a",
    );
    expect(read("GET /prod/a", china).region).toBe("cn-north-1");
  });

  it("is sent with the path as it came, which is signed escaped once more", () => {
    const { path, query, method, payload } = read("POST /prod/%40x/R0oX%3d/?b=2&a=1");
    expect({ path, query, method, payload }).toEqual({
      path: "/prod/%40x/R0oX%3d/",
      query: "a=1&b=2",
      method: "POST",
      payload: { kind: "streamed" },
    });
    expect(canonicalPath(path, "execute-api")).toBe("/prod/%2540x/R0oX%253d/");
  });

  it("names the API where the host does not", () => {
    expect(read("GET /prod/a").headers).toEqual([]);
    const headers = { "x-apigw-api-id": "other", "x-amz-meta": "x" };
    const changes = { api: { ...PROD, sendsId: true }, allowHeaders: new Set(["x-amz-meta"]) };
    expect(read("GET /prod/a", changes, headers).headers).toEqual([
      ["x-amz-meta", "x"],
      ["x-apigw-api-id", "abc123"],
    ]);
  });

  it.each([
    ["max-age=0", true],
    ["no-store, Max-Age = 0", true],
    ["max-age=60", false],
    ["no-cache", false],
  ])("with Cache-Control: %s empties the cache, to a deny: %s", (value, empties) => {
    const [requirement] = read("GET /prod/a", {}, { "cache-control": value }).requirements;
    expect(requirement?.action).toBe("execute-api:Invoke");
    expect(requirement?.covers).toEqual(empties ? ["execute-api:InvalidateCache"] : undefined);
  });

  it("says nothing of signatures and regions: the application may write such answers", () => {
    const answer = {
      method: "GET",
      status: 403,
      header: () => "ExpiredTokenException",
      body: '{"message":"The security token included in the request is expired"}',
    };
    expect([executeApi.faultOf(answer), executeApi.redirectOf(answer)]).toEqual([undefined, undefined]);
    expect([executeApi.speaker, executeApi.repeats]).toEqual(["application", "idempotent"]);
  });

  it.each([{ api: undefined }, { account: undefined }])("needs %o of the configuration", (changes) => {
    expect(refusal("GET /prod/a", changes)).toBe("internal");
  });
});

describe("a connection of a WebSocket API", () => {
  it.each([
    ["POST /prod/@connections/R0oX=", "PostToConnection", "POST/@connections/R0oX="],
    ["POST /prod/%40connections/R0oX%3D", "PostToConnection", "POST/@connections/R0oX="],
    ["GET /prod/@connections/R0oX%3D", "GetConnection", "GET/@connections/R0oX="],
    ["DELETE /prod/%40connections/R0oX=/", "DeleteConnection", "DELETE/@connections/R0oX="],
  ])("%s is %s, with an action of its own", (line, name, resource) => {
    const operation = read(line);
    expect(operation.name).toBe(name);
    expect(operation.requirements).toEqual([
      {
        action: "execute-api:ManageConnections",
        covers: ["execute-api:Invoke"],
        resource: `${STAGE}/${resource}`,
        within: [`${STAGE}/${resource}/`],
        anyCase: true,
      },
    ]);
  });

  it("is signed escaped once more", () => {
    const { path } = read("POST /prod/%40connections/R0oX%3D");
    expect(canonicalPath(path, "execute-api")).toBe("/prod/%2540connections/R0oX%253D");
  });

  it("is one without a stage in the path too", () => {
    const operation = read("GET /@connections/a", { api: { ...PROD, basePath: "" } });
    expect(operation.name).toBe("GetConnection");
  });

  it.each([
    ["PUT /prod/@connections/a", "operation-unknown"],
    ["OPTIONS /prod/@connections/a", "operation-unknown"],
    ["POST /prod/@connections", "operation-unknown"],
    ["POST /prod/@connections/", "operation-unknown"],
    ["POST /prod/@connections/a/b", "operation-unknown"],
    ["POST /prod/@Connections/a", "target-ambiguous"],
    ["POST /prod/@connection%C5%BF/a", "target-ambiguous"],
    ["POST /prod/@connections%2Fa", "target-ambiguous"],
  ])("is refused otherwise: %s", (line, code) => {
    expect(refusal(line)).toBe(code);
  });

  it.each(["POST /prod/connections/a", "POST /prod/x/@connections/a", "POST /prod/@connectionsx/a"])(
    "is not %s",
    (line) => {
      expect(read(line).name).toBe("Invoke");
    },
  );
});

const open = (target: string, changes: Partial<Upstream> = {}, headers: Record<string, string> = {}) =>
  executeApi.webSocket?.open(aHead(`GET ${target}`, headers), { ...upstream, ...changes });
const pathAt = (target: string, basePath: string) => open(target, { api: { ...PROD, basePath } })?.path;

describe("the opening of a connection", () => {
  it("needs leave for the route that opens one, and is sent by one path", () => {
    expect(executeApi.webSocket?.carries).toBe("raw");
    for (const target of ["/prod?b=2&a=a+b", "/prod/?b=2&a=a+b"])
      expect(open(target, {}, { "cache-control": "max-age=0" })).toEqual({
        upstream: "up",
        service: "execute-api",
        region: "us-east-1",
        name: "Connect",
        requirements: [{ action: "execute-api:Invoke", resource: `${STAGE}/$connect`, anyCase: true }],
        method: "GET",
        path: "/prod",
        query: "a=a%20b&b=2",
        headers: [],
        payload: { kind: "streamed" },
      });
  });

  it("is at a custom domain's root, or its mapping", () => {
    expect(pathAt("/", "")).toBe("/");
    expect(pathAt("/v1/chat", "/v1/chat")).toBe("/v1/chat");
    expect(pathAt("/v1/chat/", "/v1/chat")).toBe("/v1/chat");
  });

  it("names the API where the host does not", () => {
    const api = { ...PROD, sendsId: true };
    expect(open("/prod", { api })?.headers).toEqual([["x-apigw-api-id", "abc123"]]);
  });

  it.each([
    ["/prod/orders", "operation-unknown"],
    ["/prod/@connections/a", "operation-unknown"],
    ["/prod//", "operation-unknown"],
    ["/prod/.", "operation-unknown"],
    ["/prod/%2e", "operation-unknown"],
    ["/dev", "upstream-unknown"],
    ["/production", "upstream-unknown"],
    ["/", "upstream-unknown"],
    ["/prod?postern-token=t", "query-not-allowed"],
    ["/prod?X-Amz-Signature=s", "presigned-not-accepted"],
    ["/prod?x-amz-meta=s", "query-not-allowed"],
  ])("is nowhere else: %s", (target, code) => {
    expect(codeOf(() => open(target))).toBe(code);
  });

  it("is a GET without headers of AWS's own", () => {
    expect(codeOf(() => executeApi.webSocket?.open(aHead("POST /prod"), upstream))).toBe(
      "method-not-allowed",
    );
    expect(codeOf(() => open("/prod", {}, { "x-amz-meta": "a" }))).toBe("header-not-allowed");
  });
});

it("a path of the default stage begins with no other stage's name, in whatever case or escapes", () => {
  const api = { ...PROD, stage: "$default", basePath: "", otherStages: new Set(["dev", "b@c"]) };
  for (const path of ["/dev/a", "/dev", "/Dev/a", "/b%40c/x"])
    expect(
      codeOf(() => read(`GET ${path}`, { api })),
      path,
    ).toBe("upstream-unknown");
  expect(read("GET /device/a", { api }).path).toBe("/device/a");
});

it("H10 a path below a mapping goes to no longer one, in whatever case or escapes", () => {
  const api = { ...PROD, basePath: "/v1", otherStages: new Set(["v2", "a/b@c"]) };
  for (const path of ["/v1/v2", "/v1/v2/", "/v1/V2/x", "/v1/a/b%40c/x", "/v1/A/B@C"])
    expect(
      codeOf(() => read(`GET ${path}`, { api })),
      path,
    ).toBe("upstream-unknown");
  for (const path of ["/v1/v20", "/v1/a/b", "/v1/x/v2"]) expect(read(`GET ${path}`, { api }).path).toBe(path);
});
