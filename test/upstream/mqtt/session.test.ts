import { generate, type Packet } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import type { MqttAsk } from "../../../src/aws/iot/mqtt-ask.ts";
import type { RefusalCode } from "../../../src/domain/refusal.ts";
import type { TunnelEnd } from "../../../src/domain/tunnel-end.ts";
import { MqttFault } from "../../../src/upstream/mqtt/mqtt-fault.ts";
import type { MqttVersion } from "../../../src/upstream/mqtt/packet-forms.ts";
import { Session } from "../../../src/upstream/mqtt/session.ts";
import type { Farewell } from "../../../src/upstream/mqtt/session-ports.ts";

interface Ended extends Farewell {
  readonly why: TunnelEnd;
}

/** A session that AWS has accepted, what it asked, and what went where. Topics and filters with `no` in them are refused. */
class Talk {
  readonly version: MqttVersion;
  readonly asks: MqttAsk[] = [];
  readonly up: Packet[] = [];
  readonly down: Packet[] = [];
  readonly answers: Packet[] = [];
  readonly ends: Ended[] = [];
  readonly session: Session;
  refuses: (ask: MqttAsk) => RefusalCode | undefined = (ask) =>
    /no/.test("topic" in ask ? ask.topic : "filter" in ask ? ask.filter : "") ? "denied-no-rule" : undefined;

  constructor(version: MqttVersion, topicAliasMaximum = 8) {
    this.version = version;
    this.session = new Session({
      version,
      decide: (ask) => {
        this.asks.push(ask);
        return this.refuses(ask);
      },
      toUpstream: (packet) => this.up.push(packet),
      toClient: (packet) => this.down.push(packet),
      answer: (packet) => this.answers.push(packet),
      end: (why, farewell) => this.ends.push({ why, ...farewell }),
      onConnack: () => {},
    });
    this.fromUpstream({
      cmd: "connack",
      sessionPresent: false,
      returnCode: 0,
      reasonCode: 0,
      properties: { topicAliasMaximum },
    });
    this.down.length = 0;
  }

  fromClient(packet: Packet): void {
    this.session.fromClient(generate(packet, { protocolVersion: this.version }));
  }

  fromUpstream(packet: Packet): void {
    this.session.fromUpstream(generate(packet, { protocolVersion: this.version }));
  }

  publish(
    topic: string,
    more: { qos?: 0 | 1 | 2; messageId?: number; alias?: number; retain?: boolean } = {},
  ): void {
    const { qos = 0, messageId = 7, alias, retain = false } = more;
    this.fromClient({
      cmd: "publish",
      topic,
      qos,
      messageId,
      dup: false,
      retain,
      payload: Buffer.from("x"),
      ...(alias !== undefined && { properties: { topicAlias: alias } }),
    });
  }

  message(topic: string, qos: 0 | 1 | 2 = 0, messageId = 9): void {
    const payload = Buffer.from("m");
    this.fromUpstream({ cmd: "publish", topic, qos, messageId, dup: false, retain: false, payload });
  }

  subscribe(messageId: number, ...filters: readonly string[]): void {
    this.fromClient({
      cmd: "subscribe",
      messageId,
      subscriptions: filters.map((topic) => ({ topic, qos: 1 })),
    });
  }

  suback(messageId: number, ...granted: readonly number[]): void {
    this.fromUpstream({ cmd: "suback", messageId, granted: [...granted] });
  }

  unsubscribe(messageId: number, ...filters: readonly string[]): void {
    this.fromClient({ cmd: "unsubscribe", messageId, unsubscriptions: [...filters] });
  }

  /** What is granted is not written in MQTT 3.1.1. */
  unsuback(messageId: number, ...granted: readonly number[]): void {
    this.fromUpstream({ cmd: "unsuback", messageId, granted: [...granted] });
  }
}

/** The reason code of the fault that something throws. */
function faultOf(run: () => void): number | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof MqttFault) return error.reasonCode;
    throw error;
  }
  return undefined;
}

