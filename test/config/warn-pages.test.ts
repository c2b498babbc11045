import { describe, expect, it } from "vitest";
import { selfServiceOf } from "../../src/config/stages.ts";
import { ALLOW, configOf, told, warned } from "./reading.ts";

const ROLE = "arn:aws:iam::123456789012:role/analyst";
const GIVING = {
  name: "keys for analysts",
  who: { groups: ["analysts"] },
  allow: ["postern:GetCredentials"],
  on: [ROLE],
  role: ROLE,
};

/** An upstream whose pages these are. */
const s3 = (origins: readonly string[]) => ({ upstreams: { s3: { service: "s3", cors: { origins } } } });

/** The pages of Postern itself. */
const self = (origins: readonly string[]) => ({ selfService: { origins } });

/** What is told of the CORS of an upstream. */
const cors = (more: object) =>
  told({ upstreams: { s3: { service: "s3", cors: { origins: ["https://a.test"], ...more } } } });

it("a page that opens a WebSocket comes by https: too", () => {
  const endpoint = "wss://a1-ats.iot.us-east-1.amazonaws.com";
  const websocket = { origins: ["http://app.test", "https://app.test", "http://localhost:3000"] };
  expect(
    warned({
      upstreams: { s3: { service: "s3" }, mqtt: { service: "iotdevicegateway", endpoint, websocket } },
    }),
  ).toEqual([
    "upstreams.mqtt.websocket.origins.0: whoever is on the way can change this page, and take its token; use https:",
  ]);
});

describe("H13 the origins of pages", () => {
  it.each([
    "*",
    "null",
    "https://*.example.com",
    "https://app.example.com/",
    "HTTPS://app.example.com",
    "app.example.com",
    "",
  ])("are written as browsers do, and %j is none", (origin) => {
    expect(told(s3([origin]))).toEqual([expect.stringMatching(/^upstreams\.s3\.cors\.origins\.0: /)]);
    expect(told(self([origin]))).toEqual([expect.stringMatching(/^selfService\.origins\.0: /)]);
  });

  it("are some, and each once", () => {
    expect(told(s3([]))).toEqual([
      "upstreams.s3.cors.origins: it is empty; write what is meant, or leave it out",
    ]);
    expect(told(s3(["https://a.test", "https://a.test"]))).toEqual([
      "upstreams.s3.cors.origins.1: https://a.test stands here already",
    ]);
  });

  it("without TLS are warned of, but for loopback names", () => {
    const message = "whoever is on the way can change this page, and take its token; use https:";
    expect(warned(s3(["https://a.test", "http://a.test"]))).toEqual([
      `upstreams.s3.cors.origins.1: ${message}`,
    ]);
    expect(warned(self(["http://a.test"]))).toEqual([`selfService.origins.0: ${message}`]);
    expect(warned(s3(["http://localhost:3000", "http://127.0.0.1:3000", "http://app.localhost"]))).toEqual(
      [],
    );
  });

  it("may ask for headers by their names, and for how long", () => {
    expect(cors({ allowHeaders: ["X-Page"], exposeHeaders: ["X-Total"], maxAge: "0s" })).toEqual([]);
    for (const name of ["*", "a b", "", "x_y"])
      expect(cors({ allowHeaders: [name] })).toEqual([
        "upstreams.s3.cors.allowHeaders.0: a header's name is of letters, digits and -",
      ]);
    expect(cors({ allowHeaders: ["x-page", "X-Page"] })).toEqual([
      "upstreams.s3.cors.allowHeaders.1: x-page stands here already",
    ]);
    expect(cors({ maxAge: 600 })).toEqual([
      "upstreams.s3.cors.maxAge: a duration is written like 30s, 5m or 1h",
    ]);
  });
});

/** What is told of URLs that live for so long. */
const living = (maxExpires: string) => told({ selfService: { presign: { maxExpires } } });

describe("presigning", () => {
  it("is off until it is named, and lets a URL live for a quarter of an hour at most", () => {
    expect(selfServiceOf(configOf({}))).toEqual({
      presign: undefined,
      credentials: undefined,
      origins: new Set(),
    });
    const selfService = { presign: {}, credentials: {}, origins: ["https://a.test"] };
    expect(selfServiceOf(configOf({ selfService }))).toEqual({
      presign: { maxExpiresSeconds: 900 },
      credentials: { real: false },
      origins: new Set(["https://a.test"]),
    });
  });

  it("S3.9 lets no URL live longer than AWS does", () => {
    for (const good of ["1s", "7d"]) expect(living(good)).toEqual([]);
    for (const bad of ["0s", "999ms", "1500ms", "8d", "604801s"])
      expect(living(bad), bad).toEqual([
        "selfService.presign.maxExpires: a URL lives from 1s to 7d, in whole seconds",
      ]);
  });

  it("is warned of where there is no S3", () => {
    const rules = [{ name: "no", deny: ["*"] }];
    expect(
      warned({ selfService: { presign: {} }, upstreams: { sqs: { service: "sqs" } }, policy: { rules } }),
    ).toEqual(["selfService.presign: URLs are for what is at S3, and no upstream is of the service s3"]);
    expect(warned({ selfService: { presign: {} } })).toEqual([]);
  });
});

describe("S6.2 real credentials", () => {
  const all = { name: "all", ...ALLOW };
  const real = { selfService: { credentials: { real: true } } };

  it("that no rule gives are warned of: a wildcard means none", () => {
    const message =
      "selfService.credentials.real: no rule allows postern:GetCredentials by its name, so nobody gets any";
    expect(warned(real)).toEqual([message]);
    expect(warned({ ...real, policy: { rules: [{ ...all, allow: ["*"] }] } })).toEqual([message]);
    expect(warned({ ...real, policy: { rules: [all, GIVING] } })).toEqual([]);
  });

  it("that a rule gives, and nobody gives out, are warned of", () => {
    const message =
      "policy.rules.1.allow.0: no credentials are given out; write selfService: { credentials: { real: true } }, or leave it out";
    for (const more of [{}, { selfService: { credentials: {} } }])
      expect(warned({ ...more, policy: { rules: [all, GIVING] } })).toEqual([message]);
  });
});
