import { describe, expect, it } from "vitest";
import type { RequestKeys } from "../../src/domain/operation.ts";
import type { WhenDocument } from "../../src/policy/document.ts";
import { compileWhen } from "../../src/policy/conditions/when.ts";
import { whenProblems } from "../../src/policy/conditions/when-problems.ts";
import { aCaller, aContext, anAllow, anOperation } from "../support/ruling.ts";
import { holds } from "../support/holds.ts";

/**
 * Conditions with the answers that IAM documents, and where it documents none, or Postern cannot know, `unknown`.
 *
 * Sources: IAM user guide, "Condition operators", "Set operators for multivalued context keys", "Conditions with
 * multiple context keys or values", "Variables and tags", "Global condition context keys"; security.md S4.2 and S4.5.
 */
type Answer = true | false | "unknown";

interface World {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly keys?: Readonly<Record<string, readonly string[] | "unknown">>;
  readonly ip?: string | undefined;
}

type Case = readonly [name: string, when: WhenDocument, world: World, answer: Answer];

const claim = (value: unknown): World => ({ claims: { c: value } });
const prefix = (...values: readonly string[]): World => ({ keys: { "s3:prefix": values } });
const keysOf = (...values: readonly string[]): World => ({ keys: { "dynamodb:leadingkeys": values } });
const ip = (text: string | undefined): World => ({ ip: text });
const NOBODY: World = {};
const p = (operator: string, ...values: readonly (string | number | boolean)[]): WhenDocument => ({
  [operator]: { "s3:prefix": values },
});
const c = (operator: string, ...values: readonly (string | number | boolean)[]): WhenDocument => ({
  [operator]: { "claim:c": values },
});
const l = (operator: string, ...values: readonly (string | number | boolean)[]): WhenDocument => ({
  [operator]: { "dynamodb:LeadingKeys": values },
});
const from = (operator: string, ...values: readonly string[]): WhenDocument => ({
  [operator]: { "aws:SourceIp": values },
});

const STRINGS: readonly Case[] = [
  ["StringEquals: the same text", p("StringEquals", "home/"), prefix("home/"), true],
  ["StringEquals: case matters", p("StringEquals", "home/"), prefix("Home/"), false],
  ["StringEquals: any of several values", p("StringEquals", "a", "b"), prefix("b"), true],
  ["StringEquals: none of several values", p("StringEquals", "a", "b"), prefix("c"), false],
  ["StringEquals: an empty text is a text", p("StringEquals", "", "home/"), prefix(""), true],
  ["StringEquals: a star is a star", p("StringEquals", "a*"), prefix("ab"), false],
  ["StringEquals: a star equals a star", p("StringEquals", "a*"), prefix("a*"), true],
  ["StringEquals: absent", p("StringEquals", "a"), NOBODY, false],
  ["StringNotEquals: another text", p("StringNotEquals", "a"), prefix("b"), true],
  ["StringNotEquals: the same text", p("StringNotEquals", "a"), prefix("a"), false],
  ["StringNotEquals: several values are NOR", p("StringNotEquals", "a", "b"), prefix("b"), false],
  ["StringNotEquals: none of several", p("StringNotEquals", "a", "b"), prefix("c"), true],
  ["StringNotEquals: absent", p("StringNotEquals", "a"), NOBODY, true],
  ["StringEqualsIgnoreCase: another case", p("StringEqualsIgnoreCase", "HOME/"), prefix("home/"), true],
  ["StringEqualsIgnoreCase: another text", p("StringEqualsIgnoreCase", "HOME"), prefix("home/"), false],
  ["StringNotEqualsIgnoreCase: another case", p("StringNotEqualsIgnoreCase", "A"), prefix("a"), false],
  ["StringNotEqualsIgnoreCase: another text", p("StringNotEqualsIgnoreCase", "A"), prefix("b"), true],
  ["StringLike: a star takes slashes too", p("StringLike", "home/*"), prefix("home/a/b"), true],
  ["StringLike: a star takes nothing too", p("StringLike", "home/*"), prefix("home/"), true],
  ["StringLike: a question mark takes one", p("StringLike", "home/?"), prefix("home/a"), true],
  ["StringLike: and not none", p("StringLike", "home/?"), prefix("home/"), false],
  ["StringLike: case matters", p("StringLike", "home/*"), prefix("HOME/a"), false],
  ["StringLike: wildcards of the request are text", p("StringLike", "home/a"), prefix("home/*"), false],
  ["StringNotLike: like it", p("StringNotLike", "home/*"), prefix("home/a"), false],
  ["StringNotLike: not like it", p("StringNotLike", "home/*"), prefix("work/a"), true],
  ["StringNotLike: absent", p("StringNotLike", "home/*"), NOBODY, true],
  ["StringEqualsIfExists: absent", p("StringEqualsIfExists", "a"), NOBODY, true],
  ["StringEqualsIfExists: there, and the same", p("StringEqualsIfExists", "a"), prefix("a"), true],
  ["StringEqualsIfExists: there, and another", p("StringEqualsIfExists", "a"), prefix("b"), false],
  ["StringNotLikeIfExists: absent", p("StringNotLikeIfExists", "a*"), NOBODY, true],
  ["key names ignore case", { StringEquals: { "S3:PREFIX": "a" } }, prefix("a"), true],
  ["a number means its text", p("StringEquals", 7), prefix("7"), true],
  ["a truth value means its text", p("StringEquals", true), prefix("true"), true],
];

