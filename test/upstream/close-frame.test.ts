import { Receiver } from "ws";
import { expect, it } from "vitest";
import { CLOSE_CODES, TUNNEL_ENDS } from "../../src/domain/tunnel-end.ts";
import { closeFrame } from "../../src/upstream/close-frame.ts";

it("is written as RFC 6455 has it", () => {
  expect(closeFrame(1008, "token").toString("hex")).toBe("880703f0746f6b656e");
  expect(closeFrame(1008, "token", Buffer.from([0xff, 0, 0xff, 0])).toString("hex")).toBe(
    "8887ff00ff00fcf08b6f946591",
  );
});

it.each(TUNNEL_ENDS.flatMap((why) => [[why, "server"] as const, [why, "client"] as const]))(
  "is understood by another reader: %s, from a %s",
  (why, from) => {
    const receiver = new Receiver({ isServer: from === "client" });
    const concluded: unknown[] = [];
    receiver.on("conclude", (code: number, reason: Buffer) => concluded.push(code, reason.toString()));
    receiver.write(
      closeFrame(CLOSE_CODES[why], why, from === "client" ? Buffer.from([1, 2, 3, 4]) : undefined),
    );
    expect(concluded).toEqual([CLOSE_CODES[why], why]);
  },
);
