import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type JsonSchema, toJsonSchema } from "../../src/config/json-schema.ts";
import { type ConfigReading, readConfig } from "../../src/config/read.ts";

const EXAMPLE = readFileSync(join(import.meta.dirname, "../../config/postern.example.yaml"), "utf8");
const ENV: Readonly<Record<string, string>> = { BUCKET: "reports", SECRET: "not-for-print", PORT: "4999" };

function read(text: string): ConfigReading {
  return readConfig(text, { env: (name) => ENV[name], file: () => undefined, now: () => 0 });
}

/** The example with texts changed, each of which must be there. */
function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`);
    return text.replace(from, () => to);
  }, EXAMPLE);
}

/** What a person reads: path and message, in the order of the file. */
function told(text: string): readonly string[] {
  return read(text).problems.map(({ path, message }) => `${path}: ${message}`);
}

/** The names of all settings, at any depth. */
function keysOf(schema: JsonSchema): readonly string[] {
  const { properties = {}, items, additionalProperties, oneOf = [], anyOf = [] } = schema;
  const below = [items, additionalProperties, ...oneOf, ...anyOf, ...Object.values(properties)];
  return [
    ...Object.keys(properties),
    ...below.flatMap((inner) => (typeof inner === "object" ? keysOf(inner) : [])),
  ];
}

describe("the shipped example", () => {
  it("has no problem, and nothing to be warned of", () => {
    expect(read(EXAMPLE)).toMatchObject({ problems: [], warnings: [] });
  });

  const SETTING = /^( *)# ((?:- \{ )?[A-Za-z]+: .*)$/;

  it.each(EXAMPLE.split("\n").filter((line) => SETTING.test(line)))(
    "knows the setting that is left out: %s",
    (line) => {
      const problems = told(EXAMPLE.replace(line, line.replace(SETTING, "$1$2")));
      // What it takes besides: a file, guests, the name of an issuer, record mode.
      const missing = /cannot be read$|write mode: record$|no guest comes in|an allow names its issuers$/;
      expect(problems.filter((problem) => !missing.test(problem))).toEqual([]);
    },
  );

  it("shows every setting that there is", () => {
    for (const key of keysOf(toJsonSchema()))
      expect(EXAMPLE, key).toMatch(new RegExp(String.raw`(?<![\w-])${key}(?![\w-])`));
  });

  it("is the whole of a configuration, with defaults filled in", () => {
    expect(read(EXAMPLE).config).toMatchObject({
      listen: { address: { host: "127.0.0.1", port: 4480 }, plaintext: false },
      probes: { address: { host: "0.0.0.0", port: 4481 } },
      credentials: { cache: { maxCallers: 10_000, refreshAhead: 300_000 } },
      upstreams: {
        s3: { maxBody: 16_777_216, allowHeaders: [] },
        archive: { match: { pathPrefix: "/archive" } },
      },
      limits: { inFlight: 1000, headers: 65_536 },
      timeouts: { connect: 5000, headers: 10_000, drain: 25_000 },
      log: { level: "info", requests: "all" },
    });
  });
});

it("needs no more than a region, a pool, a source, an upstream and a rule", () => {
  const least = `