describe("a PUBLISH of a client", () => {
  it("passes where it may, and is decided with its topic and whether it is retained", () => {
    const talk = new Talk(4);
    talk.publish("a/b", { retain: true, qos: 2 });
    expect(talk.asks).toEqual([{ kind: "publish", topic: "a/b", retain: true }]);
    expect(talk.up).toMatchObject([{ cmd: "publish", topic: "a/b", retain: true, qos: 2, messageId: 7 }]);
  });

  it.each([0, 1, 2] as const)("ends a connection of MQTT 3.1.1 that may not send it, with QoS %d", (qos) => {
    const talk = new Talk(4);
    talk.publish("no", { qos });
    expect(talk.up).toEqual([]);
    expect(talk.answers).toEqual([]);
    expect(talk.ends).toEqual([{ why: "refused", reasonCode: 0x87, detail: "a PUBLISH: denied-no-rule" }]);
  });

  it("ends a connection of MQTT 5 that may not send it without an answer", () => {
    const talk = new Talk(5);
    talk.publish("no");
    expect(talk.up).toEqual([]);
    expect(talk.ends).toMatchObject([{ why: "refused", reasonCode: 0x87 }]);
  });

  it("is refused alone where MQTT 5 has an answer, and goes nowhere", () => {
    const talk = new Talk(5);
    talk.publish("no", { qos: 1, messageId: 3 });
    talk.publish("no", { qos: 2, messageId: 4 });
    expect(talk.answers).toEqual([
      { cmd: "puback", messageId: 3, reasonCode: 0x87 },
      { cmd: "pubrec", messageId: 4, reasonCode: 0x87 },
    ]);
    expect([talk.up, talk.ends]).toEqual([[], []]);
  });

  it("is told when its topic is none", () => {
    const talk = new Talk(5);
    talk.refuses = () => "target-malformed";
    talk.publish("x", { qos: 1 });
    expect(talk.answers).toMatchObject([{ reasonCode: 0x90 }]);
  });

  it("is decided again when it is sent again", () => {
    const talk = new Talk(5);
    const packet = { cmd: "publish", topic: "a", qos: 1, messageId: 3, retain: false, payload: "x" } as const;
    talk.fromClient({ ...packet, dup: false });
    talk.refuses = () => "denied-by-rule";
    talk.fromClient({ ...packet, dup: true });
    expect(talk.up).toHaveLength(1);
    expect(talk.answers).toEqual([{ cmd: "puback", messageId: 3, reasonCode: 0x87 }]);
  });

  it("may have no subscription identifier", () => {
    const talk = new Talk(5);
    const bytes = Buffer.from("3006000161020b01", "hex");
    expect(faultOf(() => talk.session.fromClient(bytes))).toBe(0x82);
  });
});

describe("a topic alias", () => {
  it("is resolved here: AWS gets every topic in full and no alias", () => {
    const talk = new Talk(5);
    talk.publish("a/b", { alias: 1 });
    talk.publish("", { alias: 1 });
    expect(talk.asks).toEqual([
      { kind: "publish", topic: "a/b", retain: false },
      { kind: "publish", topic: "a/b", retain: false },
    ]);
    expect(talk.up.map((packet) => generate(packet, { protocolVersion: 5 }).toString("hex"))).toEqual([
      "30070003612f620078",
      "30070003612f620078",
    ]);
  });

  it("may be given another topic", () => {
    const talk = new Talk(5);
    talk.publish("a", { alias: 1 });
    talk.publish("b", { alias: 1 });
    talk.publish("", { alias: 1 });
    expect(talk.up).toMatchObject([{ topic: "a" }, { topic: "b" }, { topic: "b" }]);
  });

  it("is not learnt from what is refused", () => {
    const talk = new Talk(5);
    talk.publish("no", { alias: 1, qos: 1 });
    expect(faultOf(() => talk.publish("", { alias: 1 }))).toBe(0x82);
    expect(talk.up).toEqual([]);
  });

  it("stands for nothing any more after a refusal: what follows was not meant for the old topic", () => {
    const talk = new Talk(5);
    talk.publish("a", { alias: 1 });
    talk.publish("no", { alias: 1, qos: 1 });
    expect(faultOf(() => talk.publish("", { alias: 1 }))).toBe(0x82);
    expect(talk.up).toHaveLength(1);
  });

  it("is decided anew each time", () => {
    const talk = new Talk(5);
    talk.publish("a", { alias: 1 });
    talk.refuses = () => "denied-by-rule";
    talk.publish("", { alias: 1, qos: 1 });
    expect(talk.up).toHaveLength(1);
    expect(talk.answers).toMatchObject([{ reasonCode: 0x87 }]);
  });

  it.each([
    { name: "0", alias: 0, offered: 8, code: 0x94 },
    { name: "above what was offered", alias: 9, offered: 8, code: 0x94 },
    { name: "where none was offered", alias: 1, offered: 0, code: 0x94 },
    { name: "above what is remembered, whatever AWS offers", alias: 17, offered: 65_535, code: 0x94 },
    { name: "unknown", alias: 2, offered: 8, code: 0x82 },
  ])("is a fault when it is $name", ({ alias, offered, code }) => {
    const talk = new Talk(5, offered);
    expect(faultOf(() => talk.publish("", { alias }))).toBe(code);
  });

  it("is not the way out of having a topic", () => {
    expect(faultOf(() => new Talk(5).publish(""))).toBe(0x82);
  });

  it("from AWS, which was allowed none, is a fault", () => {
    const talk = new Talk(5);
    expect(faultOf(() => talk.session.fromUpstream(Buffer.from("30080001610323000178", "hex")))).toBe(0x82);
    expect(talk.down).toEqual([]);
  });
});

