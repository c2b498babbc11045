import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MqttAsk, readMqttAsk } from "../../../src/aws/iot/mqtt-ask.ts";
import { Refusal } from "../../../src/domain/refusal.ts";
import type { RuleDocument } from "../../../src/policy/document.ts";
import { compilePattern } from "../../../src/policy/text-pattern.ts";
import { anUpstream, codeOf } from "../../support/asking.ts";
import { aCaller, anAllow, ruling } from "../../support/ruling.ts";

const ARN = "arn:aws:iot:us-east-1:123456789012:";
const upstream = anUpstream({ service: "iotdevicegateway", actionPrefix: "iot" });

const read = (ask: MqttAsk) => readMqttAsk(ask, upstream).requirements;
const connect = (clientId: string, will?: { topic: string; retain: boolean }) =>
  read({ kind: "connect", clientId, will });
const publish = (topic: string, retain = false) => read({ kind: "publish", topic, retain });
const receive = (topic: string) => read({ kind: "receive", topic });
const subscribe = (filter: string) => read({ kind: "subscribe", filter });

const door = { within: [`${ARN}thing/door`] };

describe("H8 what an MQTT packet needs", () => {
  it("is leave for the client id, of which there is one connection", () => {
    expect(connect("sub-1")).toEqual([{ action: "iot:Connect", resource: `${ARN}client/sub-1` }]);
  });

  it("is leave for the will as well, which nobody asks about later", () => {
    const resource = `${ARN}topic/gone`;
    const [, ...asked] = connect("sub-1", { topic: "gone", retain: false });
    expect(asked).toEqual([{ action: "iot:Publish", resource }]);
    expect(connect("sub-1", { topic: "gone", retain: true }).slice(1)).toEqual([
      { action: "iot:Publish", resource },
      { action: "iot:RetainPublish", resource },
    ]);
  });

  it("is leave for the topic, both ways, and to keep what is published", () => {
    const resource = `${ARN}topic/things/a b/ü`;
    expect(publish("things/a b/ü")).toEqual([{ action: "iot:Publish", resource }]);
    expect(publish("things/a b/ü", true)).toEqual([
      { action: "iot:Publish", resource },
      { action: "iot:RetainPublish", resource },
    ]);
    expect(receive("things/a b/ü")).toEqual([{ action: "iot:Receive", resource }]);
  });

  it("is leave for a topic of a thing's own, which is a part of the thing", () => {
    const [update] = publish("$aws/things/door/shadow/update");
    expect(update).toEqual({
      action: "iot:Publish",
      resource: `${ARN}topic/$aws/things/door/shadow/update`,
      ...door,
    });
    expect(receive("$aws/things/door/shadow/name/day/get")[0]?.within).toEqual([
      `${ARN}thing/door`,
      `${ARN}thing/door/day`,
    ]);
    expect(subscribe("$aws/things/door/shadow/get/accepted")[0]).toMatchObject(door);
  });

  it("is leave for the filter as it is written", () => {
    expect(subscribe("a/b")).toEqual([{ action: "iot:Subscribe", resource: `${ARN}topicfilter/a/b` }]);
    expect(subscribe("a/+/b")).toEqual([
      {
        action: "iot:Subscribe",
        resource: `${ARN}topicfilter/a/+/b`,
        mayReach: [`${ARN}topicfilter/a/*/b`],
      },
    ]);
    expect(subscribe("a/#")[0]?.mayReach).toEqual([`${ARN}topicfilter/a/*`, `${ARN}topicfilter/a`]);
    expect(subscribe("#")[0]?.mayReach).toEqual([`${ARN}topicfilter/*`]);
  });

  it("is leave for a filter without the group that shares it", () => {
    expect(subscribe("$share/g/a/#")[0]).toEqual({
      action: "iot:Subscribe",
      resource: `${ARN}topicfilter/a/#`,
      within: [`${ARN}topicfilter/$share/g/a/#`],
      mayReach: [`${ARN}topicfilter/a/*`, `${ARN}topicfilter/a`],
    });
    expect(subscribe("$share/g/$aws/things/door/shadow/get")[0]?.within).toEqual([
      `${ARN}topicfilter/$share/g/$aws/things/door/shadow/get`,
      `${ARN}thing/door`,
    ]);
  });

  it.each([
    ["$aws/things/+/shadow/get", ["thing/*", "thing/*/*"]],
    ["$aws/things/door/#", ["thing/door", "thing/door/*"]],
    ["$aws/#", ["thing/*", "thing/*/*"]],
    ["$aws/+/door/shadow/get", ["thing/*", "thing/*/*"]],
    ["$aws/events/#", []],
    ["#", []],
    ["+/things/door/#", []],
  ])("reaches things by %s", (filter, things) => {
    const reached = subscribe(filter)[0]?.mayReach ?? [];
    expect(reached.filter((one) => one.startsWith(`${ARN}thing/`))).toEqual(things.map((one) => ARN + one));
    expect(subscribe(filter)[0]?.within).toBeUndefined();
  });

  it("is said of the upstream's own account, region and partition", () => {
    const changes = { partition: "aws-cn", region: "cn-north-1", account: "210987654321", name: "things" };
    const operation = readMqttAsk({ kind: "receive", topic: "a" }, { ...upstream, ...changes });
    expect(operation).toMatchObject({
      upstream: "things",
      service: "iotdevicegateway",
      region: "cn-north-1",
      name: "Receive",
      method: "GET",
      path: "/mqtt",
      query: "",
      requirements: [{ resource: "arn:aws-cn:iot:cn-north-1:210987654321:topic/a" }],
    });
    const { account: _account, ...nobodys } = upstream;
    const ask = { kind: "receive", topic: "a" } as const;
    expect(codeOf(() => readMqttAsk(ask, { ...nobodys, account: undefined }))).toBe("internal");
  });
});

