import { describe, expect, it } from "vitest";
import { bodyMembers } from "../../../src/aws/api/members.ts";
import { requirementsOf } from "../../../src/aws/api/resources.ts";
import { parseTemplate, templateProblem } from "../../../src/aws/api/template.ts";
import { anUpstream, codeOf } from "../../support/asking.ts";

const upstream = anUpstream({ service: "shop" });
const HEAD = "arn:aws:shop:us-east-1:123456789012:";
const OWN = "arn:{partition}:shop:{region}:{account}:";
const UNKNOWN = { action: "shop:Do", resource: "*", unknownResource: true };

const asks = (resources: readonly string[] | undefined, body: object) =>
  requirementsOf(
    { action: "shop:Do", ...(resources && { resources }) },
    bodyMembers(body as Readonly<Record<string, unknown>>),
    upstream,
  );
const refusal = (resource: string, body: object) => codeOf(() => asks([resource], body));
/** What a name of a kind comes to, and what it counts as besides for denies. */
const named = (template: string, body: object) =>
  asks([OWN + template], body).flatMap(({ resource, within = [], unknownResource }) =>
    unknownResource === true ? ["unknown"] : [resource, ...within].map((arn) => arn.slice(HEAD.length)),
  );

describe("S3.6 what a template names", () => {
  it("is nobody knows what where the table says nothing, or the request does not", () => {
    expect(asks(undefined, { Name: "a" })).toEqual([UNKNOWN]);
    expect(asks([`${OWN}{Name}`], {})).toEqual([UNKNOWN]);
    expect(asks([`${OWN}{Entries[].Name}`], { Entries: [] })).toEqual([UNKNOWN]);
  });

  it("is nothing where IAM knows no resource", () => {
    expect(asks([], {})).toEqual([{ action: "shop:Do", resource: "*" }]);
  });

  it("is each of those whose members are there, once", () => {
    const both = [`${OWN}a/{A}`, `${OWN}b/{B}`, `${OWN}a/{C}`];
    const resources = asks(both, { A: "x", C: "x", D: "y" }).map(({ resource }) => resource);
    expect(resources).toEqual([`${HEAD}a/x`]);
    expect(asks(both, { A: "x", B: "x" })).toHaveLength(2);
  });

  it("is one thing for each entry of a list, with a default where an entry does not say", () => {
    const entries = [`${OWN}bus/{Entries[].Bus.Name=default}`];
    const body = {
      Entries: [{ Bus: { Name: "a" } }, {}, { Bus: {} }, { Bus: { Name: null } }, { Bus: { Name: "a" } }],
    };
    expect(asks(entries, body).map(({ resource }) => resource)).toEqual([
      `${HEAD}bus/a`,
      `${HEAD}bus/default`,
    ]);
    expect(named("{Names[]}", { Names: ["a", "b"] })).toEqual(["a", "b"]);
  });

  it.each([
    ["an entry that does not say", "{Entries[].Bus}", { Entries: [{ Bus: "a" }, {}] }],
    ["an entry that is none", "{Entries[].Bus}", { Entries: ["a"] }],
    ["no list", "{Names[]}", { Names: "a" }],
    ["a structure for a list", "{Names[]}", { Names: { 1: "a" } }],
    ["another case within", "{Entries[].Bus=default}", { Entries: [{ bus: "a" }] }],
    ["too many", "{Names[]}", { Names: Array.from({ length: 201 }, (_, i) => `n${i}`) }],
    ["very many of one name", "{Names[]}", { Names: Array.from({ length: 600_000 }, () => "n") }],
    ["a name without end", "{Name|text}", { Name: "n".repeat(3_000) }],
    ["a star", "{Name}", { Name: "a*" }],
    ["a question mark", "{Name}", { Name: "a?" }],
    ["a colon", "{Name}", { Name: "a:b" }],
    ["a slash", "{Name}", { Name: "a/b" }],
    ["a space", "{Name}", { Name: "a b" }],
    ["a line end", "{Name}", { Name: "a\n" }],
    ["a letter of another alphabet", "{Name}", { Name: "ä" }],
    ["a star in a path", "{Name|path}", { Name: "/a/*" }],
    ["a colon in text", "{Name|text}", { Name: "a:b" }],
    ["a star in text", "{Name|text}", { Name: "a*b" }],
  ])("is refused with %s", (_name, template, body) => {
    expect(refusal(OWN + template, body)).toBe("body-malformed");
  });

  it("is a fault of ours where an account is needed and there is none", () => {
    const operation = { action: "shop:Do", resources: [`${OWN}{Name}`] };
    const without = { ...upstream, account: undefined };
    expect(codeOf(() => requirementsOf(operation, bodyMembers({ Name: "a" }), without))).toBe("internal");
  });
});

