import { describe, expect, it } from "vitest";
import { principalTags, tagProblem } from "../../../src/local/identity/principal-tags.ts";

describe("principalTags", () => {
  it("takes the mapped claims and no others", () => {
    const claims = { sub: "u1", "custom:tenant": "acme", email_verified: true, secret: "x" };
    expect(
      principalTags({ user: "sub", tenant: "custom:tenant", verified: "email_verified" }, claims),
    ).toEqual({
      tags: { user: "u1", tenant: "acme", verified: "true" },
    });
  });

  it("leaves out tags whose claim is absent, a list or an object", () => {
    const claims = { groups: ["a"], address: { city: "x" } };
    expect(principalTags({ a: "groups", b: "address", c: "gone" }, claims)).toEqual({ tags: {} });
  });

  it("gives none without a mapping", () => {
    expect(principalTags(undefined, { sub: "u1" })).toEqual({ tags: {} });
  });

  it("refuses values that STS would not take", () => {
    expect(principalTags({ t: "c" }, { c: "a*" })).toHaveProperty("problem");
    expect(principalTags({ t: "c" }, { c: "a${b}" })).toHaveProperty("problem");
    expect(principalTags({ t: "c" }, { c: "x".repeat(257) })).toHaveProperty("problem");
    expect(principalTags({ t: "c" }, { c: "Zoë @ a_b.c:/=+-" })).not.toHaveProperty("problem");
  });

  it("refuses more than 460 bytes together", () => {
    const claims = { a: "x".repeat(229), b: "x".repeat(229), c: "x".repeat(230) };
    expect(principalTags({ p: "a", q: "b" }, claims)).not.toHaveProperty("problem");
    expect(principalTags({ p: "a", q: "c" }, claims)).toHaveProperty("problem");
  });
});

describe("tagProblem", () => {
  it("compares keys without regard to case", () => {
    expect(
      tagProblem([
        ["Dept", "a"],
        ["dept", "b"],
      ]),
    ).toContain("case insensitive");
  });

  it("takes fifty tags and no more", () => {
    const tags = Array.from({ length: 51 }, (_, index) => [`k${index}`, "v"] as const);
    expect(tagProblem(tags.slice(0, 50))).toBeUndefined();
    expect(tagProblem(tags)).toContain("50");
  });

  it("keeps keys that begin with aws: for AWS", () => {
    expect(tagProblem([["aws:x", "v"]])).toContain("reserved");
  });
});