const deny = (on: string): RuleDocument => ({ name: "no", deny: ["iot:Subscribe"], on: [ARN + on] });

describe("a deny of what comes by a filter", () => {
  const caller = aCaller();
  const ruled = (on: string, filter: string) =>
    ruling([anAllow("yes"), deny(on)], caller, ...subscribe(filter)).verdict;

  it.each([
    ["topicfilter/secret/*", "#"],
    ["topicfilter/secret/*", "+/x"],
    ["topicfilter/secret/*", "secret/#"],
    ["topicfilter/secret", "secret/#"],
    ["topicfilter/secret/*", "$share/g/secret/x"],
    ["topicfilter/$share/*", "$share/g/a"],
    ["topicfilter/#", "#"],
    ["topicfilter/#", "+/#"],
    ["thing/door", "$aws/things/door/shadow/get/accepted"],
    ["thing/door/day", "$aws/things/+/shadow/name/+/update"],
  ])("of %s counts for %s", (on, filter) => {
    expect(ruled(on, filter)).not.toBe("permit");
  });

  it.each([
    ["topicfilter/secret/*", "open/#"],
    ["topicfilter/secret/*", "secret"],
    ["topicfilter/#", "a/#"],
    ["topicfilter/a/+", "a/b"],
    ["topicfilter/$share/*", "a"],
    ["thing/door", "$aws/things/gate/shadow/get"],
    ["thing/door", "#"],
  ])("of %s does not count for %s", (on, filter) => {
    expect(ruled(on, filter)).toBe("permit");
  });

  it("is a deny of every topic that MQTT gives by it", () => {
    const level = fc.constantFrom("a", "b", "", "c*", "?");
    const filters = fc
      .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([levels, isOpen]) => [...levels, ...(isOpen ? ["#"] : [])].join("/"))
      .filter((filter) => filter !== "" && /[+#]/.test(filter));
    const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join("/"));
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        if (!comesBy(filter.split("/"), topic.split("/"))) return;
        const reached = subscribe(filter)[0]?.mayReach ?? [];
        const isReached = reached.some((one) => compilePattern(one)(`${ARN}topicfilter/${topic}`));
        expect(isReached, `${topic} by ${filter}`).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

/** MQTT 5 section 4.7.1. */
function comesBy([first, ...filter]: readonly string[], topic: readonly string[]): boolean {
  if (first === "#") return true;
  if (first === undefined) return topic.length === 0;
  const [level, ...rest] = topic;
  return level !== undefined && (first === "+" || first === level) && comesBy(filter, rest);
}

describe("H8 a name that can be read in two ways", () => {
  const long = "é".repeat(64);
  const longTopic = "é".repeat(128);

  it.each([
    ["nothing", ""],
    ["more than 128 bytes", `${long}a`],
    ["a wildcard of MQTT", "a+"],
    ["the other one", "#"],
    ["a wildcard of IAM", "a*"],
    ["the other one of it", "a?"],
    ["a $ at its start", "$a"],
    ["a NUL", "a\u0000"],
    ["a line break", "a\nb"],
    ["a control of Latin-1", "a\u0085"],
    ["what stands for bytes that are no UTF-8", "a\uFFFD"],
    ["a byte order mark", "\uFEFFa"],
    ["half a character", "a\uD800"],
    ["what is no character", "a\uFFFE"],
  ])("is refused as a client id: %s", (_what, id) => {
    expect(codeOf(() => connect(id))).toBe("target-malformed");
  });

  it.each(["a", "us-east-1:1111-2222", "paho/1", "a b", "a$b", long])("is not this client id: %s", (id) => {
    expect(connect(id)[0]?.resource).toBe(`${ARN}client/${id}`);
  });

  it.each([
    ["nothing", ""],
    ["more than 256 bytes", `${longTopic}a`],
    ["a wildcard", "a/+/b"],
    ["the other one", "a/#"],
    ["a wildcard that is no level", "a+"],
    ["a NUL", "a/\u0000"],
    ["a tab", "a\t"],
    ["what stands for bytes that are no UTF-8", "a/\uFFFD"],
    ["what AWS reserves, in another case", "$AWS/things/door/shadow/update"],
    ["that, alone", "$Aws"],
    ["a long name of no rule", `$aws/rules/${"a".repeat(260)}/a`],
    ["a rule and no topic", "$aws/rules/r/"],
  ])("is refused as a topic: %s", (_what, topic) => {
    expect(codeOf(() => publish(topic))).toBe("target-malformed");
    expect(codeOf(() => receive(topic))).toBe("target-malformed");
    expect(codeOf(() => connect("a", { topic, retain: false }))).toBe("target-malformed");
  });

  it.each(["/", "a//b", "/a", "$awsome", "a*?", longTopic, `$aws/rules/r/${longTopic}`])(
    "is not this topic: %s",
    (topic) => {
      expect(publish(topic)[0]?.resource).toBe(`${ARN}topic/${topic}`);
    },
  );

  it.each([
    ["nothing", ""],
    ["# before the last level", "#/a"],
    ["# that is no level", "a#"],
    ["+ that is no level", "a/b+"],
    ["two wildcards in a level", "++"],
    ["a group without a name", "$share//a"],
    ["a wildcard in a group", "$share/g+/a"],
    ["the other one", "$share/#/a"],
    ["a NUL in a group", "$share/g\u0000/a"],
    ["a group without a filter", "$share/g"],
    ["a group with an empty filter", "$share/g/"],
    ["no group", "$share"],
    ["a group in a group", "$share/g/$share/h/a"],
    ["a group in another case", "$Share/g/a"],
    ["what AWS reserves, in another case", "$AWS/#"],
    ["what stands for bytes that are no UTF-8", "a/\uFFFD/#"],
    ["more than 256 bytes", `${longTopic}/#`],
  ])("is refused as a topic filter: %s", (_what, filter) => {
    expect(codeOf(() => subscribe(filter))).toBe("target-malformed");
  });

  it.each(["+", "/+", "+/+/#", "/#", "$shared/a", "a//+", `$share/g/${longTopic}`])(
    "is not this topic filter: %s",
    (filter) => {
      expect(codeOf(() => subscribe(filter))).toBe("nothing");
    },
  );

  it("is not quoted where it is refused", () => {
    const details = [() => connect("secret+"), () => publish("secret/+"), () => subscribe("secret#")].map(
      detailOf,
    );
    for (const detail of details) expect(detail).toMatch(/^a wildcard(?!.*secret)/);
  });
});

function detailOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof Refusal) return error.detail;
  }
  return undefined;
}
