import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Requirement } from "../../src/domain/operation.ts";
import { decide } from "../../src/policy/decide.ts";
import type { RuleDocument } from "../../src/policy/document.ts";
import { explain } from "../../src/policy/explain.ts";
import { aCaller, aContext, anAllow, anOperation, aPolicy, ruling } from "../support/ruling.ts";

const API = "arn:aws:execute-api:us-east-1:123456789012:abc/prod/";
const caller = aCaller({ tenant: "Acme", other: "İzmir" });

const asked = (resource: string, changes: Partial<Requirement> = {}): Requirement => ({
  action: "execute-api:Invoke",
  resource: API + resource,
  anyCase: true,
  ...changes,
});
const no = (...on: readonly string[]): RuleDocument => ({
  name: "no",
  deny: ["execute-api:*"],
  on: on.map((one) => API + one),
});
const ruled = (deny: RuleDocument, requirement: Requirement) =>
  ruling([anAllow("yes"), deny], caller, requirement).verdict;

describe("S3.7 a deny, where the service may take two cases for one,", () => {
  it.each([
    ["GET/admin/*", "GET/ADMIN/users"],
    ["GET/Admin/*", "GET/admin/users"],
    ["GET/adm?n", "GET/ADMİN"],
    ["get/ADMIN", "GET/admin"],
    ["GET/straße/?x", "GET/STRAẞE/éX"],
    ["GET/${claim:tenant}/*", "GET/ACME/x"],
    ["GET/x-${claim:other}*z", "GET/X-izMIR/Z"],
    ["GET/??/*b", "GET/\u{10400}/B"],
    ["GET/οδος", "GET/ΟΔΟΣ"],
  ])("%s holds for %s", (pattern, resource) => {
    expect(ruled(no(pattern), asked(resource))).toBe("denial");
    const plain: Requirement = { action: "execute-api:Invoke", resource: API + resource };
    expect(ruled(no(pattern), plain)).toBe("permit");
  });

  it("holds for what it is a part of", () => {
    const within = [`${API}GET/Admin/`];
    expect(ruled(no("GET/admin/*"), asked("GET/Admin", { within }))).toBe("denial");
    expect(ruled(no("GET/other/*"), asked("GET/Admin", { within }))).toBe("permit");
  });

  it("holds for other letters alone, and not for other texts", () => {
    expect(ruled(no("GET/admin/*"), asked("GET/Admins/x"))).toBe("permit");
    expect(ruled({ ...no("GET/admin"), deny: ["s3:*"] }, asked("GET/admin"))).toBe("permit");
  });

  it("holds where a claim cannot be used", () => {
    expect(ruled(no("GET/${claim:gone}/x"), asked("GET/y"))).toBe("denial");
  });

  it("is found among thousands, and of them the first in the file", () => {
    const many = Array.from({ length: 2000 }, (_, i) => ({ ...no(`GET/Part${i}/*`), name: `no ${i}` }));
    const rules = [anAllow("yes"), ...many, { ...no("*"), name: "last" }];
    expect(ruling(rules, caller, asked("GET/PART77/x"))).toMatchObject({ rule: "no 77" });
    expect(ruling(rules, caller, asked("GET/PART/x"))).toMatchObject({ rule: "last" });
  });

  it("holds for each of several, and again after another caller", () => {
    const policy = aPolicy([anAllow("yes"), no("GET/${claim:tenant}")]);
    const ask = (tenant: string, ...resources: readonly string[]) =>
      decide(policy, aCaller({ tenant }), anOperation(resources.map((one) => asked(one))), aContext())
        .verdict;
    expect(ask("Acme", "GET/other", "GET/acme")).toBe("denial");
    expect(ask("Other", "GET/other", "GET/acme")).toBe("denial");
    expect(ask("Third", "GET/other", "GET/acme")).toBe("permit");
    expect(ask("Acme", "GET/ACME", "GET/x")).toBe("denial");
  });
});

describe("S3.7 an allow", () => {
  it("compares exactly all the same", () => {
    const rules = [anAllow("yes", { on: [`${API}GET/Admin/*`, `${API}GET/\${claim:tenant}`] })];
    expect(ruling(rules, caller, asked("GET/Admin/x")).verdict).toBe("permit");
    expect(ruling(rules, caller, asked("GET/Acme")).verdict).toBe("permit");
    expect(ruling(rules, caller, asked("GET/admin/x"))).toMatchObject({ reason: "denied-no-rule" });
    expect(ruling(rules, caller, asked("GET/acme"))).toMatchObject({ reason: "denied-no-rule" });
  });
});

const said = (rule: RuleDocument, requirement: Requirement) =>
  explain(aPolicy([rule]), caller, anOperation([requirement]), aContext()).rules[0]?.readings[0];

describe("what a deny says where case does not matter", () => {
  it("is told in words", () => {
    expect(said(no("GET/admin/*"), asked("GET/ADMIN/x"))).toMatchObject({
      matches: true,
      why: `it denies execute-api:* on ${API}GET/admin/*, in any case of its letters`,
    });
    expect(said(no("GET/admin/*"), asked("GET/admin/x"))?.why).toBe(
      `it denies execute-api:* on ${API}GET/admin/*`,
    );
    expect(said(no("GET/admin/*"), asked("GET/ADMIN", { within: [`${API}GET/ADMIN/`] }))?.why).toBe(
      `it denies execute-api:* on ${API}GET/admin/*, in any case of its letters, of which ${API}GET/ADMIN is a part`,
    );
    expect(said(no("GET/other"), asked("GET/ADMIN"))).toMatchObject({ matches: false, against: "resource" });
  });
});

const texts = (one: fc.Arbitrary<string>) => fc.array(one, { maxLength: 5 }).map((parts) => parts.join(""));

it("S3.7 a deny holds for whatever a regular expression without regard to case means", () => {
  const piece = fc.constantFrom("a", "A", "é", "É", "σ", "Σ", "ς", "ſ", "s", "K", "\u212A", "/", "ß", "ẞ");
  const wild = fc.oneof({ weight: 4, arbitrary: piece }, fc.constantFrom("*", "?"));
  let denied = 0;
  fc.assert(
    fc.property(texts(wild), texts(piece), (pattern, resource) => {
      const meaning = pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]");
      if (!new RegExp(`^${meaning}$`, "iu").test(resource)) return;
      denied++;
      expect(ruled(no(pattern), asked(resource))).toBe("denial");
    }),
    { numRuns: 1500 },
  );
  expect(denied).toBeGreaterThan(20);
});