const NUMBERS: readonly Case[] = [
  ["NumericEquals: however it is written", p("NumericEquals", "10"), prefix("10.0"), true],
  ["NumericEquals: another", p("NumericEquals", 10), prefix("11"), false],
  ["NumericEquals: a sign", p("NumericEquals", -1), prefix("-1"), true],
  ["NumericNotEquals: another", p("NumericNotEquals", 10), prefix("11"), true],
  ["NumericNotEquals: the same", p("NumericNotEquals", 10, 11), prefix("11"), false],
  ["NumericNotEquals: absent", p("NumericNotEquals", 10), NOBODY, true],
  ["NumericLessThan: less, and not as text", p("NumericLessThan", 10), prefix("9"), true],
  ["NumericLessThan: as much", p("NumericLessThan", 10), prefix("10"), false],
  ["NumericLessThanEquals: as much", p("NumericLessThanEquals", 10), prefix("10"), true],
  ["NumericLessThanEquals: more", p("NumericLessThanEquals", 10), prefix("10.5"), false],
  ["NumericGreaterThan: more", p("NumericGreaterThan", 10), prefix("10.5"), true],
  ["NumericGreaterThan: as much", p("NumericGreaterThan", 10), prefix("10"), false],
  ["NumericGreaterThanEquals: as much", p("NumericGreaterThanEquals", 10), prefix("10"), true],
  ["NumericGreaterThanEquals: less", p("NumericGreaterThanEquals", 10), prefix("9"), false],
  ["NumericLessThanIfExists: absent", p("NumericLessThanIfExists", 10), NOBODY, true],
  ["Numeric: of several any", p("NumericGreaterThan", 10, 5), prefix("7"), true],
  ["Numeric: no number", p("NumericLessThan", 10), prefix("ten"), "unknown"],
  ["Numeric: an empty text", p("NumericNotEquals", 10), prefix(""), "unknown"],
  ["Numeric: hexadecimal is none", p("NumericEquals", 16), prefix("0x10"), "unknown"],
  ["Numeric: more digits than can be told", p("NumericEquals", 1), prefix("1".repeat(16)), "unknown"],
  ["NumericLessThan: a claim that is a number", c("NumericLessThan", 10), claim(9), true],
  ["a claim that JSON may have rounded", c("StringEquals", "9007199254740992"), claim(2 ** 53), "unknown"],
];

