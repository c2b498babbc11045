import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";

const MIB = 1024 * 1024;
const FIVE_GIB = 5 * 1024 * MIB;
/** What is read of a body after it was refused; the sockets between hold some more. */
const MOST_BYTES = 64 * MIB + 32 * MIB;

let stack: Stack;
let lines: readonly (readonly [string, string])[];

beforeAll(async () => {
  stack = await startStack();
  lines = [
    ["Authorization", `Bearer ${await stack.tokenOf("admin")}`],
    ["Content-Length", String(FIVE_GIB)],
  ];
});
afterAll(() => stack.close());

describe("an upload of 5 GiB that a rule denies", () => {
  it("costs not a byte of its body where the client asks first", async () => {
    const text = requestText("PUT /s3/audit/big", [...lines, ["Expect", "100-continue"]]);
    const { answers, closed } = await exchange(stack.ports.listen, text);
    expect(answers.map(({ status }) => status)).toEqual([403]);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("denied-by-rule");
    expect(closed).toBe(true);
    expect(stack.arrived()).toBe(0);
  });

  it("is answered at once where it does not, and cut off when it goes on and on", async () => {
    const socket = await openSocket(stack.ports.listen);
    let answer = "";
    let sentBefore = -1;
    socket.on("data", (chunk: Buffer) => {
      if (answer === "") sentBefore = socket.bytesWritten;
      answer += chunk.toString();
    });
    socket.write(requestText("PUT /s3/audit/big", lines));
    const piece = Buffer.alloc(256 * 1024);
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on("drain", more);
    more();
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 403 .*AccessDenied.*$/s);
    expect(sentBefore).toBeLessThan(32 * MIB);
    expect(socket.bytesWritten).toBeLessThan(MOST_BYTES);
    expect(stack.arrived()).toBe(0);
  });
});
