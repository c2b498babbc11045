import { describe, expect, it } from "vitest";
import { ALLOW, readChanged, STAFF, warned } from "./reading.ts";

const rules = (...list: readonly object[]) => ({
  policy: { rules: list.map((rule, i) => ({ name: `r${i}`, ...ALLOW, ...rule })) },
});
const paths = (changes: object) => warned(changes).map((text) => text.replace(/: .*/, ""));

describe("B14 a warning of a rule", () => {
  it("is told by the rule's place in the file, also where others are left out", () => {
    const list = [
      { allow: ["s3:GetObjct"] },
      { allow: ["sqs:SendMessage", "s3:GetObject"] },
      { who: { groups: ["a"] } },
      { who: { groups: ["a"] }, role: "pool" },
    ];
    const { config, warnings } = readChanged(rules(...list));
    expect(config).toBeUndefined();
    expect(warnings.map(({ path }) => path)).toEqual([
      "policy.rules.1.allow.0",
      "policy.rules.2",
      "policy.rules.3",
    ]);
  });

  it("is of the address of whoever calls, while only this machine can", () => {
    const one = rules({ when: { IpAddress: { "aws:sourceip": "10.0.0.0/8" } } });
    expect(paths(one)).toEqual(["policy.rules.0.when.IpAddress.aws:sourceip"]);
    expect(paths({ ...one, listen: { address: "0.0.0.0:4480", plaintext: true } })).toEqual([]);
  });

  it("is of callers that the pools do not have", () => {
    expect(paths(rules({ who: { clients: ["gone"] } }))).toEqual(["policy.rules.0.who.clients.0"]);
    const identity = { userPools: [{ ...STAFF, clientIds: "any" }] };
    expect(paths({ identity, ...rules({ who: { clients: ["gone"] } }) })).toEqual([
      "identity.userPools.0.clientIds",
    ]);
  });

  it("is of claims that users write, in conditions too", () => {
    const when = {
      StringEquals: { "claim:custom:tenant": "acme", "claim:sub": "${claim:email}" },
      Bool: { "claim:email_verified": "true" },
    };
    expect(paths(rules({ when }))).toEqual([
      "policy.rules.0.when.StringEquals.claim:custom:tenant",
      "policy.rules.0.when.StringEquals.claim:sub",
    ]);
  });
});