const now = (operator: string, ...values: readonly (string | number)[]): WhenDocument => ({
  [operator]: { "aws:CurrentTime": values },
});
const epoch = (operator: string, ...values: readonly (string | number)[]): WhenDocument => ({
  [operator]: { "aws:EpochTime": values },
});
/** It is 2026-01-15T12:00:00Z. */
const DATES: readonly Case[] = [
  ["DateEquals: this second", now("DateEquals", "2026-01-15T12:00:00Z"), NOBODY, true],
  ["DateEquals: another zone", now("DateEquals", "2026-01-15T13:00:00+01:00"), NOBODY, true],
  ["DateNotEquals: this second", now("DateNotEquals", "2026-01-15T12:00:00Z"), NOBODY, false],
  ["DateNotEquals: another", now("DateNotEquals", "2026-01-15T12:00:01Z"), NOBODY, true],
  ["DateLessThan: before", now("DateLessThan", "2026-01-15T12:00:01Z"), NOBODY, true],
  ["DateLessThan: then", now("DateLessThan", "2026-01-15T12:00:00Z"), NOBODY, false],
  ["DateLessThanEquals: then", now("DateLessThanEquals", "2026-01-15T12:00:00Z"), NOBODY, true],
  ["DateGreaterThan: after a day", now("DateGreaterThan", "2026-01-15"), NOBODY, true],
  ["DateGreaterThan: after a month", now("DateGreaterThan", "2026-02"), NOBODY, false],
  ["DateGreaterThan: after a year", now("DateGreaterThan", "2027"), NOBODY, false],
  ["DateLessThan: before a year", now("DateLessThan", "2026"), NOBODY, false],
  ["DateGreaterThanEquals: then", now("DateGreaterThanEquals", "2026-01-15T12:00:00.000Z"), NOBODY, true],
  ["Date: epoch seconds as text", now("DateLessThan", "1768478401"), NOBODY, true],
  ["Date: epoch seconds as a number", now("DateLessThan", 1768478400), NOBODY, false],
  ["aws:EpochTime with a Date operator", epoch("DateEquals", "2026-01-15T12:00:00Z"), NOBODY, true],
  ["aws:EpochTime with a Numeric operator", epoch("NumericGreaterThan", 1768478399), NOBODY, true],
  ["Date: a claim in seconds", c("DateGreaterThan", "2026-01-01"), claim(1768478400), true],
  ["Date: no date", c("DateGreaterThan", "2026-01-01"), claim("yesterday"), "unknown"],
  ["Date: a day that is none", c("DateGreaterThan", "2026-01-01"), claim("2026-02-30"), "unknown"],
  ["Date: a time without its zone", c("DateLessThan", "2027"), claim("2026-01-01T00:00:00"), "unknown"],
  ["DateLessThan: absent", c("DateLessThan", "2026-01-01"), NOBODY, false],
];

const BOOLS: readonly Case[] = [
  ["Bool: true", c("Bool", true), claim(true), true],
  ["Bool: false", c("Bool", "true"), claim(false), false],
  ["Bool: a text, and case does not matter", c("Bool", "true"), claim("True"), true],
  ["Bool: absent", c("Bool", "false"), NOBODY, false],
  ["BoolIfExists: absent", c("BoolIfExists", "false"), NOBODY, true],
  ["BoolIfExists: there", c("BoolIfExists", "false"), claim(true), false],
  ["Bool: neither", c("Bool", "false"), claim("no"), "unknown"],
];