describe("a SUBSCRIBE", () => {
  it("goes up without the filters that are refused, and its answer tells of all", () => {
    const talk = new Talk(5);
    talk.subscribe(5, "a", "no/1", "b/#", "no/2", "c/+");
    expect(talk.asks.map((ask) => "filter" in ask && ask.filter)).toEqual([
      "a",
      "no/1",
      "b/#",
      "no/2",
      "c/+",
    ]);
    expect(talk.up).toMatchObject([
      { messageId: 5, subscriptions: [{ topic: "a" }, { topic: "b/#" }, { topic: "c/+" }] },
    ]);
    expect(talk.answers).toEqual([]);
    talk.suback(5, 1, 0x80, 0);
    expect(talk.down).toMatchObject([{ cmd: "suback", messageId: 5, granted: [1, 0x87, 0x80, 0x87, 0] }]);
    expect(talk.session.filters()).toEqual(["a", "c/+"]);
  });

  it("says 0x80 for a refused filter in MQTT 3.1.1", () => {
    const talk = new Talk(4);
    talk.subscribe(5, "no", "a");
    talk.suback(5, 1);
    expect(talk.down).toMatchObject([{ granted: [0x80, 1] }]);
  });

  it("is answered here when nothing of it may pass", () => {
    const talk = new Talk(5);
    talk.subscribe(5, "no/1", "no/2");
    expect(talk.up).toEqual([]);
    expect(talk.answers).toEqual([{ cmd: "suback", messageId: 5, granted: [0x87, 0x87] }]);
    expect(talk.session.filters()).toEqual([]);
  });

  it("says of a filter that is none that it is none", () => {
    const talk = new Talk(5);
    talk.refuses = () => "target-malformed";
    talk.subscribe(5, "a");
    expect(talk.answers).toMatchObject([{ granted: [0x8f] }]);
  });

  it("passes shares and all options as they are", () => {
    const talk = new Talk(5);
    const subscriptions = [{ topic: "$share/g/a/#", qos: 2, nl: false, rap: true, rh: 2 }] as const;
    talk.fromClient({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: [...subscriptions],
      properties: { subscriptionIdentifier: 300 },
    });
    expect(talk.asks).toEqual([{ kind: "subscribe", filter: "$share/g/a/#" }]);
    expect(talk.up).toMatchObject([{ subscriptions, properties: { subscriptionIdentifier: 300 } }]);
  });

  it("is remembered until it is taken back, failed ones apart", () => {
    const talk = new Talk(4);
    talk.subscribe(1, "a", "b");
    expect(talk.session.filters()).toEqual(["a", "b"]);
    talk.suback(1, 0, 0x80);
    expect(talk.session.filters()).toEqual(["a"]);
    talk.subscribe(2, "a");
    talk.suback(2, 0x80);
    expect(talk.session.filters(), "the earlier one stands").toEqual(["a"]);
    talk.unsubscribe(3, "a");
    talk.unsuback(3);
    expect(talk.session.filters()).toEqual([]);
    expect(talk.up).toHaveLength(3);
  });

  it.each([
    { version: 4, code: 0x80 },
    { version: 5, code: 0x97 },
  ] as const)("is refused beyond 100 filters in MQTT $version", ({ version, code }) => {
    const talk = new Talk(version);
    const filters = Array.from({ length: 100 }, (_, i) => `f/${i}`);
    talk.subscribe(1, ...filters.slice(0, 99));
    talk.subscribe(2, "f/1", "f/99", "f/100");
    expect(talk.up).toMatchObject([{}, { subscriptions: [{ topic: "f/1" }, { topic: "f/99" }] }]);
    talk.suback(2, 0, 0);
    expect(talk.down).toMatchObject([{ granted: [0, 0, code] }]);
    expect(talk.session.filters()).toEqual(filters);
  });

  it("of more than 100 filters is not even decided", () => {
    const talk = new Talk(5);
    const filters = Array.from({ length: 101 }, () => "a");
    expect(faultOf(() => talk.subscribe(1, ...filters))).toBe(0x97);
    expect(faultOf(() => talk.unsubscribe(1, ...filters))).toBe(0x97);
    expect(talk.asks).toEqual([]);
  });

  it("is refused while 100 others wait for AWS", () => {
    const talk = new Talk(5);
    for (let id = 1; id <= 101; id++) talk.subscribe(id, "a");
    expect(talk.up).toHaveLength(100);
    expect(talk.answers).toEqual([{ cmd: "suback", messageId: 101, granted: [0x97] }]);
    talk.suback(1, 0);
    talk.subscribe(101, "a");
    expect(talk.up).toHaveLength(101);
  });

  it("may not bear the identifier of one that waits", () => {
    const talk = new Talk(4);
    talk.subscribe(1, "a");
    expect(faultOf(() => talk.subscribe(1, "b"))).toBe(0x82);
  });

  it.each([
    { name: "for nothing", id: 2, granted: [0] },
    { name: "for more than was asked", id: 1, granted: [0, 0] },
  ])("is not answered $name", ({ id, granted }) => {
    const talk = new Talk(4);
    talk.subscribe(1, "a", "no");
    expect(faultOf(() => talk.suback(id, ...granted))).toBe(0x82);
  });
});

