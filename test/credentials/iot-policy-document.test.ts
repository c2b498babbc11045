import { describe, expect, it } from "vitest";
import { judgeIotPolicy } from "../../src/credentials/iot-policy-document.ts";

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
const THING = "${iot:Connection.Thing.ThingName}";

/** Allows everything, on one condition. */
const onCondition = (operator: string, keys: object) =>
  documentOf(allow("*", { Condition: { [operator]: keys } }));
/** Allows one action. */
const one = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});

describe("judgeIotPolicy", () => {
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
    expect(judgeIotPolicy(document).problem).toBeUndefined();
  });

  it.each([
    ["StringEquals", { "iot:ClientId": SUB }],
    ["StringLike", { "iot:ClientId": `${SUB}-*` }],
    ["StringLike", { "IOT:clientid": ["${COGNITO-identity.amazonaws.com:SUB}", `${THING}?`] }],
    ["StringEquals", { "cognito-identity.amazonaws.com:sub": CLIENT }],
    ["StringEquals", { "cognito-identity.amazonaws.com:sub": `us-east-1:${CLIENT}` }],
    ["StringEquals", { "iot:Connection.Thing.ThingName": CLIENT }],
    ["StringLike", { "iot:Connection.Thing.Attributes[owner]": `*${SUB}*` }],
    ["StringEquals", { "iot:ClientId": "${iot:Connection.Thing.Attributes[client]}" }],
    ["StringEquals", { "x:y": CLIENT, "iot:ClientId": SUB }],
  ])("takes one whose condition holds the client and its identity together: %s %j", (operator, keys) => {
    expect(judgeIotPolicy(onCondition(operator, keys))).toEqual({
      problem: undefined,
      bindsClientIdOnly: false,
    });
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
    expect(judgeIotPolicy(document)).toEqual({
      problem: expect.stringMatching(problem),
      bindsClientIdOnly: false,
    });
  });

  it.each([
    ["StringLike", { "iot:ClientId": `${CLIENT}*` }],
    ["StringLike", { "iot:ClientId": "${IOT:clientID}*" }],
    ["StringEquals", { "IOT:CLIENTID": CLIENT }],
    ["StringLike", { "cognito-identity.amazonaws.com:sub": `*${SUB}` }],
    ["StringLike", { "cognito-identity.amazonaws.com:sub": [SUB] }],
    ["StringEquals", { "iot:Connection.Thing.ThingName": THING }],
    ["StringLike", { "iot:ClientId": `*${CLIENT}*${SUB}*` }],
    ["StringLike", { "iot:ClientId": [SUB, `${CLIENT}*`] }],
    ["StringLike", { "iot:ClientId": [SUB, "kiosk"] }],
    ["StringLike", { "iot:ClientId": "*", "x:y": CLIENT }],
    ["StringEquals", { "iot:ClientId": "kiosk", "iot:DomainName": CLIENT }],
    ["StringEquals", { "aws:SourceIp": SUB }],
    ["StringEquals", { "xiot:ClientId": SUB }],
    ["StringEquals", { "iot:Connection.Thing.ThingTypeName": SUB }],
    ["StringEquals", { "iot:ClientId": "${cognito-identity.amazonaws.com:sub, '*'}" }],
    // A client called by one letter that is in it.
    ["StringLike", { "cognito-identity.amazonaws.com:sub": `*${CLIENT}*` }],
    ["StringLike", { "iot:Connection.Thing.ThingName": `${CLIENT}*` }],
    // Both are the Thing's.
    ["StringLike", { "iot:Connection.Thing.ThingName": "${iot:Connection.Thing.Attributes[a]}*" }],
    ["StringLike", { "iot:ClientId": SUB, "iot:clientid": "*" }],
    ["StringEqualsIfExists", { "iot:ClientId": SUB }],
    ["StringLikeIfExists", { "iot:ClientId": SUB }],
    ["ForAllValues:StringEquals", { "iot:ClientId": SUB }],
    ["ForAllValues:StringLike", { "iot:ClientId": SUB }],
    ["StringNotEquals", { "iot:ClientId": SUB }],
    ["StringNotLike", { "iot:ClientId": SUB }],
    ["ArnNotLike", { "iot:ClientId": SUB }],
    ["Null", { "iot:ClientId": SUB }],
  ])("does not take one whose condition binds nothing: %s %j", (operator, keys) => {
    expect(judgeIotPolicy(onCondition(operator, keys)).problem).toMatch(WIDE);
  });

  it.each([
    ["resource", { Effect: "Deny", Action: "iot:*", Resource: `${ARN}:topic/${SUB}/*` }],
    [
      "condition",
      { Effect: "Deny", Action: "*", Resource: "*", Condition: { StringNotLike: { "iot:ClientId": SUB } } },
    ],
  ])("does not go by a variable in the %s of what is denied", (_where, deny) => {
    const named = allow(`${ARN}:client/kiosk`);
    expect(judgeIotPolicy(documentOf(deny, allow("*"))).problem).toMatch(/^statement 2 allows what is not/);
    expect(judgeIotPolicy(documentOf(named, deny)).problem).toMatch(/nothing in it is bound/);
    expect(judgeIotPolicy(documentOf(deny)).problem).toMatch(/nothing in it is bound/);
  });

  it.each(["Sid", "Action"])("does not go by a variable in a %s", (member) => {
    const named = { ...allow(`${ARN}:client/kiosk`), [member]: SUB };
    expect(judgeIotPolicy(documentOf(named)).problem).toMatch(/nothing in it is bound/);
  });

  const CHOSEN = one("iot:Connect", `${ARN}:client/${CLIENT}`);
  const TOPIC = one("iot:Publish", `${ARN}:topic/${CLIENT}/*`);
  it.each([
    ["any client id", documentOf(CHOSEN)],
    ["any client id with something after it", documentOf(one("iot:Connect", `${ARN}:client/${CLIENT}-*`))],
    ["any, and topics of the identity", documentOf(CHOSEN, one("iot:Publish", `${ARN}:topic/${SUB}/*`))],
    ["any, beside the identity's own", documentOf(CHOSEN, OWN)],
    [
      "any, in one list with it",
      documentOf(one(["iot:Connect"], [`${ARN}:client/${SUB}`, `${ARN}:client/${CLIENT}`])),
    ],
    ["any, by a wildcard", documentOf(one("iot:*", `${ARN}:client/${CLIENT}`))],
    ["any, by a wildcard in another case", documentOf(OWN, one("IOT:con*", `arn:aws:iot:*:*:*/${CLIENT}`))],
    [
      "any, by all but an action",
      documentOf(OWN, { ...CHOSEN, Action: undefined, NotAction: "iot:Publish" }),
    ],
    ["none itself", documentOf(TOPIC)],
    ["none itself, by a wildcard on topics", documentOf(one("iot:*", `${ARN}:topic/${CLIENT}/*`))],
    [
      "any, but for a denied one",
      documentOf(CHOSEN, { Effect: "Deny", Action: "iot:Connect", Resource: `${ARN}:client/${SUB}` }),
    ],
  ])("remarks that a policy goes by the client id and allows %s", (_what, document) => {
    expect(judgeIotPolicy(document)).toEqual({ problem: undefined, bindsClientIdOnly: true });
  });

  it.each([
    ["the identity", documentOf(OWN, TOPIC)],
    [
      "the identity, and what comes after it",
      documentOf(one("iot:Connect", `${ARN}:client/${SUB}-*`), TOPIC),
    ],
    [
      "the identity, in one list",
      documentOf(one("iot:*", [`${ARN}:client/${SUB}`, `${ARN}:topic/${CLIENT}/*`])),
    ],
    ["a Thing", documentOf(one("iot:Connect", `${ARN}:client/${THING}`), TOPIC)],
    ["a condition", documentOf({ ...CHOSEN, Condition: { StringEquals: { "iot:ClientId": SUB } } }, TOPIC)],
    ["a name", documentOf(one("iot:Connect", `${ARN}:client/kiosk`), TOPIC)],
    [
      "the identity, where all but connecting goes by the client id",
      documentOf(OWN, { ...TOPIC, Action: undefined, NotAction: ["iot:Connect"], Resource: `*${CLIENT}` }),
    ],
    ["nothing, where nothing goes by it", documentOf(one("iot:Publish", `${ARN}:topic/${SUB}/*`))],
  ])("remarks nothing where the client id is bound by %s", (_what, document) => {
    expect(judgeIotPolicy(document)).toEqual({ problem: undefined, bindsClientIdOnly: false });
  });

  it("quotes nothing of a document", () => {
    expect(judgeIotPolicy(documentOf(allow("a secret *"))).problem).not.toContain("secret");
  });
});