const ADDRESSES: readonly Case[] = [
  ["IpAddress: in a range", from("IpAddress", "10.0.0.0/8"), ip("10.1.2.3"), true],
  ["IpAddress: beside it", from("IpAddress", "10.0.0.0/8"), ip("11.1.2.3"), false],
  ["IpAddress: a single address", from("IpAddress", "10.1.2.3"), ip("10.1.2.3"), true],
  ["IpAddress: any of several", from("IpAddress", "10.0.0.0/8", "192.0.2.0/24"), ip("192.0.2.9"), true],
  ["IpAddress: IPv6", from("IpAddress", "2001:db8::/32"), ip("2001:DB8:1::1"), true],
  ["IpAddress: IPv6 beside it", from("IpAddress", "2001:db8::/33"), ip("2001:db8:8000::1"), false],
  ["IpAddress: families do not meet", from("IpAddress", "::/0"), ip("10.0.0.1"), false],
  ["IpAddress: no text compare", from("IpAddress", "10.0.0.1"), ip("10.0.0.10"), false],
  ["NotIpAddress: in a range", from("NotIpAddress", "10.0.0.0/8"), ip("10.1.2.3"), false],
  ["NotIpAddress: beside it", from("NotIpAddress", "10.0.0.0/8"), ip("11.1.2.3"), true],
  ["NotIpAddress: none of several", from("NotIpAddress", "10.0.0.0/8", "::/0"), ip("::1"), false],
  ["IpAddress: on a unix socket", from("IpAddress", "0.0.0.0/0"), ip(undefined), "unknown"],
  ["NotIpAddress: on a unix socket", from("NotIpAddress", "10.0.0.0/8"), ip(undefined), "unknown"],
  ["IpAddressIfExists: on a unix socket", from("IpAddressIfExists", "::/0"), ip(undefined), "unknown"],
  ["Null: on a unix socket", from("Null", "true"), ip(undefined), "unknown"],
  ["IpAddress: no address", c("IpAddress", "0.0.0.0/0"), claim("localhost"), "unknown"],
];

const ARN = "arn:aws:s3:::reports/2026/q3.txt";
const ARNS: readonly Case[] = [
  ["ArnEquals: the same", c("ArnEquals", ARN), claim(ARN), true],
  ["ArnEquals: wildcards count", c("ArnEquals", "arn:aws:s3:::reports/*"), claim(ARN), true],
  ["ArnLike: wildcards count", c("ArnLike", "arn:aws:s3:::reports/*/q?.txt"), claim(ARN), true],
  ["ArnLike: another", c("ArnLike", "arn:aws:s3:::home/*"), claim(ARN), false],
  ["ArnLike: an empty part fits a star", c("ArnLike", "arn:aws:s3:*:*:reports/*"), claim(ARN), true],
  [
    "ArnLike: no star reaches over a colon",
    c("ArnLike", "arn:aws:s*:::reports/*"),
    claim("arn:aws:sns:eu-west-1:1:reports/x"),
    false,
  ],
  [
    "ArnLike: but for those of the resource",
    c("ArnLike", "arn:aws:sns:*:*:a*"),
    claim("arn:aws:sns:eu-west-1:1:a:b"),
    true,
  ],
  [
    "ArnLike: a colon of the resource",
    c("ArnLike", "arn:aws:sns:*:*:a:?"),
    claim("arn:aws:sns::1:a:b"),
    true,
  ],
  ["ArnNotEquals: another", c("ArnNotEquals", "arn:aws:s3:::home"), claim(ARN), true],
  ["ArnNotLike: like it", c("ArnNotLike", "arn:aws:s3:::reports/*"), claim(ARN), false],
  ["ArnLike: no ARN", c("ArnLike", "arn:*:*:*:*:*"), claim("reports"), "unknown"],
  ["ArnLike: absent", c("ArnLike", ARN), NOBODY, false],
];

const NULLS: readonly Case[] = [
  ["Null true: absent", p("Null", true), NOBODY, true],
  ["Null true: there", p("Null", "true"), prefix("a"), false],
  ["Null false: absent", p("Null", false), NOBODY, false],
  ["Null false: there", p("Null", "false"), prefix("a"), true],
  ["Null false: several", l("Null", "false"), keysOf("a", "b"), true],
  ["Null false: a claim that is an empty list", c("Null", "false"), claim([]), false],
  ["Null: an empty text, which IAM calls null and uses", p("Null", "false"), prefix(""), "unknown"],
];