describe("an UNSUBSCRIBE", () => {
  it("passes, and its answer, undecided", () => {
    const talk = new Talk(5);
    talk.unsubscribe(1, "a", "no");
    talk.unsuback(1, 0, 0x11);
    expect(talk.asks).toEqual([]);
    expect(talk.up).toMatchObject([{ cmd: "unsubscribe", messageId: 1, unsubscriptions: ["a", "no"] }]);
    expect(talk.down).toMatchObject([{ cmd: "unsuback", messageId: 1, granted: [0, 0x11] }]);
  });

  it.each([4, 5] as const)("leaves nothing once AWS has taken it, in MQTT %d", (version) => {
    const talk = new Talk(version);
    talk.subscribe(1, "a", "b");
    talk.suback(1, 0, 0);
    talk.unsubscribe(2, "a", "b");
    expect(talk.session.filters(), "it is under way").toEqual(["a", "b"]);
    talk.unsuback(2, 0, 0);
    expect(talk.session.filters()).toEqual([]);
  });

  it("leaves the filters of which AWS refuses it", () => {
    const talk = new Talk(5);
    talk.subscribe(1, "a", "b", "c");
    talk.suback(1, 0, 0, 0);
    talk.unsubscribe(2, "unknown", "a", "b", "c");
    talk.unsuback(2, 0x80, 0, 0x87, 0x11);
    expect(talk.session.filters()).toEqual(["b"]);
  });

  it("takes nothing from a SUBSCRIBE that was sent after it", () => {
    const talk = new Talk(5);
    talk.subscribe(1, "a");
    talk.unsubscribe(2, "a");
    talk.subscribe(3, "a");
    talk.suback(1, 0);
    talk.suback(3, 0);
    talk.unsuback(2, 0);
    expect(talk.session.filters()).toEqual(["a"]);
  });

  it("between two SUBSCRIBEs of which AWS refuses the first leaves what the second got", () => {
    const talk = new Talk(4);
    talk.subscribe(1, "a");
    talk.unsubscribe(1, "a");
    talk.subscribe(2, "a");
    talk.suback(1, 0x80);
    talk.unsuback(1);
    expect(talk.session.filters(), "the second waits").toEqual(["a"]);
    talk.suback(2, 0);
    expect(talk.session.filters()).toEqual(["a"]);
  });

  it("does not answer for a SUBSCRIBE that AWS answers later", () => {
    const talk = new Talk(5);
    talk.subscribe(1, "a");
    talk.unsubscribe(2, "a");
    talk.unsuback(2, 0x11);
    talk.suback(1, 0);
    expect(talk.session.filters()).toEqual(["a"]);
  });

  it("counts from the last SUBSCRIBE that AWS took, in whatever order it answers", () => {
    const talk = new Talk(5);
    talk.subscribe(1, "a");
    talk.unsubscribe(2, "a");
    talk.subscribe(3, "a");
    talk.suback(3, 0);
    talk.suback(1, 0);
    talk.unsuback(2, 0);
    expect(talk.session.filters()).toEqual(["a"]);
    talk.unsubscribe(4, "a");
    talk.subscribe(5, "a");
    talk.suback(5, 0x80);
    talk.unsuback(4, 0);
    expect(talk.session.filters()).toEqual([]);
  });

  it("makes room for other filters once AWS has taken it", () => {
    const talk = new Talk(5);
    const filters = Array.from({ length: 100 }, (_, i) => `f/${i}`);
    talk.subscribe(1, ...filters);
    talk.suback(1, ...filters.map(() => 0));
    talk.unsubscribe(2, "f/0");
    talk.subscribe(3, "g");
    expect(talk.answers).toEqual([{ cmd: "suback", messageId: 3, granted: [0x97] }]);
    talk.unsuback(2, 0);
    talk.subscribe(3, "g");
    expect(talk.session.filters()).toEqual([...filters.slice(1), "g"]);
  });

  it("is refused while 100 others wait for AWS, alone in MQTT 5", () => {
    const talk = new Talk(5);
    for (let id = 1; id <= 101; id++) talk.unsubscribe(id, "a", "b");
    expect(talk.up).toHaveLength(100);
    expect(talk.answers).toEqual([{ cmd: "unsuback", messageId: 101, granted: [0x83, 0x83] }]);
    expect(talk.ends).toEqual([]);
    talk.unsuback(1, 0, 0);
    talk.unsubscribe(101, "a");
    expect(talk.up).toHaveLength(101);
  });

  it("ends a connection of MQTT 3.1.1, which cannot refuse it, while 100 others wait for AWS", () => {
    const talk = new Talk(4);
    for (let id = 1; id <= 101; id++) talk.unsubscribe(id, "a");
    expect(talk.up).toHaveLength(100);
    expect(talk.answers).toEqual([]);
    expect(talk.ends).toEqual([
      { why: "refused", reasonCode: 0x97, detail: "too many UNSUBSCRIBEs wait for their answer" },
    ]);
  });

  it("may not bear the identifier of one that waits", () => {
    const talk = new Talk(4);
    talk.unsubscribe(1, "a");
    expect(faultOf(() => talk.unsubscribe(1, "b"))).toBe(0x82);
  });

  it.each([
    { name: "for nothing", id: 2, granted: [0, 0] },
    { name: "for less than was asked", id: 1, granted: [0] },
    { name: "for more than was asked", id: 1, granted: [0, 0, 0] },
  ])("is not answered $name", ({ id, granted }) => {
    const talk = new Talk(5);
    talk.unsubscribe(1, "a", "b");
    expect(faultOf(() => talk.unsuback(id, ...granted))).toBe(0x82);
    expect(talk.down).toEqual([]);
  });
});

