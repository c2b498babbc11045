import { describe, expect, it } from "vitest";
import { Refusal } from "../../src/domain/refusal.ts";
import { acceptedHandshake } from "../../src/upstream/accepted-handshake.ts";

const ASKED = [
  ["host", "api.example"],
  // The example of RFC 6455 section 1.3.
  ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ["sec-websocket-version", "13"],
  ["sec-websocket-protocol", "chat, superchat"],
  ["sec-websocket-extensions", "permessage-deflate; client_max_window_bits, x-other"],
].flat();
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

function read(...lines: readonly (readonly [string, string])[]): string | Refusal {
  const raw = [["Upgrade", "websocket"] as const, ["Connection", "Upgrade"] as const, ...lines];
  return acceptedHandshake(
    { headers: ASKED, answerHeaders: ["x-postern-request-id", "abc"] },
    raw.flat().map((part) => Buffer.from(part, "latin1")),
  );
}

const detailOf = (answer: string | Refusal) => (answer instanceof Refusal ? answer.detail : undefined);

describe("an accepted handshake", () => {
  it("crosses with its own lines and Postern's, and no other", () => {
    const answer = read(
      ["Sec-WebSocket-Accept", ACCEPT],
      ["Sec-WebSocket-Protocol", "superchat"],
      ["Sec-WebSocket-Extensions", "permessage-deflate; server_no_context_takeover"],
      ["x-amzn-RequestId", "r-1"],
      ["Set-Cookie", "a=b"],
    );
    expect(answer).toBe(
      [
        "HTTP/1.1 101 Switching Protocols",
        "connection: Upgrade",
        "upgrade: websocket",
        `sec-websocket-accept: ${ACCEPT}`,
        "sec-websocket-protocol: superchat",
        "sec-websocket-extensions: permessage-deflate; server_no_context_takeover",
        "x-postern-request-id: abc",
        "",
        "",
      ].join("\r\n"),
    );
  });

  it("may select nothing of what was offered", () => {
    expect(read(["sec-websocket-accept", ACCEPT])).not.toContain("sec-websocket-protocol");
  });

  it.each([
    ["no accept", []],
    ["another accept", [["sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp="]]],
    ["the accept in other case", [["sec-websocket-accept", ACCEPT.toLowerCase()]]],
    [
      "the accept twice",
      [
        ["sec-websocket-accept", ACCEPT],
        ["sec-websocket-accept", ACCEPT],
      ],
    ],
  ] as const)("is refused with %s", (_, lines) => {
    expect(detailOf(read(...lines))).toBe("a handshake answered with another sec-websocket-accept");
  });

  it.each([["mqtt"], ["Chat"], ["chat, superchat"], [""]])(
    "is refused with the subprotocol %j, which was not offered",
    (protocol) => {
      const answer = read(["sec-websocket-accept", ACCEPT], ["sec-websocket-protocol", protocol]);
      expect(detailOf(answer)).toBe("a handshake answered with a subprotocol that was not offered");
    },
  );

  it("is refused with two subprotocols", () => {
    const answer = read(
      ["sec-websocket-accept", ACCEPT],
      ["sec-websocket-protocol", "chat"],
      ["sec-websocket-protocol", "superchat"],
    );
    expect(answer).toBeInstanceOf(Refusal);
  });

  it("is refused with an extension that was not offered", () => {
    const answer = read(
      ["sec-websocket-accept", ACCEPT],
      ["sec-websocket-extensions", "x-other, x-foreign; a=b"],
    );
    expect(detailOf(answer)).toBe("a handshake answered with an extension that was not offered");
  });

  it("is refused with another protocol", () => {
    expect(detailOf(read(["Upgrade", "h2c"], ["sec-websocket-accept", ACCEPT]))).toBe(
      "a handshake answered with another protocol",
    );
  });
});
