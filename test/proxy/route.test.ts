import { describe, expect, it } from "vitest";
import { dynamodb } from "../../src/aws/dynamodb/dynamodb.ts";
import { s3 } from "../../src/aws/s3/s3.ts";
import type { Live } from "../../src/proxy/live.ts";
import { createRouter, readScope } from "../../src/proxy/route.ts";
import { createClockOffset } from "../../src/signing/clock-offset.ts";
import { aHead, anUpstream, codeOf } from "../support/asking.ts";

function aLive(name: string, service: "s3" | "dynamodb", match?: Live["match"], region = "us-east-1"): Live {
  return {
    upstream: anUpstream({ name, service, region }),
    service: service === "s3" ? s3 : dynamodb,
    forwarder: { forward: () => {}, close: () => Promise.resolve() },
    tunneller: { open: () => {}, close: () => Promise.resolve() },
    clock: createClockOffset(() => 0),
    origin: "https://aws.test",
    host: "aws.test",
    match,
    hostSuffix: undefined,
    auth: "iam",
    identityHeaders: [],
    cors: undefined,
    webSocket: undefined,
  };
}

const route = createRouter([
  aLive("s3", "s3"),
  aLive("s3-west", "s3", undefined, "us-west-2"),
  aLive("dynamodb", "dynamodb"),
  aLive("files", "s3", { host: "files.example.com" }),
  aLive("archive", "s3", { pathPrefix: "/archive" }),
  aLive("both", "s3", { host: "both.example.com", pathPrefix: "/in" }),
]);