describe("a message", () => {
  it("passes where it may, with all its subscription identifiers", () => {
    const talk = new Talk(5);
    talk.session.fromUpstream(Buffer.from("320d0001610003040b010b0278797a", "hex"));
    expect(talk.asks).toEqual([{ kind: "receive", topic: "a" }]);
    expect(talk.down).toMatchObject([{ messageId: 3, properties: { subscriptionIdentifier: [1, 2] } }]);
  });

  it("is taken from AWS in the client's place where it may not pass", () => {
    const talk = new Talk(4);
    talk.message("no", 0);
    talk.message("no", 1, 3);
    talk.message("no", 2, 4);
    expect(talk.down).toEqual([]);
    expect(talk.up).toEqual([
      { cmd: "puback", messageId: 3, reasonCode: 0 },
      { cmd: "pubrec", messageId: 4, reasonCode: 0 },
    ]);
    talk.fromUpstream({ cmd: "pubrel", messageId: 4 });
    talk.fromUpstream({ cmd: "pubrel", messageId: 5 });
    expect(talk.up.slice(2)).toEqual([{ cmd: "pubcomp", messageId: 4, reasonCode: 0 }]);
    expect(talk.down).toMatchObject([{ cmd: "pubrel", messageId: 5 }]);
    expect(talk.ends).toEqual([]);
  });

  it("that was withheld and comes again passes by the rules of then, with its release", () => {
    const talk = new Talk(4);
    talk.message("no", 2, 4);
    talk.refuses = () => undefined;
    talk.message("no", 2, 4);
    talk.fromUpstream({ cmd: "pubrel", messageId: 4 });
    expect(talk.down).toMatchObject([{ cmd: "publish" }, { cmd: "pubrel", messageId: 4 }]);
  });

  it("that passed and comes again is withheld by the rules of then, but the client gets its release", () => {
    const talk = new Talk(4);
    talk.message("a", 2, 4);
    talk.refuses = () => "denied-by-rule";
    talk.message("a", 2, 4);
    talk.message("a", 2, 4);
    expect(talk.down).toMatchObject([{ cmd: "publish" }]);
    const received = { cmd: "pubrec", messageId: 4, reasonCode: 0 };
    expect(talk.up).toEqual([received, received]);
    talk.fromUpstream({ cmd: "pubrel", messageId: 4 });
    expect(talk.down).toMatchObject([{ cmd: "publish" }, { cmd: "pubrel", messageId: 4 }]);
    expect(talk.up, "the client completes it").toHaveLength(2);
  });

  it("that has the identifier of one that was released is another", () => {
    const talk = new Talk(4);
    talk.message("a", 2, 4);
    talk.fromUpstream({ cmd: "pubrel", messageId: 4 });
    talk.message("no", 2, 4);
    talk.fromUpstream({ cmd: "pubrel", messageId: 4 });
    expect(talk.down).toMatchObject([{ cmd: "publish" }, { cmd: "pubrel" }]);
    expect(talk.up).toEqual([
      { cmd: "pubrec", messageId: 4, reasonCode: 0 },
      { cmd: "pubcomp", messageId: 4, reasonCode: 0 },
    ]);
  });
});

