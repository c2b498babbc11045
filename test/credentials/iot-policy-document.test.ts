import { describe, expect, it } from "vitest";
import { iotPolicyProblem } from "../../src/credentials/iot-policy-document.ts";

const ARN = "arn:aws:iot:us-east-1:123456789012";
const SUB = "${cognito-identity.amazonaws.com:sub}";
const CLIENT = "${iot:ClientId}";

const documentOf = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (Resource: unknown, more: object = {}) => ({
  Effect: "Allow",
  Action: "iot:*",
  Resource,
  ...more,
});
const OWN = allow(`${ARN}:client/${SUB}`);

describe("iotPolicyProblem", () => {
  it.each([
    ["of the identity", documentOf(OWN)],
    ["of the client id", documentOf(allow(`${ARN}:topic/${CLIENT}/*`))],
    ["in another case", documentOf(allow(`${ARN}:topic/\${iot:clientId}/*`))],
    ["of the thing", documentOf(allow(`${ARN}:topic/\${iot:Connection.Thing.ThingName}/*`))],
    ["of an attribute of the thing", documentOf(allow("${iot:Connection.Thing.Attributes[owner]}"))],
    ["in every resource", documentOf(allow([`${ARN}:client/${SUB}`, `${ARN}:topicfilter/${CLIENT}/#`]))],
    ["in every statement", documentOf(OWN, allow(`${ARN}:topic/${SUB}/+`))],
    ["in a condition", documentOf(allow("*", { Condition: { StringEquals: { "iot:ClientId": SUB } } }))],
    [
      "in one condition of two",
      documentOf(
        allow("*", {
          Condition: {
            StringLike: { "iot:ClientId": [`${SUB}-*`, SUB] },
            IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
          },
        }),
      ),
    ],
    ["beside a topic that is named", documentOf(OWN, allow(`${ARN}:topic/announcements`))],
    ["where something is denied", documentOf(OWN, { Effect: "Deny", Action: "iot:*", Resource: "*" })],
    ["in a single statement", JSON.stringify({ Statement: OWN })],
  ])("takes a policy that is bound by a variable %s", (_what, document) => {
    expect(iotPolicyProblem(document)).toBeUndefined();
  });

  const WIDE = /^statement \d allows what is not bound to the identity/;
  const HALF = [`${ARN}:client/${SUB}`, `${ARN}:topic/*`];
  it.each([
    ["everything to everybody", documentOf(allow("*")), WIDE],
    ["a wide resource beside a bound one", documentOf(allow(HALF)), WIDE],
    ["a wide statement after a bound one", documentOf(OWN, allow("*")), /^statement 2 /],
    ["a filter of MQTT's own", documentOf(OWN, allow(`${ARN}:topicfilter/things/#`)), WIDE],
    ["a filter with one level open", documentOf(OWN, allow(`${ARN}:topicfilter/things/+/state`)), WIDE],
    ["a single character open", documentOf(OWN, allow(`${ARN}:topic/t?`)), WIDE],
    ["a variable that is the same for many", documentOf(OWN, allow("topic/${aws:SourceIp}")), WIDE],
    [
      "a type, which many things have",
      documentOf(allow("topic/${iot:Connection.Thing.ThingTypeName}")),
      WIDE,
    ],
    ["a variable with a default", documentOf(allow("topic/${iot:ClientId, '*'}")), WIDE],
    ["a variable that is none", documentOf(allow("topic/$iot:ClientId*")), WIDE],
    [
      "an address alone",
      documentOf(allow("*", { Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } })),
      WIDE,
    ],
    [
      "a condition that excludes",
      documentOf(allow("*", { Condition: { StringNotEquals: { "iot:ClientId": SUB } } })),
      WIDE,
    ],
    [
      "a condition that is met by what is not there",
      documentOf(allow("*", { Condition: { StringEqualsIfExists: { "iot:ClientId": SUB } } })),
      WIDE,
    ],
    [
      "a condition with a wide value",
      documentOf(allow("*", { Condition: { StringLike: { "iot:ClientId": [SUB, "*"] } } })),
      WIDE,
    ],
    [
      "a variable held against itself",
      documentOf(allow("*", { Condition: { StringEquals: { "iot:ClientId": CLIENT } } })),
      WIDE,
    ],
    [
      "a condition of no value",
      documentOf(allow("*", { Condition: { StringEquals: { "iot:ClientId": [] } } })),
      WIDE,
    ],
    ["a condition that cannot be read", documentOf(allow("*", { Condition: SUB })), WIDE],
    [
      "all but one resource",
      documentOf({ Effect: "Allow", Action: "iot:*", NotResource: SUB }),
      /allows all but/,
    ],
    ["a resource that is no text", documentOf(allow([{}])), WIDE],
    ["an effect of no meaning", documentOf({ ...OWN, Effect: "allow" }), /neither allows nor denies/],
    ["a statement that is none", documentOf(OWN, [] as object), /^statement 2 cannot be read/],
    ["no statement", documentOf(), /no statement/],
    ["no statements at all", "{}", /no statement/],
    ["the same for all", documentOf(allow(`${ARN}:client/kiosk`)), /nothing in it is bound/],
    ["no JSON", "no", /cannot be read/],
    ["an array", "[]", /cannot be read/],
    ["two statements of one name", `{"Statement":[],"Statement":[${JSON.stringify(OWN)}]}`, /cannot be read/],
  ])("does not take a policy with %s", (_what, document, problem) => {
    expect(iotPolicyProblem(document)).toMatch(problem);
  });

  it("quotes nothing of a document", () => {
    expect(iotPolicyProblem(documentOf(allow("a secret *")))).not.toContain("secret");
  });
});
