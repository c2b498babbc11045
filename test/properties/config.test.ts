import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConfigReading, readConfig } from "../../src/config/read.ts";

const RULE = {
  name: "all",
  who: { groups: ["staff"], claims: { "custom:tenant": ["acme"] } },
  allow: ["s3:GetObject"],
  on: ["arn:aws:s3:::home/${claim:sub}/*"],
  role: "pool",
};
const DOCUMENT = {
  listen: { address: "127.0.0.1:4480" },
  probes: { address: "127.0.0.1:4481" },
  operator: { address: "127.0.0.1:4482" },
  aws: { region: "us-east-1", account: "123456789012" },
  identity: { userPools: [{ name: "staff", id: "us-east-1_AbC", clientIds: ["web"], tokenUse: ["id"] }] },
  credentials: {
    cache: { maxCallers: 10 },
    pool: { type: "identity-pool", identityPoolId: "us-east-1:11111111-2222-4333-8444-555555555555" },
  },
  upstreams: { s3: { service: "s3", match: { host: "s3.test" } } },
  policy: { mode: "enforce", rules: [RULE, { name: "no", deny: ["s3:Delete*"] }] },
  limits: { inFlight: 10 },
  timeouts: { drain: "25s" },
  log: { level: "info" },
};

type Path = readonly (string | number)[];
type Tree = Record<string | number, unknown>;

function read(text: string): ConfigReading {
  return readConfig(text, { env: () => undefined, file: () => undefined });
}

/** Every place of a document, the document itself not among them. */
function placesIn(tree: unknown, path: Path = []): Path[] {
  if (typeof tree !== "object" || tree === null) return [];
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

/** Maps whose keys are all known: neither claims, which may have any name, nor the names of sources and upstreams. */
const STRICT_MAPS = [[], ...placesIn(DOCUMENT)].filter((path) => {
  const value = at(DOCUMENT, path);
  const open = ["upstreams", "credentials", "policy.rules.0.who.claims"];
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
      { numRuns: 200 },
    );
  });

  it("any value at any place of a good document is taken or told, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(DOCUMENT)), fc.jsonValue(), (path, value) => {
        const { config, problems } = read(withAt(path, value));
        expect(config === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 200 },
    );
  });
});

it("a value that is missing, empty or of no kind is told at its own place or above it", () => {
  for (const path of placesIn(DOCUMENT)) {
    for (const value of [null, {}, [], "", false]) {
      const { problems } = read(withAt(path, value));
      const above = (told: string): boolean =>
        path.join(".").startsWith(told) || told.startsWith(path.join("."));
      if (problems.length > 0)
        expect(
          problems.some((problem) => above(problem.path)),
          path.join("."),
        ).toBe(true);
    }
    expect(read(withAt(path, null)).problems.length, path.join(".")).toBeGreaterThan(0);
  }
});

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
    { numRuns: 150 },
  );
});