const SETS: readonly Case[] = [
  ["ForAllValues: all of them", l("ForAllValues:StringEquals", "a", "b"), keysOf("a", "b"), true],
  ["ForAllValues: one is another", l("ForAllValues:StringEquals", "a", "b"), keysOf("a", "c"), false],
  ["ForAllValues: absent", l("ForAllValues:StringEquals", "a"), NOBODY, true],
  ["ForAllValues: an empty text", l("ForAllValues:StringEquals", "a"), keysOf(""), "unknown"],
  ["ForAllValues: an empty text that fits", l("ForAllValues:StringLike", "*"), keysOf(""), true],
  ["ForAllValues: like", l("ForAllValues:StringLike", "a*"), keysOf("a", "ab"), true],
  ["ForAllValues negated: none of them", l("ForAllValues:StringNotEquals", "a"), keysOf("b", "c"), true],
  ["ForAllValues negated: one of them", l("ForAllValues:StringNotEquals", "a"), keysOf("b", "a"), false],
  ["ForAllValues negated: absent", l("ForAllValues:StringNotEquals", "a"), NOBODY, true],
  ["ForAnyValue: one of them", l("ForAnyValue:StringEquals", "a", "b"), keysOf("c", "a"), true],
  ["ForAnyValue: none of them", l("ForAnyValue:StringEquals", "a", "b"), keysOf("c", "d"), false],
  ["ForAnyValue: absent", l("ForAnyValue:StringEquals", "a"), NOBODY, false],
  ["ForAnyValue negated: one is another", l("ForAnyValue:StringNotEquals", "a"), keysOf("a", "b"), true],
  ["ForAnyValue negated: all are it", l("ForAnyValue:StringNotEquals", "a"), keysOf("a", "a"), false],
  ["ForAnyValue negated: absent", l("ForAnyValue:StringNotEquals", "a"), NOBODY, false],
  ["ForAnyValue IfExists: absent", l("ForAnyValue:StringEqualsIfExists", "a"), NOBODY, true],
  ["ForAllValues: a single value", p("ForAllValues:StringLike", "home/*"), prefix("home/a"), true],
  ["ForAnyValue: numbers", l("ForAnyValue:NumericLessThan", 3), keysOf("7", "2"), true],
  ["ForAnyValue: a number beside what is none", l("ForAnyValue:NumericEquals", 3), keysOf("x", "3"), true],
  [
    "ForAllValues: a number beside what is none",
    l("ForAllValues:NumericEquals", 3),
    keysOf("x", "3"),
    "unknown",
  ],
  ["ForAllValues: another beside what is none", l("ForAllValues:NumericEquals", 3), keysOf("x", "4"), false],
  ["several values without a set operator", l("StringEquals", "a"), keysOf("a", "a"), "unknown"],
  ["a list in a claim", c("ForAnyValue:StringEquals", "admins"), claim(["staff", "admins"]), true],
  ["a list in a claim, of another kind", c("ForAnyValue:StringEquals", "x"), claim(["y"]), false],
  ["a list of one in a claim", c("StringEquals", "x"), claim(["x"]), true],
];

const CLAIMS: readonly Case[] = [
  ["a claim: the same", c("StringEquals", "x"), claim("x"), true],
  ["a claim: absent", c("StringEquals", "x"), NOBODY, false],
  ["a claim that is not: absent", c("StringNotEquals", "x"), NOBODY, "unknown"],
  ["a claim that is not like: absent", c("StringNotLike", "x*"), NOBODY, "unknown"],
  ["a claim that is no number: absent", c("NumericNotEquals", 3), NOBODY, "unknown"],
  ["a claim that none is: absent", c("ForAllValues:StringNotEquals", "x"), NOBODY, "unknown"],
  ["a claim that one is not: absent", c("ForAnyValue:StringNotEquals", "x"), NOBODY, "unknown"],
  ["a claim that is not: there", c("StringNotEquals", "x"), claim("y"), true],
  ["a claim: an empty text", c("StringNotEquals", "x"), claim(""), true],
  ["a claim: an object", c("StringNotEquals", "x"), claim({ a: 1 }), "unknown"],
  ["a claim: an object in a list", c("ForAnyValue:StringEquals", "x"), claim(["x", {}]), "unknown"],
  ["a claim: null", c("Null", "true"), claim(null), "unknown"],
  ["a claim: null is no text", c("StringNotEquals", "x"), claim(null), "unknown"],
  ["names of claims keep their case", { StringEquals: { "claim:C": "x" } }, claim("x"), false],
  ["a claim that every object has", { Null: { "claim:constructor": "true" } }, NOBODY, true],
  [
    "a claim with a colon",
    { StringEquals: { "claim:custom:t": "a" } },
    { claims: { "custom:t": "a" } },
    true,
  ],
];