const scoped = (scope: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20260101/${scope}/aws4_request, SignedHeaders=host, Signature=0`,
});

const way = (line: string, headers: Readonly<Record<string, string>> = {}): string[] => {
  const { live, target } = route(aHead(line, headers));
  return [live.upstream.name, target];
};

describe("the router", () => {
  it("takes the first segment for the upstream's name, and takes it off", () => {
    expect(way("GET /s3/reports/q3.txt?a=/b")).toEqual(["s3", "/reports/q3.txt?a=/b"]);
    expect(way("GET /s3")).toEqual(["s3", "/"]);
    expect(way("GET /s3?list")).toEqual(["s3", "/?list"]);
    expect(way("GET /s3//x")).toEqual(["s3", "//x"]);
    expect(way("POST /dynamodb/")).toEqual(["dynamodb", "/"]);
  });

  it("knows no name but as it is configured, byte for byte", () => {
    for (const target of [
      "/",
      "//s3/x",
      "/S3/x",
      "/%733/x",
      "/s3;a/x",
      "/s3%2fx",
      "/constructor/x",
      "/files/x",
    ]) {
      expect(
        codeOf(() => route(aHead(`GET ${target}`))),
        target,
      ).toBe("upstream-unknown");
    }
  });

  it("follows the credential scope of an SDK, to the upstream of that service and region", () => {
    expect(way("GET /reports/q3.txt", scoped("us-east-1/s3"))).toEqual(["s3", "/reports/q3.txt"]);
    expect(way("GET /s3/x", scoped("us-west-2/s3"))).toEqual(["s3-west", "/s3/x"]);
    expect(way("POST /", scoped("us-east-1/dynamodb"))).toEqual(["dynamodb", "/"]);
    for (const scope of ["eu-west-1/s3", "us-east-1/iam", "US-EAST-1/s3"]) {
      expect(
        codeOf(() => route(aHead("GET /s3/x", scoped(scope)))),
        scope,
      ).toBe("upstream-unknown");
    }
  });

  it("tries what is matched explicitly first, signed or not, and by equality", () => {
    expect(way("GET /x", { host: "files.example.com" })).toEqual(["files", "/x"]);
    expect(way("GET /x", { host: "FILES.example.com", ...scoped("us-east-1/s3") })).toEqual(["files", "/x"]);
    expect(way("GET /x", { host: "files.example.com:4480" })).toEqual(["files", "/x"]);
    expect(way("GET /archive/x")).toEqual(["archive", "/x"]);
    expect(way("GET /archive?y")).toEqual(["archive", "/?y"]);
    expect(way("GET /in/x", { host: "both.example.com" })).toEqual(["both", "/x"]);
    for (const [target, host] of [
      ["/x", "files.example.com:80.evil"],
      ["/x", "files.example.com.evil"],
      ["/archived/x", "a"],
      ["/%61rchive/x", "a"],
      ["/in/x", "a"],
    ] as const) {
      expect(
        codeOf(() => route(aHead(`GET ${target}`, { host }))),
        target,
      ).toBe("upstream-unknown");
    }
  });
});

it.each([false, true])("takes the narrowest match, in whatever order they stand: reversed %s", (reversed) => {
  const lives = [
    aLive("a", "s3", { pathPrefix: "/a" }),
    aLive("b", "s3", { pathPrefix: "/a/b" }),
    aLive("c", "s3", { pathPrefix: "/a/b/c" }),
    aLive("host", "s3", { host: "h.test" }),
    aLive("port", "s3", { host: "h.test:1" }),
    aLive("both", "s3", { host: "h.test", pathPrefix: "/a" }),
  ];
  const narrowest = createRouter(reversed ? lives.toReversed() : lives);
  const to = (target: string, host: string): readonly string[] => {
    const { live, target: rest } = narrowest(aHead(`GET ${target}`, { host }));
    return [live.upstream.name, rest];
  };
  expect(to("/a/x", "x")).toEqual(["a", "/x"]);
  expect(to("/a/b/x", "x")).toEqual(["b", "/x"]);
  expect(to("/a/b/c/x", "x")).toEqual(["c", "/x"]);
  expect(to("/a/b/cc/x", "x")).toEqual(["b", "/cc/x"]);
  expect(to("/a/b", "h.test")).toEqual(["both", "/b"]);
  expect(to("/x", "h.test:2")).toEqual(["host", "/x"]);
  expect(to("/a/x", "h.test:1")).toEqual(["port", "/a/x"]);
});

describe("an upstream in several regions", () => {
  const regional = createRouter([
    aLive("s3", "s3", undefined, "eu-west-1"),
    aLive("s3", "s3", undefined, "eu-west-2"),
    aLive("files", "s3", { host: "files.test" }, "us-west-1"),
    aLive("files", "s3", { host: "files.test" }, "us-west-2"),
  ]);
  const regionOf = (line: string, headers: Readonly<Record<string, string>>): string =>
    regional(aHead(line, headers)).live.upstream.region;

  it("is asked in the region that an SDK signs for, and else in the first", () => {
    expect(regionOf("GET /b/k", scoped("eu-west-1/s3"))).toBe("eu-west-1");
    expect(regionOf("GET /b/k", scoped("eu-west-2/s3"))).toBe("eu-west-2");
    expect(regionOf("GET /s3/b/k", {})).toBe("eu-west-1");
    expect(regionOf("GET /b/k", { host: "files.test" })).toBe("us-west-1");
    expect(regionOf("GET /b/k", { host: "files.test", ...scoped("us-west-2/s3") })).toBe("us-west-2");
  });

  it("S3.10 is asked in no other region than an SDK signs for, matched or hosted", () => {
    const hosts = createRouter(
      ["eu-west-1", "eu-west-2"].map((region) => ({
        ...aLive("s3", "s3", undefined, region),
        hostSuffix: "s3.localhost",
      })),
    );
    const matched = aHead("GET /b/k", { host: "files.test", ...scoped("eu-west-1/s3") });
    const hosted = (scope: string) => aHead("GET /k", { host: "b.s3.localhost", ...scoped(scope) });
    expect(codeOf(() => regional(matched))).toBe("upstream-unknown");
    expect(codeOf(() => hosts(hosted("us-west-1/s3")))).toBe("upstream-unknown");
    expect(hosts(hosted("eu-west-2/s3")).live.upstream.region).toBe("eu-west-2");
  });

  it("S3.10 is asked for no other region or service than an SDK signs for, where it is in one region only", () => {
    const signed = (host: string, target: string, scope: string) =>
      codeOf(() => route(aHead(`PUT ${target}`, { host, ...scoped(scope) })));
    expect(signed("files.example.com", "/x", "eu-west-1/s3")).toBe("upstream-unknown");
    expect(signed("files.example.com", "/x", "us-east-1/dynamodb")).toBe("upstream-unknown");
    const api = createRouter([aLive("s3", "s3"), anApi("/prod", { pathPrefix: "/profiles" })]);
    const put = aHead("PUT /profiles/key", scoped("us-east-1/s3"));
    expect(codeOf(() => api(put))).toBe("upstream-unknown");
    expect(api(aHead("PUT /profiles/key", scoped("us-east-1/execute-api"))).target).toBe("/prod/key");
  });

  it("is in no region that is not its own", () => {
    expect(codeOf(() => regionOf("GET /b/k", scoped("us-west-1/s3")))).toBe("upstream-unknown");
    const { regions } = regional(aHead("GET /s3/b"));
    expect([...regions.keys()]).toEqual(["eu-west-1", "eu-west-2"]);
  });
});

describe("a Host that a bucket stands in", () => {
  const hosted = createRouter([
    { ...aLive("s3", "s3"), hostSuffix: "s3.localhost" },
    { ...aLive("other", "s3", { pathPrefix: "/other" }, "us-west-2"), hostSuffix: "other.test" },
  ]);
  const wayTo = (line: string, host: string): readonly string[] => {
    const { live, target } = hosted(aHead(line, { host }));
    return [live.upstream.name, target];
  };

  it.each([
    ["GET /q3.txt", "reports.s3.localhost", ["s3", "/reports/q3.txt"]],
    ["GET /q3.txt", "Reports.S3.localhost:4480", ["s3", "/reports/q3.txt"]],
    ["GET /?list-type=2", "reports.s3.localhost:4480", ["s3", "/reports/?list-type=2"]],
    ["GET /a/../b", "reports.s3.localhost", ["s3", "/reports/a/../b"]],
    ["GET //q3.txt", "reports.s3.localhost", ["s3", "/reports//q3.txt"]],
    ["GET /s3/q3.txt", "reports.s3.localhost", ["s3", "/reports/s3/q3.txt"]],
    ["GET /q3.txt", "a.b.s3.localhost", ["s3", "/a.b/q3.txt"]],
    ["GET /reports/q3.txt", "s3.localhost:4480", ["s3", "/reports/q3.txt"]],
    ["GET /q3.txt", "reports.other.test", ["other", "/reports/q3.txt"]],
    ["GET /other/q3.txt", "reports.s3.localhost", ["other", "/q3.txt"]],
  ] as const)("%s at %s", (line, host, way) => expect(wayTo(line, host)).toEqual(way));

  it.each(["s3.localhost.evil", "reportss3.localhost", "reports.s3.localhost.evil", "xs3.localhost"])(
    "%s is not one of them",
    (host) => expect(codeOf(() => wayTo("GET /q3.txt", host))).toBe("upstream-unknown"),
  );
});

describe("a credential scope", () => {
  it("is what stands at the end of the credential, whatever the access key looks like", () => {
    const key = "AWS4-HMAC-SHA256 Credential=a/b=c/20260101/us-east-1/s3/aws4_request,SignedHeaders=host";
    expect(readScope(aHead("GET /", { authorization: key }))).toBe("us-east-1/s3");
    expect(readScope(aHead("GET /", { authorization: "Bearer x" }))).toBeUndefined();
    expect(readScope(aHead("GET /"))).toBeUndefined();
  });

  it("that cannot be read is refused", () => {
    for (const rest of [
      "",
      "Credential=",
      "Credential=AKIA/20260101/us-east-1/s3",
      "Credential=AKIA/20260101/us-east-1/s3/aws5_request",
      "Credential=us-east-1/s3/aws4_request",
      "Credential=AKIA/20260101//s3/aws4_request",
      "Credential=AKIA/20260101/us-east-1//aws4_request",
      "SignedHeaders=host",
    ]) {
      const head = aHead("GET /", { authorization: `AWS4-HMAC-SHA256 ${rest}` });
      expect(
        codeOf(() => readScope(head)),
        rest,
      ).toBe("token-malformed");
    }
  });
});

const anApi = (basePath: string, match?: Live["match"]): Live => {
  const plain = aLive("orders", "s3", match);
  const api = { id: "abc123", stage: "prod", otherStages: new Set<string>(), basePath, sendsId: false };
  return { ...plain, upstream: anUpstream({ name: "orders", service: "execute-api", api }) };
};
const wayIn = (live: Live, line: string, headers: Readonly<Record<string, string>> = {}): string[] => {
  const { target, mount } = createRouter([live])(aHead(line, headers));
  return [target, mount];
};

describe("the base path of an API", () => {
  it("goes before what follows a name of Postern's own", () => {
    expect(wayIn(anApi("/prod"), "GET /orders/items/7?a=b")).toEqual(["/prod/items/7?a=b", "/orders"]);
    expect(wayIn(anApi("/prod"), "GET /orders")).toEqual(["/prod/", "/orders"]);
    expect(wayIn(anApi(""), "GET /orders/items")).toEqual(["/items", "/orders"]);
    const host = { host: "orders.localhost:4480" };
    expect(wayIn(anApi("/prod", { host: "orders.localhost" }), "GET /items", host)).toEqual([
      "/prod/items",
      "",
    ]);
    expect(wayIn(anApi("/v1", { pathPrefix: "/in" }), "GET /in/items", host)).toEqual(["/v1/items", "/in"]);
  });

  it("is there already in what an SDK signed: another stage is no upstream", () => {
    const signed = scoped("us-east-1/execute-api");
    expect(wayIn(anApi("/prod"), "GET /prod/items", signed)).toEqual(["/prod/items", "/prod"]);
    for (const path of ["/dev/items", "/production", "/", "/Prod/items", "/%70rod/items"])
      expect(
        codeOf(() => wayIn(anApi("/prod"), `GET ${path}`, signed)),
        path,
      ).toBe("upstream-unknown");
  });
});