aws: { region: eu-west-1 }
identity: { userPools: [{ name: staff, id: eu-west-1_AbC, clientIds: [web], tokenUse: [id] }] }
credentials: { pool: { type: identity-pool, identityPoolId: "eu-west-1:11111111-2222-4333-8444-555555555555" } }
upstreams: { s3: { service: s3 } }
policy: { rules: [{ name: all, who: { authenticated: true }, allow: ["*"], on: ["*"], role: pool }] }
`;
  expect(read(least)).toMatchObject({
    problems: [],
    config: {
      listen: { address: { host: "127.0.0.1", port: 4480 } },
      probes: { address: { host: "127.0.0.1", port: 4481 } },
      operator: { address: { host: "127.0.0.1", port: 4482 } },
      identity: { guests: "deny", userPools: [{ tokenUse: ["id"] }] },
      credentials: { cache: { refreshAhead: 300_000 }, pool: { flow: "enhanced", verifyRole: true } },
    },
  });
});

describe("all that is wrong is told at once", () => {
  it("five mistakes of different kinds are five problems, with line and column, in the order of the file", () => {
    const text = changed(
      ["listen:\n", "lisen:\n"],
      ['account: "123456789012" # in quotes', "account: 012345678901 # in quotes"],
      ["service: dynamodb", "service: dynamo"],
      ["[s3:GetObject, s3:ListBucket]", "[GetObject, s3:ListBucket]"],
      ["drain: 25s", "drain: 25"],
    );
    const lineOf = (word: string): number => text.split("\n").findIndex((line) => line.includes(word)) + 1;
    expect(read(text).problems).toEqual([
      { path: "lisen", message: "unknown key; did you mean listen?", line: lineOf("lisen:"), column: 1 },
      {
        path: "aws.account",
        message: 'an account is twelve digits in quotes, as "123456789012"',
        line: lineOf("012345678901"),
        column: 3,
      },
      {
        path: "upstreams.dynamodb.service",
        message:
          "Postern does not know this service; did you mean dynamodb? Any other takes protocol and operations",
        line: lineOf("service: dynamo"),
        column: 5,
      },
      {
        path: "policy.rules.1.allow.0",
        message: '"GetObject" is not an action such as s3:GetObject, s3:Get* or *',
        line: lineOf("[GetObject"),
        column: 15,
      },
      {
        path: "timeouts.drain",
        message: "a duration is written like 30s, 5m or 1h",
        line: lineOf("drain: 25"),
        column: 3,
      },
    ]);
  });

  it("what YAML, references, the schema, the parts together and the policy find stands side by side", () => {
    const text = changed(
      ["guests: deny", "guests: deny\n  guests: allow"],
      ["region: us-east-1", "region: ${env:GONE}"],
      ["maxBody: 16MiB", "maxBody: 16MB"],
      ['address: "127.0.0.1:4480"', 'address: "0.0.0.0:4480"'],
      ["groups: [admins]", "issuers: [gone]"],
    );
    expect(told(text)).toEqual([
      expect.stringMatching(/^listen\.address: tokens would cross the network unencrypted/),
      "aws.region: the environment variable GONE is not set, or is empty",
      "identity.guests: this key stands here already",
      "upstreams.dynamodb.maxBody: a size is written like 64KiB or 16MiB",
      'policy.rules.0.who.issuers.0: no user pool or issuer is named "gone" (there is staff)',
    ]);
  });

  it("a broken rule hides no other rule's problem, and shifts no index", () => {
    const text = changed(
      ["groups: [admins]", "groups: []"],
      ["[s3:GetObject, s3:ListBucket]", "[s3:GetObject, oops]"],
      ["role: pool", "role: everyone"],
    );
    expect(told(text)).toEqual([
      "policy.rules.0.who.groups: it is empty; write what is meant, or leave it out",
      'policy.rules.1.allow.1: "oops" is not an action such as s3:GetObject, s3:Get* or *',
      'policy.rules.4.role: "everyone" is neither the ARN of a role nor pool',
    ]);
  });

  it.each<readonly [what: string, from: string, to: string, problem: string]>([
    [
      "a pool",
      "clientIds: [3n4b5urk1ft4fl3mg5e62d9ado, 7q8r9s0t1u2v3w4x5y6z7a8b9c]",
      "clientIds: []",
      "identity.userPools.0.clientIds",
    ],
    ["a pool's name", "name: staff", "name: Staff!", "identity.userPools.0.name"],
    ["a source", "type: identity-pool", "type: identitypool", "credentials.pool.type"],
    ["the aws section", "region: us-east-1", "region: nowhere", "aws.region"],
    ["an upstream", "maxBody: 16MiB", "maxBody: none", "upstreams.dynamodb.maxBody"],
  ])(
    "a mistake in %s brings no complaint about the rules and upstreams that need it",
    (_what, from, to, path) => {
      expect(read(changed([from, to])).problems.map((problem) => problem.path)).toEqual([path]);
    },
  );
});

describe("an unknown key names the nearest known one, at every depth", () => {
  it.each<readonly [from: string, to: string, problem: string]>([
    ["\nlimits:", "\nlimit:", "limit: unknown key; did you mean limits?"],
    ["region: us-east-1", "regoin: us-east-1", "aws.regoin: unknown key; did you mean region?"],
    ["clientIds:", "client_ids:", "identity.userPools.0.client_ids: unknown key; did you mean clientIds?"],
    [
      "identityPoolId:",
      "identityPool:",
      "credentials.pool.identityPool: unknown key; did you mean identityPoolId?",
    ],
    ["cache: {", "cahce: {", "credentials.cahce: unknown key; did you mean cache?"],
    ["maxCallers:", "maxCaller:", "credentials.cache.maxCaller: unknown key; did you mean maxCallers?"],
    ["maxBody:", "maxbody:", "upstreams.dynamodb.maxbody: unknown key; did you mean maxBody?"],
    [
      "pathPrefix:",
      "prefixPath:",
      "upstreams.archive.match.prefixPath: unknown key; known are host, pathPrefix",
    ],
    [
      "who: { groups: [admins]",
      "who: { group: [admins]",
      "policy.rules.0.who.group: unknown key; did you mean groups?",
    ],
    ['deny: ["s3:Delete*"', 'dney: ["s3:Delete*"', "policy.rules.9.dney: unknown key; did you mean deny?"],
    ["level: info", "levle: info", "log.levle: unknown key; did you mean level?"],
    [
      "level: info",
      "colour: red",
      "log.colour: unknown key; known are level, requests, sample, audit, auditChain",
    ],
    [
      "level: info",
      "toString: red",
      "log.toString: unknown key; known are level, requests, sample, audit, auditChain",
    ],
  ])("%s %s", (from, to, problem) => {
    expect(told(changed([from, to]))).toContain(problem);
  });

  it("a required key that is misspelt is one mistake, not two", () => {
    expect(told(changed(["region: us-east-1", "regoin: us-east-1"]))).toHaveLength(1);
    expect(told(changed(["clientIds:", "clientId:"]))).toHaveLength(1);
    expect(told(changed(["cache: {", "chache: {"]))).toHaveLength(1);
  });

  it.each(["constructor", "toString", "valueOf", "hasOwnProperty"])(
    "a source or an upstream named %s is looked at like any other",
    (name) => {
      const upstream = name.toLowerCase();
      expect(told(changed(["  archive:\n", `  ${upstream}:\n    surprise: 1\n`]))).toContainEqual(
        expect.stringContaining(`upstreams.${upstream}.surprise: unknown key; known are service, `),
      );
      const ofSource = told(changed(["  cache: {", `  ${name}: {`]));
      expect(ofSource).toContainEqual(
        expect.stringContaining(`credentials.${name}.maxCallers: unknown key; known are type, `),
      );
      expect(ofSource).toContain(
        `credentials.${name}.type: it is required: one of identity-pool, web-identity, assume-role`,
      );
    },
  );
});

describe("S6.6", () => {
  it.each<readonly [what: string, from: string, to: string, problem: RegExp]>([
    ["an alias", "groups: [admins]", "groups: *admins", /who\.groups: YAML aliases are not accepted/],
    ["an anchor", "groups: [admins]", "groups: &a [admins]", /who\.groups: YAML anchors are not accepted/],
    ["a tag", "groups: [admins]", "groups: !!set { admins }", /who\.groups: YAML tags are not accepted/],
    [
      "a merge key",
      "limits: {",
      "limits: { <<: { inFlight: 1 },",
      /limits\.<<: YAML merge keys are not accepted/,
    ],
    [
      "a doubled key",
      "region: us-east-1",
      "region: us-east-1\n  region: us-west-2",
      /aws\.region: this key stands here already/,
    ],
    [
      "__proto__ where any name is taken",
      "  archive:",
      "  __proto__: { service: s3 }\n  archive:",
      /upstreams\.__proto__: this is not a name/,
    ],
    [
      "__proto__ among the sources",
      "  cache: {",
      "  __proto__: { x: 1 }\n  cache: {",
      /credentials\.__proto__: this is not a name/,
    ],
  ])("%s is an error, and the only one", (_what, from, to, problem) => {
    expect(told(changed([from, to]))).toEqual([expect.stringMatching(problem)]);
  });

  it("H15 an unset variable in a pattern refuses the configuration, and does not widen the pattern", () => {
    const text = changed(['"arn:aws:s3:::reports/*"', '"arn:aws:s3:::${env:GONE}*"']);
    expect(told(text)).toEqual([
      "policy.rules.1.on.1: the environment variable GONE is not set, or is empty",
    ]);
  });

  it("H15 an unquoted account is refused, whatever digits it begins with", () => {
    for (const account of ["123456789012", "012345678901", "0o17", "1e11"])
      expect(
        told(changed(['account: "123456789012" # in quotes', `account: ${account} # in quotes`])),
      ).toEqual([expect.stringMatching(/^aws\.account: an account is twelve digits in quotes/)]);
  });

  it("references are filled in values, and the document for /config keeps the references", () => {
    const { config, document } = read(
      changed(
        ['address: "127.0.0.1:4480"', 'address: "127.0.0.1:${env:PORT}"'],
        ['"arn:aws:s3:::reports/*"', '"arn:aws:s3:::${env:BUCKET}/*"'],
      ),
    ) as ConfigReading & { document: unknown };
    expect(config?.listen.address).toMatchObject({ port: 4999 });
    expect(config?.policy.rules[1]?.on?.[1]).toBe("arn:aws:s3:::reports/*");
    expect(JSON.stringify(document)).toContain("127.0.0.1:${env:PORT}");
    expect(JSON.stringify(document)).not.toContain("4999");
  });

  it("a key is never a reference", () => {
    expect(told(changed(["  archive:", "  ${env:BUCKET}:"]))).toEqual([
      "upstreams.${env:BUCKET}: a name is of a-z, 0-9 and -",
    ]);
  });

  it("no message shows what a reference stands for", () => {
    const text = changed(
      ["s3:GetObject, s3:ListBucket", '"${env:SECRET}", s3:ListBucket'],
      ["role: pool", 'role: "${env:SECRET}"'],
      ["maxBody: 16MiB", 'maxBody: "${env:SECRET}"'],
      ["level: info", 'level: "${env:SECRET}"'],
    );
    expect(told(text)).toHaveLength(4);
    expect(told(text).join("\n")).not.toContain(ENV["SECRET"]);
    expect(told(text)).toContain(
      'policy.rules.1.allow.0: "${env:SECRET}" is not an action such as s3:GetObject, s3:Get* or *',
    );
  });
});

