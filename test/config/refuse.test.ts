import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config/read.ts";
import { defaultSourceOf, sourcesOf } from "../../src/config/refuse.ts";
import type { Config } from "../../src/config/schema.ts";

const POOL = { type: "identity-pool", identityPoolId: "us-east-1:11111111-2222-4333-8444-555555555555" };
const OTHER = { ...POOL, identityPoolId: "us-east-1:11111111-2222-4333-8444-666666666666" };
const ALLOW = { who: { authenticated: true }, allow: ["s3:GetObject"], on: ["*"], role: "pool" };
const DOCUMENT = {
  aws: { region: "us-east-1", account: "123456789012" },
  identity: { userPools: [{ name: "staff", id: "us-east-1_AbC", clientIds: ["web"] }] },
  credentials: { pool: POOL },
  upstreams: { s3: { service: "s3" } },
  policy: { rules: [{ name: "all", ...ALLOW }] },
};

function read(changes: object) {
  return readConfig(JSON.stringify({ ...DOCUMENT, ...changes }), {
    env: () => undefined,
    file: () => undefined,
  });
}

function told(changes: object): readonly string[] {
  return read(changes).problems.map(({ path, message }) => `${path}: ${message}`);
}

function config(changes: object): Config {
  const reading = read(changes);
  if (reading.config === undefined) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

it("finds nothing wrong with what is right", () => {
  expect(told({})).toEqual([]);
});

describe("S6.5", () => {
  it.each(["0.0.0.0:4480", "[::]:4480", "10.0.0.5:4480", "postern.test:4480"])(
    "H14 refuses to listen at %s without TLS, unless plaintext: true is written",
    (address) => {
      expect(told({ listen: { address } })).toEqual([
        "listen.address: tokens would cross the network unencrypted; listen on loopback, or write plaintext: true",
      ]);
      expect(told({ listen: { address, plaintext: true } })).toEqual([]);
    },
  );

  it.each(["127.0.0.1:4480", "localhost:4480", "[::1]:4480", "127.0.0.1:0"])("listens at %s", (address) => {
    expect(told({ listen: { address } })).toEqual([]);
  });

  it.each([
    "http://minio:9000",
    "http://10.0.0.5",
    "https://169.254.169.254",
    "https://user:secret@minio",
    "https://minio/path",
    "https://minio?x",
    "https://minio#x",
  ])("H14 refuses the endpoint %s, wherever it stands", (endpoint) => {
    expect(told({ upstreams: { s3: { service: "s3", endpoint } } })).toEqual([
      expect.stringMatching(/^upstreams\.s3\.endpoint: /),
    ]);
    expect(told({ aws: { ...DOCUMENT.aws, endpoint } })).toEqual([expect.stringMatching(/^aws\.endpoint: /)]);
  });

  it("takes https: anywhere and http: on loopback for an upstream", () => {
    for (const endpoint of ["https://minio.internal:9000", "http://127.0.0.1:9000"])
      expect(told({ upstreams: { s3: { service: "s3", endpoint } } })).toEqual([]);
  });

  it("keeps the one endpoint for every AWS call on loopback, even with TLS", () => {
    expect(told({ aws: { ...DOCUMENT.aws, endpoint: "https://proxy.internal" } })).toEqual([
      "aws.endpoint: one address for every AWS call is for testing, and must be loopback",
    ]);
    expect(told({ aws: { ...DOCUMENT.aws, endpoint: "http://127.0.0.1:4483" } })).toEqual([]);
  });

  it("refuses the stand-in's user pool, whose keys anybody can have, unless aws.endpoint is loopback", () => {
    const identity = { userPools: [{ name: "local", id: "us-east-1_LOCAL", clientIds: ["web"] }] };
    expect(told({ identity })).toEqual([
      "identity.userPools.0.id: the stand-in's user pool is for tests, with aws.endpoint on loopback",
    ]);
    expect(told({ identity, aws: { ...DOCUMENT.aws, endpoint: "http://127.0.0.1:4483" } })).toEqual([]);
  });
});

describe("S6.1", () => {
  it.each(["0.0.0.0:4482", "10.0.0.5:4482", "[::]:4482", "operator.test:4482"])(
    "binds the operator's face to loopback only: not %s",
    (address) => {
      expect(told({ operator: { address } })).toEqual([
        "operator.address: the operator listener binds loopback only",
      ]);
    },
  );

  it("lets the probes bind any address", () => {
    expect(told({ probes: { address: "0.0.0.0:4481" } })).toEqual([]);
  });

  it("keeps the three faces apart", () => {
    expect(told({ probes: { address: "127.0.0.1:4480" }, operator: { address: "127.0.0.1:4480" } })).toEqual([
      "probes.address: listen listens there already; take another port",
      "operator.address: listen listens there already; take another port",
    ]);
    const any = { address: "127.0.0.1:0" };
    expect(told({ listen: any, probes: any, operator: any })).toEqual([]);
  });
});

describe("credential sources", () => {
  it("must be there", () => {
    expect(told({ credentials: {} })).toEqual([expect.stringMatching(/^credentials: it names no source; /)]);
    expect(told({ credentials: { cache: { maxCallers: 5 } } })).toHaveLength(1);
  });

  it("that stand alone are the default", () => {
    expect(defaultSourceOf(config({}))).toBe("pool");
  });

  it("that stand beside others are the default where they say so", () => {
    const { credentials } = config({ credentials: { pool: POOL, second: { ...OTHER, default: true } } });
    expect(defaultSourceOf({ credentials })).toBe("second");
    expect(Object.keys(sourcesOf({ credentials }))).toEqual(["pool", "second"]);
  });

  it("are none of them the default where none says so, and then rules name theirs", () => {
    expect(told({ credentials: { pool: POOL, second: OTHER } })).toEqual([
      "policy.rules.0.credentials: with no default source an allow names one of pool, second",
    ]);
    const rules = [{ name: "all", ...ALLOW, credentials: "second" }];
    expect(
      defaultSourceOf(config({ credentials: { pool: POOL, second: OTHER }, policy: { rules } })),
    ).toBeUndefined();
  });

  it("are the default one at a time", () => {
    const both = { pool: { ...POOL, default: true }, second: { ...OTHER, default: true } };
    expect(told({ credentials: both })).toEqual(["credentials.second.default: pool is the default already"]);
  });

  it("are not missed by rules while one of them is broken: it may be the default", () => {
    const credentials = { pool: POOL, second: OTHER, third: { ...POOL, flow: "basic", default: true } };
    expect(told({ credentials })).toEqual(["credentials.third.flow: it must be enhanced"]);
  });

  it("have names of a-z, 0-9 and -", () => {
    expect(told({ credentials: { "My Pool": POOL } })).toEqual([
      "credentials.My Pool: a name is of a-z, 0-9 and -",
    ]);
  });
});

describe("upstreams", () => {
  it.each<readonly [what: string, upstreams: object, problems: readonly string[]]>([
    [
      "an SDK's signature could mean both of two without match",
      { s3: { service: "s3" }, minio: { service: "s3", endpoint: "https://minio" } },
      ["upstreams.minio: an SDK's request for us-east-1/s3 could mean s3 as well; tell them apart by match"],
    ],
    [
      "regions written and left out are compared",
      { s3: { service: "s3", region: "us-east-1" }, twin: { service: "s3" } },
      ["upstreams.twin: an SDK's request for us-east-1/s3 could mean s3 as well; tell them apart by match"],
    ],
    [
      "another region is another upstream",
      { s3: { service: "s3" }, eu: { service: "s3", region: "eu-west-1" } },
      [],
    ],
    [
      "a match tells them apart",
      { s3: { service: "s3" }, minio: { service: "s3", match: { pathPrefix: "/minio" } } },
      [],
    ],
    [
      "two matches that are the same do not",
      {
        a: { service: "s3", match: { host: "A.test", pathPrefix: "/x" } },
        b: { service: "dynamodb", match: { host: "a.test", pathPrefix: "/x" } },
      },
      ["upstreams.b: a request for a.test/x could mean a as well; tell them apart by match"],
    ],
  ])("H16 %s", (_what, upstreams, problems) => {
    expect(told({ upstreams })).toEqual(problems);
  });

  it("of DynamoDB need an account, their own or the common one", () => {
    const aws = { region: "us-east-1" };
    expect(told({ aws, upstreams: { db: { service: "dynamodb" } } })).toEqual([
      "upstreams.db: its ARNs carry an account: set aws.account, or account here",
    ]);
    expect(told({ aws, upstreams: { db: { service: "dynamodb", account: "123456789012" } } })).toEqual([]);
  });

  it("must be there", () => {
    expect(told({ upstreams: {} })).toEqual(["upstreams: it names no upstream"]);
  });
});

describe("user pools", () => {
  const staff = { name: "staff", id: "us-east-1_AbC", clientIds: ["web"] };
  const issuers = { ...ALLOW, who: { issuers: ["staff"] } };

  it("S1.3 have a name each, and stand there once", () => {
    const userPools = [staff, { ...staff, id: "us-east-1_Xyz" }, { ...staff, name: "other" }];
    expect(told({ identity: { userPools }, policy: { rules: [{ name: "all", ...issuers }] } })).toEqual([
      'identity.userPools.1.name: another user pool is named "staff" too',
      "identity.userPools.2.id: this user pool stands here already",
    ]);
  });

  it("S1.3 more than one make every allow name its issuers", () => {
    const userPools = [staff, { ...staff, name: "other", id: "us-east-1_Xyz" }];
    expect(told({ identity: { userPools } })).toEqual([
      "policy.rules.0.who.issuers: with more than one user pool an allow names its issuers",
    ]);
  });

  it("are not missed by rules while one of them has no name that can be read", () => {
    const { name: _, ...nameless } = { ...staff, id: "us-east-1_Xyz" };
    const rules = [{ name: "all", ...ALLOW, who: { issuers: ["partners"] } }];
    expect(told({ identity: { userPools: [staff, nameless] }, policy: { rules } })).toEqual([
      "identity.userPools.1.name: it is required",
    ]);
  });

  it.each(["eu-central-2_AbC", "us-gov-west-1_AbC", "eusc-de-east-1_AbC", "cn-north-1_AbC"])(
    "may be %s",
    (id) => {
      expect(told({ identity: { userPools: [{ ...staff, id }] } })).toEqual([]);
    },
  );
});

describe("S4.1", () => {
  it.each(["who", "on", "role"])("an allow states %s", (member) => {
    const { [member as "who"]: _, ...rule } = ALLOW;
    expect(told({ policy: { rules: [{ name: "all", ...rule }] } })).toEqual([
      expect.stringMatching(new RegExp(String.raw`^policy\.rules\.0\.${member}: an allow states ${member}`)),
    ]);
  });

  it.each([
    ["who", {}],
    ["who", { groups: [] }],
    ["who", { issuers: [] }],
    ["who", { claims: {} }],
    ["who", { claims: { "custom:tenant": [] } }],
    ["who", { claims: { "custom:tenant": "" } }],
    ["allow", []],
    ["allow", [""]],
    ["on", []],
    ["on", [""]],
    ["role", ""],
  ])("an empty %s is an error: %j", (member, value) => {
    expect(told({ policy: { rules: [{ name: "all", ...ALLOW, [member]: value }] } })).toEqual([
      expect.stringMatching(new RegExp(String.raw`^policy\.rules\.0\.${member}`)),
    ]);
  });

  it("a rule has either allow or deny", () => {
    expect(told({ policy: { rules: [{ name: "none", on: ["*"] }] } })).toEqual([
      "policy.rules.0: a rule has either allow or deny",
    ]);
    expect(told({ policy: { rules: [{ name: "both", ...ALLOW, deny: ["*"] }] } })).toHaveLength(1);
  });

  it("a deny may leave out who and on, and gives neither role nor credentials", () => {
    expect(told({ policy: { rules: [{ name: "no", deny: ["s3:Delete*"] }] } })).toEqual([]);
    expect(
      told({ policy: { rules: [{ name: "no", deny: ["*"], role: "pool", credentials: "pool" }] } }),
    ).toEqual([
      "policy.rules.0.role: a deny gives no role; leave it out",
      "policy.rules.0.credentials: a deny gives no credentials; leave it out",
    ]);
  });

  it("no rules are an error, and two of one name", () => {
    expect(told({ policy: { rules: [] } })).toEqual([
      "policy.rules: it is empty; write what is meant, or leave it out",
    ]);
    expect(
      told({
        policy: {
          rules: [
            { name: "all", ...ALLOW },
            { name: "all", ...ALLOW },
          ],
        },
      }),
    ).toEqual(['policy.rules.1.name: another rule is named "all" too']);
  });
});
