import * as fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createSeal, parseKeyFile, type Seal } from "../../src/credentials/seal.ts";

const OLD = `old:${Buffer.alloc(32, 1).toString("base64")}`;
const NEW = `new:${Buffer.alloc(32, 2).toString("base64")}`;

function sealOf(keyFile: string, deployment = "postern"): Seal {
  const parsed = parseKeyFile(keyFile);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return createSeal({ keys: parsed.keys, deployment });
}
const problemOf = (text: string): string | undefined => {
  const parsed = parseKeyFile(text);
  return "problem" in parsed ? parsed.problem : undefined;
};

describe("a key file", () => {
  it("has one key a line, the first of which seals", () => {
    const parsed = parseKeyFile(`# of 2026\n${NEW}\r\n\n${OLD}\n`);
    expect("keys" in parsed && parsed.keys.map(({ id }) => id)).toEqual(["new", "old"]);
  });

  it("is read into keys that do not show themselves", () => {
    const parsed = parseKeyFile(OLD);
    for (const shown of [JSON.stringify(parsed), inspect(parsed, { depth: 9, showHidden: true })])
      expect(shown).not.toMatch(/AQEB|0101|01 01/);
  });

  it.each([
    ["nothing", ""],
    ["only a comment", "# none yet\n"],
    ["no id", Buffer.alloc(32).toString("base64")],
    ["an empty id", `:${Buffer.alloc(32).toString("base64")}`],
    ["an id with a space", `a b:${Buffer.alloc(32).toString("base64")}`],
    ["a space at the end", `${OLD} `],
    ["31 bytes", `k:${Buffer.alloc(31).toString("base64")}`],
    ["33 bytes", `k:${Buffer.alloc(33).toString("base64")}`],
    ["base64 without its =", OLD.slice(0, -1)],
    ["base64url", `k:${Buffer.alloc(32, 0xff).toString("base64url")}=`],
    ["bits to spare in the last digit", `k:${"A".repeat(42)}B=`],
    ["hexadecimal", `k:${"ab".repeat(32)}`],
    ["an id twice", `${OLD}\nold:${Buffer.alloc(32, 3).toString("base64")}`],
    ["a key twice", `${OLD}\nolder:${Buffer.alloc(32, 1).toString("base64")}`],
    ["five keys", [1, 2, 3, 4, 5].map((n) => `k${n}:${Buffer.alloc(32, n).toString("base64")}`).join("\n")],
  ])("is none with %s", (_what, text) => {
    expect(problemOf(text)).toMatch(/^(?:line \d+ (?:is not|has)|it holds) /);
  });

  it("has its problem told by line, and nothing quoted", () => {
    const secret = Buffer.alloc(31, 7).toString("base64");
    expect(problemOf(`# a comment\n${NEW}\nold:${secret}`)).toBe(
      "line 3 is not <key id>:<base64 of 32 bytes>",
    );
  });
});

describe("a seal", () => {
  const [place] = sealOf(OLD)("key");

  it("opens what it sealed", () => {
    fc.assert(fc.property(fc.string(), (text) => place.open(place.seal(`${text} é 😀`)) === `${text} é 😀`));
  });

  it("never seals twice alike", () => {
    expect(place.seal("text")).not.toBe(place.seal("text"));
  });

  it("shows neither the text nor the key that it stands for", () => {
    const [{ name, seal }] = sealOf(OLD)("the key of anna");
    const sealed = Buffer.from(seal("a secret access key"), "base64").toString("latin1");
    expect(`${name} ${sealed}`).not.toMatch(/anna|secret|access/);
    expect(name).toMatch(/^postern:[\w-]{43}$/);
  });

  it.each([
    ["another credential key", sealOf(OLD)("another")[0]],
    ["another deployment", sealOf(OLD, "elsewhere")("key")[0]],
    ["another key of the file", sealOf(NEW)("key")[0]],
    ["another key id", sealOf(OLD.replace("old", "odd"))("key")[0]],
  ])("S2.11 opens nothing that was sealed for %s, and looks for it elsewhere", (_what, other) => {
    expect(place.open(other.seal("text"))).toBeUndefined();
    expect(other.open(place.seal("text"))).toBeUndefined();
    expect(other.name).not.toBe(place.name);
  });

  it("S2.11 opens nothing in which a single bit is another, or that is longer or shorter", () => {
    const bytes = Buffer.from(place.seal("text"), "base64");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(place.open(changed.toString("base64"))).toBeUndefined();
    }
    for (let length = 0; length < bytes.length; length++)
      expect(place.open(bytes.subarray(0, length).toString("base64"))).toBeUndefined();
    expect(place.open(Buffer.concat([bytes, Buffer.alloc(1)]).toString("base64"))).toBeUndefined();
  });

  it("S2.11 opens nothing that nobody sealed", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => place.open(text) === undefined),
    );
  });

  it("S2.11 keeps apart credential keys and deployments that read alike when joined", () => {
    expect(sealOf(OLD, "a")('b","c')[0].name).not.toBe(sealOf(OLD, 'a","b')("c")[0].name);
  });
});

describe("a change of keys", () => {
  const before = sealOf(OLD)("key");
  const added = sealOf(`${OLD}\n${NEW}`)("key");
  const changed = sealOf(`${NEW}\n${OLD}`)("key");

  it("finds what was sealed before it, and is found by whoever has the new key already", () => {
    const find = (places: typeof added, name: string) => places.find((one) => one.name === name);
    expect(find(changed, before[0].name)?.open(before[0].seal("text"))).toBe("text");
    expect(find(added, changed[0].name)?.open(changed[0].seal("text"))).toBe("text");
  });

  it("seals with the first key", () => {
    expect(changed[0].name).toBe(sealOf(NEW)("key")[0].name);
    expect(added[0].name).toBe(before[0].name);
  });
});
