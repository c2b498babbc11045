import { describe, expect, it } from "vitest";
import { ALLOW, POOL, STAFF, told } from "./reading.ts";

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
      "policy.rules: it is empty, and nobody could do anything; only mode: record takes none",
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

describe("what rules need of sources", () => {
  const service = { type: "assume-role" };
  const role = "arn:aws:iam::123456789012:role/service";
  const both = { pool: { ...POOL, default: true }, service };

  it("S2.1 is held against the source that each rule means: its own, its upstream's, the default", () => {
    const settings = { sessionName: "x", sessionDuration: "15m" };
    const of = (rule: object, upstream = {}): readonly string[] =>
      told({
        credentials: both,
        upstreams: { s3: { service: "s3", ...upstream } },
        policy: { rules: [{ name: "all", ...ALLOW, role, ...settings, ...rule }] },
      }).map((problem) => problem.replace(/:.*/, ""));
    expect(of({ credentials: "service" })).toEqual([]);
    expect(of({ credentials: "pool" })).toEqual([
      "policy.rules.0.sessionName",
      "policy.rules.0.sessionDuration",
    ]);
    expect(of({})).toEqual(of({ credentials: "pool" }));
    expect(of({ role: "pool", credentials: "service" })).toEqual(["policy.rules.0.role"]);
  });

  it("is held against an upstream's source too", () => {
    const upstreams = { s3: { service: "s3", credentials: "service" } };
    expect(told({ credentials: both, upstreams })).toEqual([
      'policy.rules.0.role: the source "service" chooses no role: name a role',
    ]);
  });

  it("is not held against a source that is refused itself", () => {
    const credentials = { pool: POOL, service: { ...service, sessionName: "${x}", default: true } };
    expect(told({ credentials })).toEqual([
      "credentials.service.sessionName: ${x} is not known: write ${claim:NAME} or ${claim:NAME:path}",
    ]);
  });

  it.each(["14m", "13h"])("a session of %s is told once", (sessionDuration) => {
    const rules = [{ name: "all", ...ALLOW, role, sessionDuration }];
    expect(told({ credentials: { service }, policy: { rules } })).toEqual([
      "policy.rules.0.sessionDuration: a role session lasts from 15m to 12h, in whole seconds",
    ]);
  });
});

describe("S1.1 S1.2 rules for guests", () => {
  const allow = { name: "public", ...ALLOW, who: { guest: true } };
  const deny = { name: "no", deny: ["s3:Delete*"], who: { guest: true } };

  it("mean nobody while guests are denied", () => {
    expect(told({ policy: { rules: [{ name: "all", ...ALLOW }, allow, deny] } })).toEqual(
      [1, 2].map(
        (i) =>
          `policy.rules.${i}.who.guest: no guest comes in; write identity.guests: allow, or leave the rule out`,
      ),
    );
  });

  it("are good where guests are allowed", () => {
    const identity = { userPools: [STAFF], guests: "allow" };
    expect(told({ identity, policy: { rules: [allow, deny] } })).toEqual([]);
  });

  it("get nothing from a source that knows no guests", () => {
    const credentials = { service: { type: "assume-role" } };
    const problems = told({ credentials, identity: { guests: "allow" }, policy: { rules: [allow] } });
    expect(problems).toEqual([
      expect.stringMatching(/^policy\.rules\.0\.who\.guest: guests get the role that /),
    ]);
  });

  it("name no issuer, however many there are, and no issuer may be named that is not there", () => {
    const rules = [{ ...allow, who: { issuers: ["staff"] } }];
    expect(told({ identity: { guests: "allow" }, policy: { rules } })).toEqual([
      expect.stringMatching(/^policy\.rules\.0\.who\.issuers\.0: no user pool or issuer is named "staff"/),
    ]);
    const userPools = [STAFF, { ...STAFF, name: "other", id: "us-east-1_Xyz" }];
    expect(told({ identity: { userPools, guests: "allow" }, policy: { rules: [allow] } })).toEqual([]);
  });
});