describe("what acknowledges, and what keeps alive", () => {
  it("passes from the client as it is, undecided", () => {
    const talk = new Talk(4);
    for (const cmd of ["puback", "pubrec", "pubrel", "pubcomp"] as const)
      talk.fromClient({ cmd, messageId: 1 });
    talk.fromClient({ cmd: "pingreq" });
    expect(talk.up.map(({ cmd }) => cmd)).toEqual(["puback", "pubrec", "pubrel", "pubcomp", "pingreq"]);
    expect(talk.asks).toEqual([]);
  });

  it("passes from AWS as it is", () => {
    const talk = new Talk(5);
    for (const cmd of ["puback", "pubrec", "pubrel", "pubcomp"] as const)
      talk.fromUpstream({ cmd, messageId: 1, reasonCode: 0 });
    talk.unsubscribe(1, "a");
    talk.unsuback(1, 0x11);
    talk.fromUpstream({ cmd: "pingresp" });
    expect(talk.down.map(({ cmd }) => cmd)).toEqual([
      "puback",
      "pubrec",
      "pubrel",
      "pubcomp",
      "unsuback",
      "pingresp",
    ]);
  });
});

describe("a DISCONNECT", () => {
  it("of the client passes with its properties, and ends the connection", () => {
    const talk = new Talk(5);
    talk.fromClient({ cmd: "disconnect", reasonCode: 4, properties: { sessionExpiryInterval: 9 } });
    expect(talk.up).toMatchObject([{ reasonCode: 4, properties: { sessionExpiryInterval: 9 } }]);
    expect(talk.ends).toMatchObject([{ why: "client" }]);
  });

  it("of AWS passes with its properties, and nothing is added to it", () => {
    const talk = new Talk(5);
    talk.fromUpstream({ cmd: "disconnect", reasonCode: 0x8e, properties: { reasonString: "taken over" } });
    expect(talk.down).toMatchObject([{ reasonCode: 0x8e, properties: { reasonString: "taken over" } }]);
    expect(talk.ends).toMatchObject([{ why: "upstream", reasonCode: null }]);
  });
});

describe("a CONNACK", () => {
  it("offers no more aliases than are remembered", () => {
    const talk = new Talk(5, 65_535);
    for (let alias = 1; alias <= 16; alias++) talk.publish("a", { alias });
    expect(talk.up).toHaveLength(16);
  });

  it("comes once, and comes first", () => {
    const talk = new Talk(4);
    expect(faultOf(() => talk.session.fromUpstream(Buffer.from("20020000", "hex")))).toBe(0x82);
    const early = new Session({
      version: 4,
      decide: () => undefined,
      toUpstream: () => {},
      toClient: () => expect.unreachable(),
      answer: () => {},
      end: () => {},
      onConnack: () => {},
    });
    expect(faultOf(() => early.fromUpstream(Buffer.from("d000", "hex")))).toBe(0x82);
  });
});