const reaching = (resources: readonly string[], mayReach: readonly string[], body: object) =>
  requirementsOf(
    { action: "shop:Do", resources, mayReach },
    bodyMembers(body as Readonly<Record<string, unknown>>),
    upstream,
  );

describe("S3.6 what a request may reach", () => {
  it("is said with each thing that it touches", () => {
    const all = reaching([`${OWN}a/{A}`, `${OWN}b/{A}`], [`${OWN}a/{A}/*`], { A: "x" });
    expect(all).toEqual([
      { action: "shop:Do", resource: `${HEAD}a/x`, mayReach: [`${HEAD}a/x/*`] },
      { action: "shop:Do", resource: `${HEAD}b/x`, mayReach: [`${HEAD}a/x/*`] },
    ]);
  });

  it("is said where IAM knows no resource, and not where its members are not there", () => {
    expect(reaching([], [`${OWN}a/*`], {})).toEqual([
      { action: "shop:Do", resource: "*", mayReach: [`${HEAD}a/*`] },
    ]);
    expect(reaching([], [`${OWN}a/{A}/*`], {})).toEqual([{ action: "shop:Do", resource: "*" }]);
  });

  it("is everything where nobody can tell it", () => {
    expect(reaching([`${OWN}a/{A}`], [`${OWN}key/{K|key}`], { A: "x", K: "alias/app" })).toEqual([UNKNOWN]);
  });
});

describe("S3.6 an ARN", () => {
  it.each([
    [`${HEAD}shelf/a1`, [`${HEAD}shelf`]],
    [`${HEAD}too slow`, []],
    [`${HEAD}stream/a/c:1`, [`${HEAD}stream`, `${HEAD}stream/a`, `${HEAD}stream/a/c`]],
    [`${HEAD}machine:a:PROD`, [`${HEAD}machine`, `${HEAD}machine:a`]],
  ])("of its own, %s, is itself and a part of %s", (arn, within) => {
    expect(asks(["{Arn}"], { Arn: arn })).toEqual([
      { action: "shop:Do", resource: arn, ...(within.length > 0 && { within }) },
    ]);
  });

  it("in place of a name is what the name would be", () => {
    expect(named("shelf/{Name|path}", { Name: `${HEAD}shelf/a/b` })).toEqual(["shelf/a/b"]);
  });

  it.each([
    ["of another partition", "{Arn}", "arn:aws-cn:shop:us-east-1:123456789012:a"],
    ["of another region", "{Arn}", "arn:aws:shop:us-east-2:123456789012:a"],
    ["of another account", "{Arn}", "arn:aws:shop:us-east-1:999999999999:a"],
    ["of nothing", "{Arn}", HEAD],
    ["that is none", "{Arn}", "a1"],
    ["of another service", "{Arn}", HEAD.replace("shop", "shed") + "a"],
    ["without a region", "{Arn}", "arn:aws:shop::123456789012:a"],
    ["without an account", "{Arn}", "arn:aws:shop:us-east-1::a"],
    ["with a space at its end", "{Arn}", `${HEAD}a `],
    ["with a space before a name", "{Arn}", `${HEAD}shelf/ a`],
    ["with a slash at its end", "{Arn}", `${HEAD}shelf/a/`],
    ["with two slashes", "{Arn}", `${HEAD}shelf//a`],
    ["with a colon at its end", "{Arn}", `${HEAD}machine:a:`],
    ["with a star", "{Arn}", `${HEAD}*`],
    ["with a question mark", "{Arn}", `${HEAD}a?`],
    ["with a line end", "{Arn}", `${HEAD}a\n`],
    ["of another thing than the name's", `${OWN}shelf/{Arn}`, `${HEAD}room/a`],
    ["of another service than the name's", `${OWN}shelf/{Arn}`, HEAD.replace("shop", "shed")],
    [
      "of another account than the name's",
      `${OWN}shelf/{Arn}`,
      "arn:aws:shop:us-east-1:999999999999:shelf/a",
    ],
    ["without a region where the name has one", `${OWN}shelf/{Arn}`, "arn:aws:shop::123456789012:shelf/a"],
  ])("%s is refused", (_name, template, arn) => {
    expect(refusal(template, { Arn: arn })).toBe("target-ambiguous");
  });

  it("in place of a name must hold a name", () => {
    expect(refusal(`${OWN}shelf/{Arn}`, { Arn: `${HEAD}shelf/a/b` })).toBe("body-malformed");
  });
});

