import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusalOf } from "../../src/credentials/aws-error.ts";
import { createExchangeCall } from "../../src/credentials/exchange.ts";
import type { Caller } from "../../src/domain/caller.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { OutboundError, type Reply } from "../../src/outbound/call.ts";
import { callerOf } from "../support/callers.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const late = async (): Promise<Reply> => {
  await new Promise((resolve) => setTimeout(resolve, 5000));
  throw new OutboundError("timeout");
};
const broken = (): Promise<Reply> => Promise.resolve({ status: 500, headers: {}, body: "" });
const good = (): Promise<Reply> => Promise.resolve({ status: 200, headers: {}, body: "credentials" });

/** An identity pool that has no trouble but with the callers of one issuer. */
function exchangeWith(trouble: () => Promise<Reply>) {
  const exchange = createExchangeCall({
    outbound: ({ body }) => (body === "partner" ? trouble() : good()),
    onExchange: () => {},
    now: Date.now,
  });
  return (caller: Caller): Promise<string> =>
    exchange({
      service: "cognito-identity",
      operation: "GetCredentialsForIdentity",
      call: { url: "https://cognito-identity.test/", method: "POST", headers: {}, body: caller.issuer },
      caller,
      read: (body) => body,
      refusalOf: ({ status }) =>
        refusalOf(
          { operation: "GetCredentialsForIdentity", status, type: undefined },
          new Map(),
          "credentials-refused",
        ),
    }).catch((error: unknown) => (error instanceof Refusal ? (error.detail ?? "") : "?"));
}

describe("S2.12 an issuer with whose tokens the identity pool always", () => {
  it.each([
    ["takes too long", late],
    ["breaks down", broken],
  ])("%s closes the way to it for its own callers alone", async (_how, trouble) => {
    const ask = exchangeWith(trouble);
    const partner = Array.from({ length: 10 }, (_, i) =>
      ask(callerOf({ issuer: "partner", subject: `s${i}` })),
    );
    await vi.advanceTimersByTimeAsync(5000);
    const [newcomer, staff] = [ask(callerOf({ issuer: "partner" })), ask(callerOf({ issuer: "staff" }))];
    await vi.advanceTimersByTimeAsync(8000);
    await Promise.all(partner);
    await expect(staff).resolves.toBe("credentials");
    await expect(newcomer).resolves.toMatch(/left alone$/);
  });
});
