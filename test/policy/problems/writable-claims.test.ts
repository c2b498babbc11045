import { describe, expect, it } from "vitest";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { type ClaimNames, writableClaims } from "../../../src/policy/problems/writable-claims.ts";
import { aPlan, anAllow, NAMES, roleArn } from "../../support/ruling.ts";

const immutable = (claims: readonly string[], others?: readonly string[]) => ({
  immutableClaims: new Map([
    ["staff", claims],
    ...(others === undefined ? [] : [["customers", others] as const]),
  ]),
});
const warnings = (rule: RuleDocument, changes: Partial<ClaimNames> = {}) =>
  writableClaims([anAllow("first"), rule], { ...NAMES, ...immutable([]), ...changes }).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );
const REMEDY = "themselves: list it under immutableClaims, or do not trust it";
const sts = { role: roleArn("a"), credentials: "service" };

const trusting = (issuers?: readonly string[]) =>
  anAllow("a", { who: { ...(issuers && { issuers }), claims: { "custom:t": "x" } } });

describe("S1.7 a claim that users can write", () => {
  it.each([
    "custom:tenant",
    "email",
    "name",
    "preferred_username",
    "phone_number",
    "profile",
    "nickname",
    "given_name",
    "family_name",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "address",
    "middle_name",
  ])("is warned of in an allow: %s", (claim) => {
    const rule = anAllow("a", { who: { claims: { [claim]: "x" } } });
    expect(warnings(rule)).toEqual([
      `1.who.claims.${claim}: users of staff may be able to write ${claim} ${REMEDY}`,
    ]);
    expect(warnings(rule, immutable([claim]))).toEqual([]);
  });

  it.each(["sub", "cognito:groups", "cognito:username", "email_verified", "client_id", "customs", "tenant"])(
    "is not %s",
    (claim) => {
      expect(warnings(anAllow("a", { who: { claims: { [claim]: "x" } } }))).toEqual([]);
    },
  );

  const NOT_TRUSTED = `users of staff may be able to write custom:t ${REMEDY}`;
  it.each<readonly [Partial<RuleDocument>, string]>([
    [{ on: ["*", "arn:aws:s3:::${claim:custom:t}/${claim:custom:t:path}"] }, "1.on.1"],
    [{ ...sts, sessionName: "${claim:custom:t}" }, "1.sessionName"],
    [
      { ...sts, sessionPolicy: { Statement: [{ Resource: ["${claim:custom:t}", "${claim:custom:t}"] }] } },
      "1.sessionPolicy",
    ],
  ])("is warned of once in each place: %o", (changes, path) => {
    expect(warnings(anAllow("a", changes))).toEqual([`${path}: ${NOT_TRUSTED}`]);
  });

  it("is warned of where the sources that the rule may use make something of it", () => {
    const sources = new Map([
      ["pool", { kind: "identity-pool" }],
      [
        "service",
        {
          kind: "assume-role",
          plan: aPlan({ sessionName: "${claim:email}", tags: { t: "x-${claim:custom:t}" } }),
        },
      ],
    ] as const);
    const EMAIL = `users of staff may be able to write email themselves (sessionName of service): list it`;
    const TAG = `users of staff may be able to write custom:t themselves (tag t of service): list it`;
    expect(warnings(anAllow("a", sts), { sources })).toEqual([
      expect.stringContaining(`1.credentials: ${EMAIL}`),
      expect.stringContaining(`1.credentials: ${TAG}`),
    ]);
    expect(warnings(anAllow("a", { ...sts, sessionName: "${claim:sub}" }), { sources })).toEqual([
      expect.stringContaining(`1.credentials: ${TAG}`),
    ]);
    expect(warnings(anAllow("a", { credentials: "pool" }), { sources })).toEqual([]);
    const anywhere = writableClaims([anAllow("a", { role: roleArn("a") })], {
      ...NAMES,
      ...immutable([]),
      sources,
      upstreamSources: new Map([["s3", "service"]]),
    });
    expect(anywhere.map(({ path }) => path)).toEqual([[0], [0]]);
  });

  it("is one that the users of any of the rule's issuers can write", () => {
    expect(warnings(trusting(["staff", "customers"]), immutable(["custom:t"], []))).toEqual([
      expect.stringContaining("users of customers may"),
    ]);
    expect(warnings(trusting(["staff"]), immutable(["custom:t"], []))).toEqual([]);
    expect(warnings(trusting(), immutable([], []))).toEqual([
      expect.stringContaining("users of staff, customers may"),
    ]);
    expect(warnings(trusting(["staff", "customers"]), immutable(["custom:t"], ["custom:t"]))).toEqual([]);
  });

  it("is no email that the rule wants verified", () => {
    const email = (verified: string | readonly string[]) =>
      warnings(anAllow("a", { who: { claims: { email: "a@b", email_verified: verified } } }));
    expect(email("true")).toEqual([]);
    expect(email("false")).toHaveLength(1);
    expect(email(["true", "false"])).toHaveLength(1);
    expect(warnings(anAllow("a", { who: { claims: { name: "a", email_verified: "true" } } }))).toHaveLength(
      1,
    );
  });

  it("is no machine's, nor a guest's", () => {
    expect(warnings(anAllow("a", { ...sts, who: { machine: true, claims: { name: "x" } } }))).toEqual([]);
    expect(warnings(anAllow("a", { who: { guest: true }, on: ["arn:aws:s3:::${claim:name}"] }))).toEqual([]);
    expect(warnings(anAllow("a", { who: { clients: ["web"], claims: { name: "x" } } }))).toHaveLength(1);
  });

  it("takes nothing away in a deny", () => {
    const claims = { "custom:t": "x" };
    expect(warnings({ name: "no", deny: ["*"], who: { claims }, on: ["arn:${claim:email}"] })).toEqual([]);
  });
});
