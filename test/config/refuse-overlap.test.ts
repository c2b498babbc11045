import { describe, expect, it } from "vitest";
import { ALLOW, configOf, POOL, told } from "./reading.ts";

const MINIO = { service: "s3", endpoint: "https://minio.test", match: { pathPrefix: "/minio" } };
const BOTH = { s3: { service: "s3" }, minio: MINIO };

/** What is said of one allow. */
const of = (upstreams: object, rule: object = {}, aws: object = {}) =>
  told({
    aws: { region: "us-east-1", account: "123456789012", ...aws },
    upstreams,
    policy: { rules: [{ name: "all", ...ALLOW, ...rule }] },
  });

const ASKED =
  "policy.rules.0.upstreams: its ARNs mean one thing at s3, another at minio: say which are meant, as upstreams: [s3]";

describe("S3.6 where one ARN means one thing here and another there", () => {
  it("every allow of the service says its upstreams", () => {
    expect(of(BOTH)).toEqual([ASKED]);
    expect(of(BOTH, { allow: ["*"] })).toEqual([ASKED]);
    expect(of(BOTH, { upstreams: ["minio"] })).toEqual([]);
    expect(of(BOTH, { upstreams: ["s3", "minio"] })).toEqual([]);
  });

  it("a deny may mean both", () => {
    const rules = [
      { name: "all", ...ALLOW, upstreams: ["s3"] },
      { name: "no", deny: ["s3:PutObject"] },
    ];
    expect(told({ upstreams: BOTH, policy: { rules } })).toEqual([]);
  });

  it("topics of an account are the same by HTTPS and by MQTT, at whatever host of AWS", () => {
    const rule = { allow: ["iot:Publish"], on: ["arn:aws:iot:us-east-1:123456789012:topic/*"] };
    const mqtt = { service: "iotdevicegateway" };
    const twice = (endpoint: string) =>
      of({ data: { service: "iotdata" }, mqtt: { ...mqtt, endpoint } }, rule);
    expect(twice("wss://a1b2-ats.iot.us-east-1.amazonaws.com")).toEqual([]);
    expect(twice("wss://things.example.com")).toEqual([]);
    expect(twice("ws://127.0.0.1:8080")).toEqual([
      "policy.rules.0.upstreams: its ARNs mean one thing at data, another at mqtt: say which are meant, as upstreams: [data]",
    ]);
    const dev = { endpoint: "http://127.0.0.1:4483" };
    expect(of({ data: { service: "iotdata" }, mqtt }, rule, dev)).toEqual([]);
  });

  it("rules about other things need not", () => {
    const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
    const upstreams = { ...BOTH, db: { service: "dynamodb" } };
    expect(of(upstreams, { allow: ["dynamodb:GetItem"] })).toEqual([]);
    expect(of(upstreams, { allow: ["*"], on: [table] })).toEqual([]);
  });

  it("what is likely meant is all that the rule is about but for the other world", () => {
    const far = { service: "s3", region: "eu-west-1" };
    const upstreams = { s3: { service: "s3" }, far, db: { service: "dynamodb" }, minio: MINIO };
    expect(of(upstreams, { allow: ["*"] })).toEqual([
      "policy.rules.0.upstreams: its ARNs mean one thing at s3 and far, another at minio: say which are meant, as upstreams: [s3, far, db]",
    ]);
  });

  it("two machines of other people are two worlds, and one machine is one", () => {
    const ceph = { ...MINIO, endpoint: "https://ceph.test", match: { pathPrefix: "/ceph" } };
    expect(of({ minio: MINIO, ceph })).toHaveLength(1);
    expect(of({ minio: MINIO, twin: { ...ceph, endpoint: "https://MINIO.test" } })).toEqual([]);
    expect(of({ minio: MINIO, port: { ...ceph, endpoint: "https://minio.test:9000" } })).toHaveLength(1);
  });

  it("tables are told apart by region and account", () => {
    const local = { service: "dynamodb", endpoint: "https://tables.test", match: { pathPrefix: "/local" } };
    const rule = { allow: ["dynamodb:GetItem"] };
    const db = { service: "dynamodb" };
    expect(of({ db, local }, rule)).toHaveLength(1);
    expect(of({ db, local: { ...local, region: "eu-west-1" } }, rule)).toEqual([]);
    expect(of({ db, local: { ...local, account: "210987654321" } }, rule)).toEqual([]);
    expect(of({ db: { ...db, regions: ["us-west-2", "us-east-1"] }, local }, rule)).toHaveLength(1);
  });
});

/** An API, at the host that AWS gave it or another. */
const api = (id: string, endpoint?: string) => ({
  service: "execute-api",
  api: { id, stage: "prod" },
  match: { pathPrefix: `/${id}${endpoint === undefined ? "" : "-too"}` },
  ...(endpoint !== undefined && { endpoint }),
});

