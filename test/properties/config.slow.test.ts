import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConfigReading, readConfig } from "../../src/config/read.ts";

const RULE = {
  name: "all",
  credentials: "pool",
  who: { issuers: ["staff"], groups: ["staff"], claims: { "custom:tenant": ["acme"] } },
  allow: ["s3:GetObject"],
  on: ["arn:aws:s3:::home/${claim:sub}/*"],
  role: "pool",
};
const SERVICE_RULE = {
  name: "service",
  who: { issuers: ["staff"], machine: true, clients: ["importer"] },
  allow: ["s3:PutObject"],
  on: ["arn:aws:s3:::reports/*"],
  role: "arn:aws:iam::123456789012:role/service",
  credentials: "service",
  sessionDuration: "15m",
  sessionPolicy: { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } },
};
const FILES: Readonly<Record<string, string>> = {
  "/denied": "jti:abc",
  "/keys": `k1:${Buffer.alloc(32, 7).toString("base64")}`,
};
const DOCUMENT = {
  listen: { address: "127.0.0.1:4480", hosts: ["app.test"] },
  probes: { address: "127.0.0.1:4481" },
  operator: { address: "127.0.0.1:4482" },
  aws: { region: "us-east-1", account: "123456789012" },
  identity: {
    userPools: [
      {
        name: "staff",
        id: "us-east-1_AbC",
        clientIds: ["web"],
        tokenUse: ["id", "access"],
        requiredScopes: ["reports/use"],
        regions: ["us-west-2"],
        immutableClaims: ["custom:tenant"],
      },
    ],
    issuers: [{ name: "other", issuer: "https://a.test", audience: ["web"], jwksUri: "https://a.test/keys" }],
    guests: "allow",
    cookie: { name: "session", origins: ["https://app.test"] },
    denylistFile: "/denied",
    jwksRefresh: "1h",
  },
  credentials: {
    cache: { maxCallers: 10 },
    shared: { url: "rediss://cache.test", keyFile: "/keys" },
    rates: { GetId: 10 },
    pool: {
      type: "identity-pool",
      identityPoolId: "us-east-1:11111111-2222-4333-8444-555555555555",
      default: true,
    },
    basic: {
      type: "identity-pool",
      identityPoolId: "us-east-1:11111111-2222-4333-8444-666666666666",
      flow: "basic",
      acceptAnyTrustingRole: true,
    },
    direct: { type: "web-identity", acceptAnyTrustingRole: true, sessionName: "${claim:sub}" },
    service: { type: "assume-role", externalId: "abc", tags: { tenant: "${claim:custom:tenant}" } },
  },
  upstreams: { s3: { service: "s3", match: { host: "s3.test" }, credentials: "pool" } },
  policy: { mode: "enforce", rules: [RULE, SERVICE_RULE, { name: "no", deny: ["s3:Delete*"] }] },
  limits: { inFlight: 10 },
  timeouts: { drain: "25s" },
  log: { level: "info" },
};

type Path = readonly (string | number)[];
type Tree = Record<string | number, unknown>;

function read(text: string): ConfigReading {
  return readConfig(text, { env: () => undefined, file: (path) => FILES[path], now: () => 0 });
}

/** Every place of a document, the document itself not among them, nor what a session policy says, which is AWS's. */
function placesIn(tree: unknown, path: Path = []): Path[] {
  if (typeof tree !== "object" || tree === null || path.at(-1) === "sessionPolicy") return [];
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) => {
    const at = [...path, Array.isArray(tree) ? Number(key) : key];
    return [at, ...placesIn(value, at)];
  });
}

function at(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, part) => (node as Tree)[part], tree);
}

/** The document, written, with something else at one place of it. */
function withAt(path: Path, value: unknown): string {
  const tree = structuredClone(DOCUMENT);
  const last = path.at(-1) ?? "";
  Object.defineProperty(at(tree, path.slice(0, -1)), last, { value, enumerable: true });
  return JSON.stringify(tree);
}

/** Maps whose keys are all known: none whose keys are names of their own, as sources, claims and tags have. */
const STRICT_MAPS = [[], ...placesIn(DOCUMENT)].filter((path) => {
  const value = at(DOCUMENT, path);
  const open = [
    "upstreams",
    "credentials",
    "credentials.service.tags",
    "policy.rules.0.who.claims",
    "policy.rules.1.sessionPolicy",
  ];
  return typeof value === "object" && !Array.isArray(value) && !open.includes(path.join("."));
});

it("begins with a document that is good", () => {
  expect(read(JSON.stringify(DOCUMENT)).problems).toEqual([]);
});

describe("whatever stands in the file", () => {
  it("it is read to a configuration or to problems, each at a place in the text, and nothing is thrown", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.string({ unit: fc.constantFrom(..."{}[]:,-#&*!|>'\"%@` \n\t?a1~<$".split("")), maxLength: 60 }),
      fc.json(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { config, problems } = read(text);
        const lines = text.split(/\r\n|\r|\n/).length;
        expect(config).toBeUndefined();
        expect(problems.length).toBeGreaterThan(0);
        for (const { line, column, message } of problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(message).not.toBe("");
        }
      }),
      { numRuns: 100 },
    );
  });

  it("any value at any place of a good document is taken or told, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(DOCUMENT)), fc.jsonValue(), (path, value) => {
        const { config, problems } = read(withAt(path, value));
        expect(config === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 100 },
    );
  });
});

/** Lists that may be empty: what named their entries is told then. */
const MAY_BE_EMPTY = ["identity.userPools", "identity.issuers"];

it.each([[null], [{}], [[]], [""], [false]])(
  "%j, wherever it is not what belongs there, is told at its own place or above it",
  (value) => {
    for (const path of placesIn(DOCUMENT)) {
      const place = path.join(".");
      if (Array.isArray(value) && MAY_BE_EMPTY.includes(place)) continue;
      const told = read(withAt(path, value)).problems.map((problem) => problem.path);
      if (value === null) expect(told.length, place).toBeGreaterThan(0);
      if (told.length > 0)
        expect(
          told.some((one) => place.startsWith(one) || one.startsWith(place)),
          place,
        ).toBe(true);
    }
  },
);

it("S4.1 no key passes unknown, at any depth: each is told where it stands", () => {
  const names = fc.oneof(
    fc.constantFrom(
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "<<",
      "",
      "allows",
      "default.x",
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...STRICT_MAPS), names, (path, name) => {
      const known = read(withAt([...path, name], undefined)).problems.length === 0;
      fc.pre(known && !Object.hasOwn(at(DOCUMENT, path) as object, name));
      const { problems } = read(withAt([...path, name], { unknown: "value" }));
      expect(problems.map((problem) => problem.path)).toContain([...path, name].join("."));
    }),
    { numRuns: 100 },
  );
});