const read = (query: Readonly<Record<string, readonly string[]>>) => {
  const members = { ...bodyMembers({}), query: new Map(Object.entries(query)) };
  return requirementsOf({ action: "shop:Do", resources: [`${OWN}{?Name}`] }, members, upstream);
};

describe("S3.6 a member of the query", () => {
  it("is told once, in its own case", () => {
    expect(read({ Name: ["a"], Other: ["b"] })).toEqual([{ action: "shop:Do", resource: `${HEAD}a` }]);
    expect(codeOf(() => read({ Name: ["a", "a"] }))).toBe("target-ambiguous");
    expect(codeOf(() => read({ Name: ["a"], name: ["b"] }))).toBe("target-ambiguous");
    expect(codeOf(() => read({ NAME: ["b"] }))).toBe("target-ambiguous");
  });
});

describe("S3.6 a name of a kind", () => {
  const url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders.fifo";
  it.each([
    ["{U|queue}", { U: url }, ["orders.fifo"]],
    ["{U|queue}", { U: "http://127.0.0.1:4480/123456789012/orders" }, ["orders"]],
    ["function:{F|function(Q)}", { F: "f" }, ["function:f"]],
    ["function:{F|function(Q)}", { F: "f", Q: "$LATEST" }, ["function:f:$LATEST", "function:f"]],
    ["function:{F|function(Q)}", { F: "f:PROD" }, ["function:f:PROD", "function:f"]],
    ["function:{F|function(Q)}", { F: "f:PROD", Q: "PROD" }, ["function:f:PROD", "function:f"]],
    ["function:{F|function(Q)}", { F: "123456789012:function:f:1" }, ["function:f:1", "function:f"]],
    ["function:{F|function(Q)}", { F: `${HEAD}function:f:1` }, ["function:f:1", "function:f"]],
    ["function:{F|function(Q)}", { F: "123456789012:f" }, ["function:f"]],
    ["function:{F|function(Q)}", { F: "123456789012:f:1" }, ["function:f:1", "function:f"]],
    ["function:{F|function(Q)}", { F: "function:f" }, ["function:f"]],
    ["function:{F|function(Q)}", { F: "us-east-1:f" }, ["function:f"]],
    ["function:{F|function(Q)}", { F: "us-east-1:123456789012:function:f" }, ["function:f"]],
    ["function:{F|function(Q)}", { F: "123456789012" }, ["function:123456789012"]],
    [
      "function:{F|function(Q)}",
      { F: `${HEAD}function:function:f` },
      ["function:function:f", "function:function"],
    ],
    ["secret:{S|secret}", { S: "prod/db" }, ["secret:prod/db-??????"]],
    ["secret:{S|secret}", { S: "db-abcdef" }, ["secret:db-abcdef-??????", "secret:db-abcdef"]],
    ["secret:{S|secret}", { S: `${HEAD}secret:db-AbCdEf` }, ["secret:db-AbCdEf", "secret:db-AbCdEf-??????"]],
    ["secret:{S|secret}", { S: "db-AbCdEf" }, ["secret:db-AbCdEf-??????", "secret:db-AbCdEf"]],
    ["secret:{S|secret}", { S: `${HEAD}secret:db` }, ["secret:db-??????"]],
    ["parameter{P|parameter}", { P: "/a/b" }, ["parameter/a/b"]],
    ["parameter{P|parameter}", { P: "a" }, ["parameter/a"]],
    ["parameter{P|parameter}", { P: "/a/b:3" }, ["parameter/a/b"]],
    ["parameter{P|parameter}", { P: "/a/" }, ["parameter/a/", "parameter/a"]],
    ["parameter{P|parameter}", { P: `${HEAD}parameter/a` }, ["parameter/a"]],
    ["key/{K|key}", { K: "1234-ab" }, ["key/1234-ab"]],
    ["key/{K|key}", { K: `${HEAD}key/1234-ab` }, ["key/1234-ab"]],
    ["key/{K|key}", { K: "alias/app" }, ["unknown"]],
    ["key/{K|key}", { K: `${HEAD}alias/app` }, ["unknown"]],
    ["event-bus/{B|bus}", { B: "aws.partner/x" }, ["event-bus/aws.partner/x"]],
    ["identity/{I|identity}", { I: "a@example.com" }, ["identity/a@example.com"]],
    ["identity/{I|identity}", { I: "EXAMPLE.com" }, ["identity/EXAMPLE.com", "identity/example.com"]],
    ["{T|topic}", { T: "a/b" }, ["topic/a/b"]],
    [
      "{T|topic}",
      { T: "$aws/things/door/shadow/name/secret/update" },
      ["topic/$aws/things/door/shadow/name/secret/update", "thing/door", "thing/door/secret"],
    ],
    ["{T|topic}", { T: "$aws/things/door/shadow" }, ["topic/$aws/things/door/shadow", "thing/door"]],
    ["rule/{R|rule(B)}", { R: "r" }, ["rule/r"]],
    ["rule/{R|rule(B)}", { R: "r", B: "default" }, ["rule/r"]],
    ["rule/{R|rule(B)}", { R: "r", B: "own" }, ["rule/own/r"]],
    ["rule/{R|rule(B)}", { R: "r", B: `${HEAD}event-bus/aws.partner/x` }, ["rule/aws.partner/x/r"]],
    ["layer:{L}:{V}", { L: "base", V: "1" }, ["layer:base:1", "layer:base"]],
    ["thing/{T}/{S}", { T: "door", S: "day" }, ["thing/door/day", "thing/door"]],
    ["{E|execution}", { E: `${HEAD}execution:pay:x` }, ["execution:pay:x", "stateMachine:pay"]],
    ["{E|execution}", { E: `${HEAD}express:pay:x:1` }, ["express:pay:x:1", "stateMachine:pay"]],
    ["{E|execution}", { E: `${HEAD}mapRun:pay/l:1` }, ["mapRun:pay/l:1", "stateMachine:pay"]],
    ["machine:{M|unqualified}", { M: `${HEAD}machine:m:PROD` }, ["machine:m"]],
    ["topic/{T|text}", { T: "$aws/a b=%2F[1]" }, ["topic/$aws/a b=%2F[1]"]],
  ])("%s of %o is %o", (template, body, names) => {
    expect(named(template, body)).toEqual(names);
  });

  it.each([
    ["{U|queue}", { U: "https://sqs.us-east-1.amazonaws.com/999999999999/orders" }, "body-malformed"],
    ["{U|queue}", { U: `${url}?a=b` }, "body-malformed"],
    ["{U|queue}", { U: `${url}/..` }, "body-malformed"],
    ["{U|queue}", { U: "orders" }, "body-malformed"],
    ["{U|queue}", { U: "https://a@b/123456789012/orders" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "f:PROD", Q: "TEST" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "f", Q: "*" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "999999999999:function:f" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "999999999999:f" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "us-east-2:f" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "123456789012:$LATEST" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "function:function:f" }, "body-malformed"],
    ["function:{F|function(Q)}", { F: "f:a:b" }, "body-malformed"],
    ["secret:{S|secret}", { S: "db-??????" }, "body-malformed"],
    ["{Q=none|queue-arn}", { Q: "jobs" }, "body-malformed"],
    ["parameter{P|parameter}", { P: "/aws/reference/secretsmanager/db" }, "body-malformed"],
    ["parameter{P|parameter}", { P: "aws/Reference/secretsmanager/db" }, "body-malformed"],
    ["parameter{P|parameter}", { P: "//a/b" }, "body-malformed"],
    ["parameter{P|parameter}", { P: "/a//b" }, "body-malformed"],
    ["parameter{P|parameter}", { P: "/a:b:c" }, "body-malformed"],
    ["key/{K|key}", { K: "arn:aws:shop:us-east-1:999999999999:alias/app" }, "target-ambiguous"],
    ["key/{K|key}", { K: `${HEAD}room/app` }, "target-ambiguous"],
    ["rule/{R|rule(B)}", { R: "r", B: `${HEAD}rule/x` }, "body-malformed"],
    [
      "rule/{R|rule(B)}",
      { R: "r", B: "arn:aws:shop:us-east-1:999999999999:event-bus/x" },
      "target-ambiguous",
    ],
    ["rule/{R|rule(B)}", { R: "a/r" }, "body-malformed"],
    ["rule/{R|rule(B)}", { R: "r", B: "Default" }, "body-malformed"],
    ["rule/{R|rule(B)}", { R: "r", B: "default/" }, "body-malformed"],
    ["event-bus/{B|bus}", { B: "DEFAULT" }, "body-malformed"],
    ["event-bus/{B|bus}", { B: "default/" }, "body-malformed"],
    ["event-bus/{B|bus}", { B: "a//b" }, "body-malformed"],
    ["key/{K|key}", { K: "1234-AB" }, "body-malformed"],
    ["machine:{M|unqualified}", { M: "m:/../x" }, "body-malformed"],
    ["machine:{M|unqualified}", { M: ":PROD" }, "body-malformed"],
  ])("%s is refused with %o", (template, body, code) => {
    expect(refusal(OWN + template, body)).toBe(code);
  });
});

