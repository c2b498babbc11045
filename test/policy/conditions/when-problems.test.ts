import { describe, expect, it } from "vitest";
import type { RuleDocument, WhenDocument } from "../../../src/policy/document.ts";
import { KEY_NAMES } from "../../../src/policy/conditions/keys.ts";
import { whenProblems } from "../../../src/policy/conditions/when-problems.ts";
import { anAllow } from "../../support/ruling.ts";

const told = (rule: RuleDocument) =>
  whenProblems(rule).map(({ path, message }) => `${path.join(" ")}: ${message}`);
const inDeny = (when: unknown) => told({ name: "a", deny: ["*"], when: when as WhenDocument });
const inAllow = (when: unknown) => told(anAllow("a", { when: when as WhenDocument }));
/** What is said of one value, key or operator, after its path. */
const ofKey = (key: string) =>
  inDeny({ StringEquals: { [key]: "a" } }).map((text) => text.slice(`when StringEquals ${key}: `.length));
const ofValue = (operator: string, value: unknown) =>
  inDeny({ [operator]: { "s3:prefix": value } }).map((text) =>
    text.slice(`when ${operator} s3:prefix: `.length),
  );

const said = (operator: string) =>
  `when ${operator} dynamodb:LeadingKeys: ${operator} holds where dynamodb:LeadingKeys is absent: in an allow write ` +
  'Null: { "dynamodb:LeadingKeys": false } beside it, or an operator that asks for the key';
const NOTHING = "nothing is in it; leave it out, or say what is meant";

