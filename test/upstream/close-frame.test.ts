import { expect, it } from "vitest";
import { closeFrame } from "../../src/upstream/close-frame.ts";

it("is written as a server writes it, and as a client does", () => {
  expect(closeFrame(1008, "token").toString("hex")).toBe("880703f0746f6b656e");
  const mask = Buffer.from([0xff, 0, 0xff, 0]);
  expect(closeFrame(1008, "token", mask).toString("hex")).toBe("8887ff00ff00fcf08b6f946591");
});