describe("S3.6 ARNs of other services", () => {
  const invoke = { allow: ["execute-api:Invoke"] };
  it("begin with what their actions begin with", () => {
    const far = { service: "monitoring", endpoint: "https://metrics.test", match: { pathPrefix: "/far" } };
    const upstreams = { near: { service: "monitoring" }, far };
    const asked = of(upstreams, { allow: ["cloudwatch:PutMetricData"] });
    expect(asked).toEqual([
      "policy.rules.0.upstreams: its ARNs mean one thing at near, another at far: say which are meant, as upstreams: [near]",
    ]);
  });

  it("name an API, which is the same at a host of one's own", () => {
    expect(of({ a: api("a1"), b: api("b2", "https://api.example.com") }, invoke)).toEqual([]);
    expect(of({ a: api("a1"), same: api("a1", "https://api.example.com") }, invoke)).toEqual([]);
    expect(of({ a: api("a1"), local: api("a1", "http://127.0.0.1:9000") }, invoke)).toHaveLength(1);
  });
});

describe("what is one world", () => {
  it("a service by itself is, in all its regions", () => {
    expect(of({ minio: MINIO })).toEqual([]);
    const regions = ["eu-west-1", "us-east-1"];
    expect(of({ minio: { ...MINIO, endpoint: "https://{region}.minio.test", regions } })).toEqual([]);
  });

  it.each([
    "https://s3-fips.dualstack.us-east-1.amazonaws.com",
    "https://s3.dualstack.us-east-1.amazonaws.com",
    "https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
  ])("AWS is, at %s too", (endpoint) => {
    expect(of({ s3: { service: "s3" }, other: { ...MINIO, endpoint } })).toEqual([]);
  });

  it("regions and accounts of a partition are to buckets, and other partitions have other ARNs", () => {
    const far = { service: "s3", region: "eu-west-1", account: "210987654321" };
    expect(of({ s3: { service: "s3" }, far })).toEqual([]);
    expect(of({ s3: { service: "s3" }, cn: { service: "s3", region: "cn-north-1" } })).toEqual([]);
    expect(of({ s3: { service: "s3" }, minio: { ...MINIO, region: "cn-north-1" } })).toEqual([]);
  });

  it("the one address for every call is, and what is called elsewhere is not", () => {
    const aws = { endpoint: "http://127.0.0.1:4483" };
    const twin = { service: "s3", match: { pathPrefix: "/twin" } };
    expect(of({ s3: { service: "s3" }, twin }, {}, aws)).toEqual([]);
    expect(of({ s3: { service: "s3" }, twin: { ...twin, endpoint: aws.endpoint } }, {}, aws)).toEqual([]);
    const other = { ...twin, endpoint: "http://127.0.0.1:9000" };
    expect(of({ s3: { service: "s3" }, other }, {}, aws)).toHaveLength(1);
  });

  it("nothing is said while an upstream is not what it is to be", () => {
    expect(of({ s3: { service: "s3" }, minio: { ...MINIO, match: undefined } })).toEqual([
      "upstreams.minio: an SDK's request for us-east-1/s3 could mean s3 as well; tell them apart by match",
    ]);
  });
});

describe("the upstreams of a rule", () => {
  it("are there", () => {
    expect(of(BOTH, { upstreams: ["s3", "mino"] })).toEqual([
      'policy.rules.0.upstreams.1: no upstream is named "mino" (there is s3, minio)',
    ]);
    const rules = [
      { name: "all", ...ALLOW, upstreams: ["s3"] },
      { name: "no", deny: ["s3:PutObject"], upstreams: ["s"] },
    ];
    expect(told({ policy: { rules } })).toEqual([
      'policy.rules.1.upstreams.0: no upstream is named "s" (there is s3)',
    ]);
  });

  it("are names, some, and each once", () => {
    expect(of(BOTH, { upstreams: [] })).toEqual([
      "policy.rules.0.upstreams: it is empty; write what is meant, or leave it out",
    ]);
    expect(of(BOTH, { upstreams: ["s3", "s3"] })).toEqual([
      "policy.rules.0.upstreams.1: s3 stands here already",
    ]);
    expect(of(BOTH, { upstreams: ["${claim:sub}"] })).toEqual([
      "policy.rules.0.upstreams.0: a name is of a-z, 0-9 and -",
    ]);
  });

  it("are written in no other way, and hide no empty condition", () => {
    const when = { StringEquals: { "Postern:upstream": "s3" } };
    expect(of(BOTH, { when })).toEqual([
      "policy.rules.0.when.StringEquals.Postern:upstream: write upstreams: [NAME] beside when",
    ]);
    for (const empty of [{}, { StringEquals: {} }])
      expect(of(BOTH, { upstreams: ["s3"], when: empty })).toEqual([
        "policy.rules.0.when: nothing is in it; leave it out, or say what is meant",
      ]);
  });

  it("become a condition", () => {
    const when = { Bool: { "claim:email_verified": true } };
    const { policy } = configOf({
      credentials: { pool: POOL },
      policy: { rules: [{ name: "all", ...ALLOW, upstreams: ["s3"], when }] },
    });
    expect(policy.rules).toEqual([
      { name: "all", ...ALLOW, when: { ...when, StringEquals: { "postern:Upstream": ["s3"] } } },
    ]);
  });
});