describe("conditions that can be meant", () => {
  it("are those of rules without any", () => {
    expect(whenProblems(anAllow("a"))).toEqual([]);
  });

  it.each([
    { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
    { StringLike: { "s3:prefix": ["home/${claim:sub}/*", ""] }, Bool: { "claim:email_verified": true } },
    { DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z", "aws:EpochTime": 1_800_000_000 } },
    {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "${claim:sub}" },
      Null: { "DYNAMODB:leadingkeys": "false" },
    },
    {
      StringEqualsIfExists: { "claim:https://example.com/roles": "a" },
      Null: { "Claim:https://example.com/roles": false },
    },
    { StringEquals: { "s3:RequestObjectTag/Team": "${claim:custom:team:path}" } },
  ])("are told nothing of: %o", (when) => {
    expect(inAllow(when)).toEqual([]);
    expect(inDeny(when)).toEqual([]);
  });

  it("may name every key that Postern knows", () => {
    for (const name of KEY_NAMES) expect(ofKey(name)).toEqual([]);
  });
});

describe("an operator", () => {
  it.each([
    ["StringEqual", 'no condition operator is named "StringEqual"; is it StringEquals?'],
    ["stringEquals", 'no condition operator is named "stringEquals"; is it StringEquals?'],
    [
      "StringEqualsIfExist",
      'no condition operator is named "StringEqualsIfExist"; is it StringEqualsIfExists?',
    ],
    [
      "ForAnyValues:StringLike",
      'no condition operator is named "ForAnyValues:StringLike"; is it ForAnyValue:StringLike?',
    ],
    ["IpAdress", 'no condition operator is named "IpAdress"; is it IpAddress?'],
    ["Contains", 'no condition operator is named "Contains"'],
    ["BinaryEquals", "BinaryEquals compares bytes, and no key here holds any: compare texts"],
    [
      "ForAnyValue:BinaryEqualsIfExists",
      "BinaryEquals compares bytes, and no key here holds any: compare texts",
    ],
    ["NullIfExists", "Null asks whether a key is there: it takes neither a set operator nor IfExists"],
    ["ForAllValues:Null", "Null asks whether a key is there: it takes neither a set operator nor IfExists"],
    ["constructor", 'no condition operator is named "constructor"'],
  ])("named %s is found", (operator, message) => {
    expect(inDeny({ [operator]: { "s3:prefix": "a" } })).toEqual([`when ${operator}: ${message}`]);
  });
});

describe("a key", () => {
  it.each([
    ["s3:prefx", 'no condition key is named "s3:prefx"; is it s3:prefix?'],
    ["aws:SourceIP4", 'no condition key is named "aws:SourceIP4"; is it aws:SourceIp?'],
    [
      "s3:RequestObjectTag",
      'no condition key is named "s3:RequestObjectTag"; is it s3:RequestObjectTag/NAME?',
    ],
    [
      "s3:RequestObjectTag/",
      'no condition key is named "s3:RequestObjectTag/"; is it s3:RequestObjectTag/NAME?',
    ],
    [
      "s3:RequestObjectTag/\u212aey",
      "s3:RequestObjectTag/\u212aey names a tag in other letters than ASCII, which no request tells for certain",
    ],
    ["tenant", 'no condition key is named "tenant"'],
    ["custom:tenant", 'no condition key is named "custom:tenant": write claim:custom:tenant'],
    ["cognito:groups", 'no condition key is named "cognito:groups": write claim:cognito:groups'],
    ["claim:", "claim: wants the name of a claim, such as claim:sub"],
    ["claim:my tenant", '"my tenant" cannot be the name of a claim'],
    ["claim:${claim:a}", '"${claim:a}" cannot be the name of a claim'],
    ["claim:tenant:path", ":path belongs to ${claim:tenant:path} in a value; the key is claim:tenant"],
  ])("named %s is found", (key, message) => {
    expect(ofKey(key)).toEqual([message]);
  });

  it("that an attribute named path makes is one", () => {
    expect(ofKey("claim:custom:path")).toEqual([]);
  });

  const STORED = "is known to AWS alone, which holds what is asked for";
  const SESSION = "is about the role session, which is there only after the decision";
  const CONNECTION = "is about the request that Postern sends, and would say nothing of the caller's";

  it.each([
    ["s3:ExistingObjectTag/team", STORED],
    ["s3:ResourceAccount", STORED],
    ["aws:ResourceTag/team", STORED],
    ["aws:ResourceOrgID", STORED],
    ["s3:DataAccessPointArn", STORED],
    ["aws:PrincipalTag/team", SESSION],
    ["aws:PrincipalArn", SESSION],
    ["aws:userid", SESSION],
    ["aws:MultiFactorAuthPresent", SESSION],
    ["cognito-identity.amazonaws.com:sub", SESSION],
    ["sts:ExternalId", SESSION],
    ["aws:SecureTransport", CONNECTION],
    ["aws:SourceVpce", CONNECTION],
    ["aws:VpcSourceIp", CONNECTION],
    ["s3:signatureversion", CONNECTION],
  ])("%s, which IAM knows and Postern cannot, is told why", (key, why) => {
    expect(ofKey(key)).toEqual([`${key} ${why}: write it in the IAM policy of the role`]);
  });

  it.each(["aws:UserAgent", "aws:Referer"])("%s, which the client writes, is told to be left out", (key) => {
    expect(ofKey(key)).toEqual([
      `${key} is whatever the client writes: nothing can rest on it; leave it out`,
    ]);
  });
});

describe("a value", () => {
  const NO_DATE = "is not a date such as 2026-01-31T12:00:00Z, or whole seconds since 1970";
  const NO_ARN = "is not an ARN of six parts, such as arn:aws:s3:::reports/*";
  const NO_RANGE = "is not an IP address or a CIDR range, such as 10.0.0.0/8";
  const NO_VARIABLES = "takes no variables: claims fill texts and ARNs alone";

  it.each([
    ["NumericEquals", "ten", '"ten" is not a number of at most 15 digits'],
    ["NumericLessThan", "1234567890123456", '"1234567890123456" is not a number of at most 15 digits'],
    ["NumericEquals", true, '"true" is not a number of at most 15 digits'],
    ["DateLessThan", "tomorrow", `"tomorrow" ${NO_DATE}`],
    ["DateLessThan", "2026-01-31T12:00:00", `"2026-01-31T12:00:00" ${NO_DATE}`],
    ["DateLessThan", 20_260_131, `"20260131" ${NO_DATE}`],
    ["DateLessThan", 1_768_478_400_000, `"1768478400000" ${NO_DATE}`],
    ["Bool", "yes", '"yes" is not true or false'],
    ["Bool", 1, '"1" is not true or false'],
    ["Null", "no", "Null takes true or false"],
    ["IpAddress", "10.0.0.0/33", `"10.0.0.0/33" ${NO_RANGE}`],
    ["NotIpAddress", "10.*", `"10.*" ${NO_RANGE}`],
    ["ArnLike", "*", `"*" ${NO_ARN}`],
    ["ArnNotEquals", "arn:aws:s3:reports", `"arn:aws:s3:reports" ${NO_ARN}`],
    ["StringEquals", 2 ** 53, "9007199254740992 may not be the number that is written: put it in quotes"],
    ["NumericEquals", "${claim:x}", `NumericEquals ${NO_VARIABLES}`],
    ["IpAddress", "${claim:x}", `IpAddress ${NO_VARIABLES}`],
    ["Null", "${claim:x}", `Null ${NO_VARIABLES}`],
    [
      "StringEquals",
      "${aws:userid}",
      "${aws:userid} is not known: write ${claim:NAME} or ${claim:NAME:path}",
    ],
    ["StringLike", "a/${claim:x", "${claim:x is not known: write ${claim:NAME} or ${claim:NAME:path}"],
  ])("%s takes no %s", (operator, value, message) => {
    expect(ofValue(operator, value)).toEqual([message]);
  });

  it("is told of by its place in a list", () => {
    expect(inDeny({ IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "x"] } })).toEqual([
      `when IpAddress aws:SourceIp 1: "x" ${NO_RANGE}`,
    ]);
  });
});