const MINE: Readonly<Record<string, unknown>> = { t: "acme" };
const VARIABLES: readonly Case[] = [
  [
    "a claim in a value",
    p("StringEquals", "home/${claim:t}/"),
    { claims: MINE, ...prefix("home/acme/") },
    true,
  ],
  [
    "a claim in a value: another's",
    p("StringEquals", "${claim:t}"),
    { claims: MINE, ...prefix("other") },
    false,
  ],
  ["a claim beside a wildcard", p("StringLike", "${claim:t}/*"), { claims: MINE, ...prefix("acme/1") }, true],
  [
    "a claim in two cases",
    p("StringEqualsIgnoreCase", "${claim:t}"),
    { claims: MINE, ...prefix("ACME") },
    true,
  ],
  ["a claim that is absent", p("StringLike", "${claim:t}*"), prefix("acme"), "unknown"],
  [
    "a claim that is a star",
    p("StringLike", "${claim:t}"),
    { claims: { t: "*" }, ...prefix("x") },
    "unknown",
  ],
  [
    "not a claim that is a star",
    p("StringNotLike", "${claim:t}"),
    { claims: { t: "*" }, ...prefix("x") },
    "unknown",
  ],
  [
    "a claim with a slash",
    p("StringEquals", "${claim:t}"),
    { claims: { t: "a/b" }, ...prefix("a/b") },
    "unknown",
  ],
  ["a path", p("StringEquals", "${claim:dir:path}"), { claims: { dir: "a/b" }, ...prefix("a/b") }, true],
  [
    "a claim that is a list",
    p("StringEquals", "${claim:t}"),
    { claims: { t: ["a"] }, ...prefix("a") },
    "unknown",
  ],
  ["a claim beside a value that fits", p("StringEquals", "${claim:t}", "a"), prefix("a"), true],
  ["not, a claim beside a value that fits", p("StringNotEquals", "${claim:t}", "a"), prefix("a"), false],
  ["a claim beside a value that does not fit", p("StringEquals", "${claim:t}", "a"), prefix("b"), "unknown"],
  ["a claim, and the key absent", p("StringEquals", "${claim:t}"), NOBODY, "unknown"],
  [
    "each leading key is the caller's",
    l("ForAllValues:StringEquals", "${claim:t}"),
    { claims: MINE, ...keysOf("acme", "acme") },
    true,
  ],
  [
    "a leading key is another's",
    l("ForAllValues:StringEquals", "${claim:t}"),
    { claims: MINE, ...keysOf("acme", "other") },
    false,
  ],
  [
    "a claim in an ARN stays within its part",
    c("ArnLike", "arn:aws:s3:::${claim:t}"),
    { claims: { t: "a:b", c: "arn:aws:s3:::a:b" } },
    true,
  ],
  [
    "a claim in an ARN moves no part",
    c("ArnLike", "arn:aws:${claim:t}:*:*:*"),
    { claims: { t: "s3:x", c: "arn:aws:s3:x:y:z" } },
    false,
  ],
];

