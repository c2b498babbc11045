import { describe, expect, it } from "vitest";
import type { Exchange } from "../../src/credentials/broker.ts";
import { createExchangeCall } from "../../src/credentials/exchange.ts";
import { Refusal, type RefusalCode } from "../../src/domain/refusal.ts";
import { OutboundError, type Reply } from "../../src/outbound/call.ts";

async function exchangeWith(answer: () => Promise<Reply>, code: RefusalCode = "credentials-refused") {
  const counted: Exchange[] = [];
  let nowMs = 1000;
  const exchange = createExchangeCall({
    outbound: () => {
      nowMs += 25;
      return answer();
    },
    onExchange: (one) => counted.push(one),
    now: () => nowMs,
  });
  const end = await exchange({
    operation: "GetId",
    call: { url: "http://127.0.0.1/", method: "POST", headers: {} },
    read: (body) => {
      if (body === "") throw new Refusal("credentials-unavailable", { detail: "empty" });
      return body.length;
    },
    refusalOf: () => new Refusal(code),
  }).catch((error: unknown) => error);
  return { end, counted };
}

const reply = (status: number, body: string) => async (): Promise<Reply> => ({ status, body, headers: {} });

describe("createExchangeCall", () => {
  it("hands on what was read, and counts it", async () => {
    expect(await exchangeWith(reply(200, "four"))).toEqual({
      end: 4,
      counted: [{ operation: "GetId", outcome: "ok", durationMs: 25 }],
    });
  });

  it("counts an answer that cannot be read as none", async () => {
    const { end, counted } = await exchangeWith(reply(200, ""));
    expect([end, counted[0]?.outcome]).toMatchObject([{ detail: "empty" }, "unavailable"]);
  });

  it.each([
    ["credentials-refused", "refused"],
    ["role-not-granted", "refused"],
    ["credentials-throttled", "throttled"],
    ["credentials-unavailable", "unavailable"],
  ] as const)("counts %s as %s", async (code, outcome) => {
    const { end, counted } = await exchangeWith(reply(400, "x"), code);
    expect([end, counted.map((one) => one.outcome)]).toMatchObject([{ code }, [outcome]]);
  });

  it("takes no other status for a success", async () => {
    for (const status of [201, 204, 302])
      expect((await exchangeWith(reply(status, "four"))).end).toMatchObject({ code: "credentials-refused" });
  });

  it("makes a fault of a call without an answer, and keeps why", async () => {
    const cause = new OutboundError("timeout");
    const { end, counted } = await exchangeWith(async () => {
      throw cause;
    });
    expect(end).toMatchObject({ code: "credentials-unavailable", cause, detail: "GetId had no answer" });
    expect(counted).toMatchObject([{ outcome: "unavailable" }]);
  });
});
