import { describe, expect, it } from "vitest";
import { readMqttWords } from "../../src/cli/mqtt-words.ts";

describe("an MQTT packet in words", () => {
  it.each([
    [["mqtt", "publish", "a/b c"], undefined, "publish", "a/b c"],
    [["anna", "mqtt", "SUBSCRIBE", "a/#"], "anna", "subscribe", "a/#"],
    [["mqtt", "mqtt", "connect", "mqtt"], "mqtt", "connect", "mqtt"],
    [["mqtt", "receive", ""], undefined, "receive", ""],
  ] as const)("is read: %j", (words, ...[user, packet, name]) => {
    expect(readMqttWords(words)).toEqual({ user, packet, name });
  });

  it.each([[], ["mqtt"], ["GET", "/mqtt/a"], ["mqtt", "GET", "/a"], ["publish", "a"], ["mqtt", "publish"]])(
    "is something else: %j",
    (...words) => expect(readMqttWords(words)).toBeUndefined(),
  );
});