describe("a template", () => {
  it.each([
    `${OWN}shelf/{Name}`,
    "arn:aws:shop:::shelf/{A.B-c}:x:*",
    "{Arn}",
    "{?Arn}",
    `${OWN}{Names[]|path}`,
    `${OWN}{Name=a/b|function(?Other)}`,
    "arn:{partition}:shop:{region}:{Owner}:{Name}",
    `${OWN}all`,
  ])("is %s", (text) => {
    expect(templateProblem(text)).toBeUndefined();
    expect(parseTemplate(text)).toBe(parseTemplate(text));
  });

  it.each([
    "",
    "Name",
    "*",
    "arn:aws:shop",
    "arn:{partition}:{Service}:{region}:{account}:x",
    "{Name}/x",
    "x/{Name}",
    "{A}{B}",
    "{account}",
    `${OWN}{`,
    `${OWN}{Name`,
    `${OWN}{}`,
    `${OWN}{{Name}}`,
    `${OWN}{Na me}`,
    `${OWN}{Name|unheard}`,
    `${OWN}{Name|constructor}`,
    `${OWN}{Name|function(}`,
    `${OWN}{partition}`,
    `${OWN}{Name|text}/x`,
    `${OWN}{A[].B[]}`,
    `${OWN}{A[]}/{B[]}`,
  ])("is not %s", (text) => {
    expect(templateProblem(text)).toEqual(expect.any(String));
    expect(() => parseTemplate(text)).toThrow(`${text}: `);
  });
});

const arnOf = (parts: number): string => `${HEAD}x${":a".repeat(parts)}`;

describe("an ARN of a client's", () => {
  it("is a part of what stands before each of its marks", () => {
    expect(asks(["{Arn}"], { Arn: arnOf(2) })).toMatchObject([{ within: [`${HEAD}x`, `${HEAD}x:a`] }]);
  });

  it.each([33, 10_000, 1_000_000])("with %i marks is refused before anything is made of them", (parts) => {
    expect(refusal("{Arn}", { Arn: arnOf(parts) })).toMatch(/^(?:target-ambiguous|body-malformed)$/);
  });
});