describe("S4.2 a condition on leading keys", () => {
  const Null = { "dynamodb:leadingkeys": false };
  const leading = (credentials = {}) => ({
    upstreams: { db: { service: "dynamodb", ...credentials } },
    policy: {
      rules: [
        {
          name: "own orders",
          ...ALLOW,
          allow: ["dynamodb:Query"],
          when: { StringEquals: { "dynamodb:LeadingKeys": "${claim:sub}" }, Null },
        },
      ],
    },
  });

  it("needs the keys of some table", () => {
    const message =
      "leading keys are told by key schemas: write tables under the upstream of service dynamodb";
    expect(told(leading())).toEqual([
      `policy.rules.0.when.StringEquals.dynamodb:LeadingKeys: ${message}`,
      `policy.rules.0.when.Null.dynamodb:leadingkeys: ${message}`,
    ]);
    expect(told(leading({ tables: { Orders: { partitionKey: "customerId" } } }))).toEqual([]);
  });
});

const on = (service: string, rule: object) =>
  told({ upstreams: { up: { service } }, policy: { rules: [{ name: "all", ...ALLOW, ...rule }] } });
const table = (region: string) => `arn:aws:dynamodb:${region}:123456789012:table/Orders`;

describe("what the upstreams take", () => {
  it("is held against the actions of the rules", () => {
    expect(on("s3", { allow: ["s3:GetObjct"] })).toEqual([
      "policy.rules.0.allow.0: there is no action s3:GetObjct; did you mean s3:GetObject?",
    ]);
  });

  it("is held against their resources, with the region and the account", () => {
    const rule = (region: string) => ({ allow: ["dynamodb:GetItem"], on: [table(region)] });
    expect(on("dynamodb", rule("us-east-1"))).toEqual([]);
    expect(on("dynamodb", rule("eu-west-1"))).toEqual([
      `policy.rules.0.on.0: no request for these actions is about it: dynamodb:GetItem is about tables, such as ${table("us-east-1").replace("Orders", "TABLE")}`,
    ]);
  });

  it("is not known where an upstream of the service does not fit", () => {
    const rules = [
      { name: "all", ...ALLOW, allow: ["s3:GetObjct"] },
      { name: "db", ...ALLOW, allow: ["dynamodb:GetItm"] },
    ];
    const paths = (second: object) =>
      told({ upstreams: { db: { service: "dynamodb" }, up: second }, policy: { rules } }).map((text) =>
        text.replace(/: .*/, ""),
      );
    expect(paths({ service: "s3", region: "x" })).toEqual(["upstreams.up.region", "policy.rules.1.allow.0"]);
    expect(paths({ service: "nosuch" })).toEqual(["upstreams.up.service", "policy.rules.1.allow.0"]);
    expect(paths({ region: "us-east-1" })).toEqual(["upstreams.up.service"]);
  });
});

describe("S1.1 rules for machines", () => {
  const role = "arn:aws:iam::123456789012:role/service";
  const rules = [{ name: "machines", ...ALLOW, who: { machine: true, clients: ["importer"] }, role }];

  it("need a source that asks for no ID token", () => {
    expect(told({ credentials: { service: { type: "assume-role" } }, policy: { rules } })).toEqual([]);
    expect(told({ policy: { rules } })).toEqual([
      expect.stringMatching(/^policy\.rules\.0\.who\.machine: a machine has no ID token, /),
    ]);
  });
});

describe("S4.4 postern:GetCredentials", () => {
  const role = "arn:aws:iam::123456789012:role/analyst";
  const handing = (action: string, on: readonly string[], more: object = { role }) =>
    told({ policy: { rules: [{ ...ALLOW, name: "keys", allow: [action], on, ...more }] } });

  it.each([["*"], ["arn:aws:iam::*:role/*"], [`${role}*`], ["arn:aws:iam::123456789012:role/other"]])(
    "names the role whose credentials it hands out: not %s",
    (pattern) => {
      for (const action of ["postern:GetCredentials", "postern:getcredentials"])
        expect(handing(action, [pattern])).toEqual([
          `policy.rules.0.on: postern:GetCredentials hands out the credentials of a role that stands in on: write ${role} there`,
        ]);
    },
  );

  it("may name it among others, and other actions name none", () => {
    expect(handing("postern:GetCredentials", ["arn:aws:iam::*:role/*", role])).toEqual([]);
    expect(handing("s3:GetObject", ["*"])).toEqual([]);
  });
});
