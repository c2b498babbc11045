import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDocument } from "../../src/config/document.ts";
import { writeRules } from "../../src/config/write-rules.ts";
import { boundTo } from "../../src/policy/conditions/upstreams.ts";
import type { RuleDocument } from "../../src/policy/document.ts";

const RULE: RuleDocument = {
  name: "analysts: s3 reports",
  who: { groups: ["analysts"] },
  allow: ["s3:GetObject"],
  on: ["arn:aws:s3:::reports/2026/*", "arn:aws:s3:::home/${claim:sub}/*"],
  role: "pool",
};

function readBack(yaml: string): unknown {
  const { value, problems } = readDocument(`policy:\n  rules:\n${yaml}`);
  expect(problems).toEqual([]);
  return (value as { readonly policy: { readonly rules: unknown } }).policy.rules;
}

it("writes a rule to be pasted under policy.rules, with its notes as comments", () => {
  const many = Array.from({ length: 4 }, (_, i) => `arn:aws:s3:::reports/${i}`);
  const suggested = [
    { rule: RULE, notes: ["Seen 3 times.", "One caller only did it."] },
    { rule: { ...RULE, name: "another", on: many }, notes: [] },
  ];
  expect(writeRules(suggested, ["From 2 uses."])).toBe(`    # From 2 uses.
    # Seen 3 times.
    # One caller only did it.
    - name: "analysts: s3 reports"
      who: { groups: [ analysts ] }
      allow: [ s3:GetObject ]
      on: [ arn:aws:s3:::reports/2026/*, "arn:aws:s3:::home/\${claim:sub}/*" ]
      role: pool
    - name: another
      who: { groups: [ analysts ] }
      allow: [ s3:GetObject ]
      on:
        - arn:aws:s3:::reports/0
        - arn:aws:s3:::reports/1
        - arn:aws:s3:::reports/2
        - arn:aws:s3:::reports/3
      role: pool
`);
});

it("writes the upstreams that a rule is bound to as they are read", () => {
  const yaml = writeRules([{ rule: boundTo(RULE, ["s3", "archive"]), notes: [] }]);
  expect(readBack(yaml)).toEqual([{ ...RULE, upstreams: ["s3", "archive"] }]);
  expect(yaml).toContain("      upstreams: [ s3, archive ]\n");
});

it("leaves out what a rule does not say", () => {
  const yaml = writeRules([{ rule: { ...RULE, when: undefined, credentials: undefined }, notes: [] }]);
  expect(readBack(yaml)).toEqual([RULE]);
});

describe("whatever callers wrote", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
    fc
      .array(
        fc.constantFrom(
          ..."\n\r\t\u0000\u001b\u0085\u2028\u202e\ud800\udfff#:-?*&!|>'\"%@`{}[], \\".split(""),
          "😀",
          ..." # | : |- |---|...|yes|null|~|0123|1e3|<<|__proto__|\n- name: x|\\u0041".split("|"),
        ),
        { minLength: 1, maxLength: 6 },
      )
      .map((parts) => parts.join("")),
  );
  const rule = fc.record({
    name: hostile,
    who: fc.oneof(
      fc.record({ groups: fc.array(hostile, { minLength: 1, maxLength: 5 }) }),
      fc.record({ claims: fc.dictionary(hostile.filter(isKey), hostile, { minKeys: 1, maxKeys: 2 }) }),
    ),
    allow: fc.array(hostile, { minLength: 1, maxLength: 5 }),
    on: fc.array(hostile, { minLength: 1, maxLength: 5 }),
    role: hostile,
  });
  const suggested = fc.array(fc.record({ rule, notes: fc.array(hostile, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  });

  it("the same rules are read back", () => {
    fc.assert(
      fc.property(suggested, fc.array(hostile, { maxLength: 2 }), (suggested, head) => {
        expect(readBack(writeRules(suggested, head))).toEqual(suggested.map(({ rule }) => plain(rule)));
      }),
      { numRuns: 300 },
    );
  });

  it("S6.7 M9 no character is written that commands a terminal, hides in it or ends a line", () => {
    fc.assert(
      fc.property(suggested, (suggested) => {
        expect(writeRules(suggested)).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u);
      }),
      { numRuns: 300 },
    );
  });
});

/** What no configuration takes for a key. */
function isKey(text: string): boolean {
  return text !== "<<" && text !== "__proto__";
}

/** fast-check makes objects without a prototype. */
function plain(value: unknown): unknown {
  return structuredClone(value);
}