const TOGETHER: readonly Case[] = [
  ["two operators: both", { ...p("StringLike", "a*"), ...p("StringNotLike", "ab*") }, prefix("ac"), true],
  [
    "two operators: one of them",
    { ...p("StringLike", "a*"), ...p("StringNotLike", "ab*") },
    prefix("ab"),
    false,
  ],
  [
    "two keys: both",
    { StringEquals: { "s3:prefix": "a", "s3:delimiter": "/" } },
    { keys: { "s3:prefix": ["a"], "s3:delimiter": ["/"] } },
    true,
  ],
  [
    "two keys: one of them",
    { StringEquals: { "s3:prefix": "a", "s3:delimiter": "/" } },
    { keys: { "s3:prefix": ["a"], "s3:delimiter": ["-"] } },
    false,
  ],
  [
    "unknown and true",
    { ...from("IpAddress", "::/0"), ...p("StringEquals", "a") },
    { ip: undefined, ...prefix("a") },
    "unknown",
  ],
  [
    "unknown and false",
    { ...from("IpAddress", "::/0"), ...p("StringEquals", "a") },
    { ip: undefined, ...prefix("b") },
    false,
  ],
  [
    "a request key that is unknown",
    p("StringNotEquals", "a"),
    { keys: { "s3:prefix": "unknown" } },
    "unknown",
  ],
  ["IfExists: unknown", p("StringEqualsIfExists", "a"), { keys: { "s3:prefix": "unknown" } }, "unknown"],
  ["Null: unknown", p("Null", "false"), { keys: { "s3:prefix": "unknown" } }, "unknown"],
  [
    "ForAllValues: unknown",
    p("ForAllValues:StringLike", "*"),
    { keys: { "s3:prefix": "unknown" } },
    "unknown",
  ],
  [
    "ForAllValues with its guard: absent",
    { ...l("ForAllValues:StringEquals", "a"), ...l("Null", "false") },
    NOBODY,
    false,
  ],
  ["aws:RequestedRegion", { StringEquals: { "aws:RequestedRegion": "us-east-1" } }, NOBODY, true],
  ["aws:RequestedRegion: another", { StringLike: { "aws:RequestedRegion": "eu-*" } }, NOBODY, false],
  [
    "the tag of an object, whatever its case",
    { StringEquals: { "s3:RequestObjectTag/Team": "a" } },
    { keys: { "s3:requestobjecttag/team": ["a"] } },
    true,
  ],
];

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  STRINGS,
  NUMBERS,
  DATES,
  BOOLS,
  ADDRESSES,
  ARNS,
  NULLS,
  SETS,
  CLAIMS,
  VARIABLES,
  TOGETHER,
};

function asked(world: World) {
  const { claims = {}, keys, ip = "ip" in world ? undefined : "127.0.0.1" } = world;
  const read: RequestKeys | undefined = keys && new Map(Object.entries(keys));
  const requirement = { action: "s3:ListBucket", resource: "arn:aws:s3:::b", ...(read && { keys: read }) };
  return {
    caller: aCaller(claims),
    requirement,
    operation: anOperation([requirement]),
    context: aContext({ sourceIp: ip }),
  };
}

describe.each(Object.entries(GROUPS))("IAM's conditions: %s", (_group, cases) => {
  it.each(cases)("%s", (_name, when, world, answer) => {
    const question = asked(world);
    const [allow, deny] = [compileWhen(when, "allow"), compileWhen(when, "deny")];
    expect(holds(allow, question), "in an allow").toBe(answer === true);
    expect(holds(deny, question), "in a deny").toBe(answer !== false);
    expect(allow.against(question) === undefined).toBe(answer === true);
    expect(deny.against(question) === undefined).toBe(answer !== false);
  });

  it.each(cases)("can be written: %s", (_name, when) => {
    const written = { name: "a", deny: ["*"], when };
    expect(whenProblems(written)).toEqual([]);
    const guards = whenProblems(anAllow("a", { when })).map(({ message }) => message);
    expect(guards.filter((message) => !message.includes("in an allow write Null"))).toEqual([]);
  });
});

it("there are more than ninety cases, each with a name of its own", () => {
  const names = Object.values(GROUPS).flatMap((cases) => cases.map(([name]) => name));
  expect(names.length).toBeGreaterThan(90);
  expect(new Set(names).size).toBe(names.length);
});
