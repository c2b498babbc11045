import { describe, expect, it } from "vitest";
import { createSigningKeys } from "../../../src/local/guard/signing-key.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const scope = { date: "20150830", region: "us-east-1", service: "iam" };

describe("createSigningKeys", () => {
  it("derives the key of AWS's own example", () => {
    const key = createSigningKeys()(SECRET, scope).toString("hex");
    expect(key).toBe("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
  });

  it("derives a key once", () => {
    const keys = createSigningKeys();
    expect(keys(SECRET, scope)).toBe(keys(SECRET, { ...scope }));
  });

  it("keeps the keys of two secrets and of two scopes apart", () => {
    const keys = createSigningKeys();
    const all = [keys(SECRET, scope), keys("other", scope), keys(SECRET, { ...scope, service: "s3" })];
    expect(new Set(all.map((key) => key.toString("hex"))).size).toBe(3);
  });

  it("forgets the oldest of more than a thousand", () => {
    const keys = createSigningKeys();
    const first = keys("0", scope);
    for (let at = 1; at < 1000; at++) keys(String(at), scope);
    expect(keys("0", scope)).toBe(first);
    keys("1000", scope);
    expect(keys("0", scope)).not.toBe(first);
  });
});