describe("emptiness", () => {
  it("means nothing", () => {
    expect(inDeny({})).toEqual([`when: ${NOTHING}`]);
    expect(inDeny({ StringEquals: {} })).toEqual([`when StringEquals: ${NOTHING}`]);
    expect(inDeny({ StringEquals: { "s3:prefix": [] } })).toEqual([
      `when StringEquals s3:prefix: ${NOTHING}`,
    ]);
  });
});

describe("S4.2 what holds for a key that is absent", () => {
  const leading = { "dynamodb:LeadingKeys": "${claim:sub}" };
  it.each(["ForAllValues:StringEquals", "StringEqualsIfExists", "ForAnyValue:StringLikeIfExists"])(
    "wants a guard in an allow, and none in a deny: %s",
    (operator) => {
      expect(inAllow({ [operator]: leading })).toEqual([said(operator)]);
      expect(inDeny({ [operator]: leading })).toEqual([]);
      expect(inAllow({ [operator]: leading, Null: { "dynamodb:leadingkeys": [false] } })).toEqual([]);
    },
  );

  it.each([
    { "dynamodb:LeadingKeys": true },
    { "dynamodb:LeadingKeys": [true, false] },
    { "s3:prefix": false },
  ])("is not guarded by %o", (guard) => {
    expect(inAllow({ "ForAllValues:StringEquals": leading, Null: guard })).toEqual([
      said("ForAllValues:StringEquals"),
    ]);
  });

  it("is not guarded by a claim that is written in another case", () => {
    const when = { StringEqualsIfExists: { "claim:tenant": "a" }, Null: { "claim:Tenant": false } };
    expect(inAllow(when)).toHaveLength(1);
  });

  it("is no matter for the other operators", () => {
    expect(inAllow({ "ForAnyValue:StringEquals": leading, StringNotEquals: { "s3:prefix": "a" } })).toEqual(
      [],
    );
  });
});