it("nor does one that is about another place", () => {
  const document = {
    aws: { region: "us-east-1" },
    identity: {
      userPools: [
        { name: "${env:NAME}", id: "us-east-1_AbCdEfGhI", clientIds: ["web"], tokenUse: ["id"] },
        { name: "staff", id: "us-east-1_BbCdEfGhI", clientIds: ["web"], tokenUse: ["id"] },
      ],
    },
    credentials: {},
    upstreams: { s3: { service: "s3" } },
    policy: { rules: [{ name: "a", deny: ["s3:*"], who: { issuers: ["nobody"] } }] },
  };
  const { problems } = readConfig(JSON.stringify(document), {
    env: () => "a-secret-name",
    file: () => undefined,
    now: Date.now,
  });
  const said = problems.map(({ message }) => message).join("\n");
  expect(said).toContain("there is ${env:NAME}, staff");
  expect(said).not.toContain("a-secret-name");
});

describe("a value of the wrong kind is told what it must be", () => {
  it.each<readonly [from: string, to: string, problem: string]>([
    ["inFlight: 1000", "inFlight: many", "limits.inFlight: it must be a number"],
    ["inFlight: 1000", "inFlight: 0", "limits.inFlight: it must be at least 1"],
    ["inFlight: 1000", "inFlight: 1.5", "limits.inFlight: it must be a whole number"],
    ["inFlight: 1000", "inFlight: .inf", "limits.inFlight: it must be a number"],
    [
      "maxCallers: 10000",
      "maxCallers: 100000000",
      "credentials.cache.maxCallers: it must be at most 1000000",
    ],
    ["groups: [admins]", "groups: admins", "policy.rules.0.who.groups: it must be a list"],
    ["groups: [admins]", "groups: [1]", "policy.rules.0.who.groups.0: it must be text; write it in quotes"],
    [
      "groups: [admins]",
      'groups: [""]',
      "policy.rules.0.who.groups.0: it is empty; write what is meant, or leave it out",
    ],
    ["groups: [admins]", "groups:", "policy.rules.0.who.groups: it must be a list"],
    ["groups: [admins]", "claims: {}", "policy.rules.0.who.claims: it names no claim; leave it out"],
    [
      "[acme, globex]",
      "{ a: b }",
      "policy.rules.1.who.claims.custom:tenant: it must be text or a list of texts",
    ],
    ["[acme, globex]", "7", "policy.rules.1.who.claims.custom:tenant: it must be text or a list of texts"],
    [
      "[acme, globex]",
      "[acme, 7]",
      "policy.rules.1.who.claims.custom:tenant.1: it must be text; write it in quotes",
    ],
    [
      "[acme, globex]",
      "[]",
      "policy.rules.1.who.claims.custom:tenant: it is empty; write what is meant, or leave it out",
    ],
    ["authenticated: true", "authenticated: false", "policy.rules.4.who.authenticated: it must be true"],
    ["level: info", "level: loud", "log.level: it must be one of debug, info, warn, error, silent"],
    ["guests: deny", "guests: all", "identity.guests: it must be one of deny, allow"],
    ["mode: enforce", "mode: off", "policy.mode: it must be one of enforce, record"],
    ["\nlimits: {", "\nlimits: []\nextra: {", "limits: it must be a map of keys"],
    [
      "pathPrefix: /archive",
      "pathPrefix: archive",
      "upstreams.archive.match.pathPrefix: a path prefix is written like /files",
    ],
    [
      "pathPrefix: /archive",
      "pathPrefix: /.postern",
      "upstreams.archive.match.pathPrefix: a path prefix is written like /files",
    ],
    [
      "pathPrefix: /archive",
      "pathPrefix: /a/../b",
      "upstreams.archive.match.pathPrefix: a path prefix is written like /files",
    ],
    ["{ pathPrefix: /archive }", "{}", "upstreams.archive.match: match needs host or pathPrefix"],
    [
      "- name: admins do anything",
      '- name: "a\\0b"',
      "policy.rules.0.name: a rule has a name in words, without control characters",
    ],
    [
      "- name: admins do anything",
      `- name: ${"x".repeat(129)}`,
      "policy.rules.0.name: a rule's name has at most 128 characters",
    ],
    [
      "us-east-1_AbCdEfGhI",
      "us-east-1:AbC",
      "identity.userPools.0.id: a user pool id is written like us-east-1_AbCdEfGhI",
    ],
    ["region: us-east-1", "region: us-east-1.evil.test", "aws.region: a region is written like us-east-1"],
    ["drain: 25s", "drain: 30d", "timeouts.drain: a duration is at most 24d"],
    ["connect: 5s", "connect: 0s", "timeouts.connect: a wait without end is not accepted; at least 1ms"],
    ["maxBody: 16MiB", "maxBody: 1GiB", "upstreams.dynamodb.maxBody: at most 256MiB"],
    ["headers: 64KiB", "headers: 1B", "limits.headers: at least 1KiB"],
    ["archive:", "Archive.1:", "upstreams.Archive.1: a name is of a-z, 0-9 and -"],
  ])("%s → %s", (from, to, problem) => {
    const text = changed([from, to]);
    expect(told(text)).toContain(problem);
  });

  it.each(["", "# nothing yet\n", "- a\n", "just text\n", "42\n", "null\n"])(
    "%j is no configuration, told once",
    (text) => {
      expect(read(text)).toMatchObject({
        config: undefined,
        problems: [
          {
            path: "",
            message: expect.stringMatching(/^a configuration is a map of listen, /),
            line: 1,
            column: 1,
          },
        ],
      });
    },
  );

  it("what is missing is told at the nearest place above it", () => {
    expect(read("aws: {}\n").problems).toContainEqual({
      path: "aws.region",
      message: "it is required",
      line: 1,
      column: 1,
    });
    expect(told("aws: {}\n")).toContain("policy: it is required");
  });
});

it("says only what is broken where the text is no YAML", () => {
  expect(read("aws: [\nidentity: {}")).toMatchObject({ config: undefined });
  expect(told("a: 1\n---\nb: 1\n")).toEqual([": a configuration is one document; another begins here"]);
});
