import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createExchangeCall } from "../../src/credentials/exchange.ts";
import { createIotPolicyCalls, type IotPolicyCalls } from "../../src/credentials/iot-policy-calls.ts";
import {
  createIotPolicy,
  type IotAttachment,
  type IotPolicyOptions,
} from "../../src/credentials/iot-policy.ts";
import { GUEST } from "../../src/domain/caller.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import type { Call } from "../../src/outbound/call.ts";
import { createSigner } from "../../src/signing/sign.ts";
import { callerOf } from "../support/callers.ts";
import { endOf, IDENTITY, rightClock } from "./scripted-aws.ts";

const documentOf = (Resource: string) =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action: "iot:*", Resource }] });
const FIT = documentOf("client/${cognito-identity.amazonaws.com:sub}");
const WIDE = documentOf("*");
const CHOSEN = documentOf("client/${iot:ClientId}");
const ANNA = callerOf();
const refused = (code: "credentials-refused" | "credentials-unavailable", detail: string) =>
  new Refusal(code, { detail });

/** AWS IoT as a test says; what it is asked is kept. */
function start(script: Partial<IotPolicyCalls> = {}, options: Partial<IotPolicyOptions> = {}) {
  let nowMs = 0;
  const looked: string[] = [];
  const attached: string[] = [];
  const attempts: IotAttachment[] = [];
  const onClientIdOnly = vi.fn();
  const { ensure } = createIotPolicy({
    policy: "device",
    calls: {
      getDocument: async (policy, caller) => {
        looked.push(policy);
        return script.getDocument?.(policy, caller) ?? FIT;
      },
      attach: async (policy, identityId, caller) => {
        attached.push(`${policy} ${identityId}`);
        await script.attach?.(policy, identityId, caller);
      },
    },
    onAttach: (attempt) => attempts.push(attempt),
    onClientIdOnly,
    now: () => nowMs,
    ...options,
  });
  const pass = (seconds: number): void => {
    nowMs += seconds * 1000;
  };
  return { ensure, looked, attached, attempts, onClientIdOnly, pass };
}

const throwing = (error: Refusal) => async () => {
  throw error;
};

describe("an IoT policy", () => {
  it("is attached once to an identity, and then there is nothing to wait for", async () => {
    const { ensure, looked, attached, attempts } = start();
    await ensure(IDENTITY, ANNA);
    expect(ensure(IDENTITY, ANNA)).toBeUndefined();
    expect([looked, attached]).toEqual([["device"], [`device ${IDENTITY}`]]);
    expect(attempts).toEqual([{ policy: "device", identityId: IDENTITY, caller: ANNA, error: undefined }]);
  });

  it("is attached once for a hundred who ask at a time", async () => {
    const { ensure, looked, attached, attempts } = start();
    await Promise.all(Array.from({ length: 100 }, async () => ensure(IDENTITY, callerOf())));
    expect([looked.length, attached.length, attempts.length]).toEqual([1, 1, 1]);
  });

  it("is looked at once for a hundred identities that come at a time", async () => {
    const { ensure, looked, attached } = start();
    await Promise.all(Array.from({ length: 100 }, async (_, i) => ensure(`us-east-1:${i}`, ANNA)));
    expect([looked.length, new Set(attached).size]).toEqual([1, 100]);
  });

  it("S2 is never attached for a guest", () => {
    const { ensure, looked, attempts } = start();
    expect(ensure(IDENTITY, GUEST)).toBeUndefined();
    expect([looked, attempts]).toEqual([[], []]);
  });

  it("is attached again to an identity that was forgotten", async () => {
    const { ensure, attached } = start({}, { maxIdentities: 1 });
    for (const id of ["a", "b", "a"]) await ensure(id, ANNA);
    expect(attached).toEqual(["device a", "device b", "device a"]);
  });

  it("is not attached where it gives all the same", async () => {
    const { ensure, attached, attempts } = start({ getDocument: async () => WIDE });
    const error = await endOf(Promise.resolve(ensure(IDENTITY, ANNA)));
    expect(error).toMatchObject({
      code: "credentials-refused",
      detail: expect.stringMatching(
        /^IoT policy device is not attached: statement 1 allows what is not bound/,
      ),
    });
    expect(attached).toEqual([]);
    expect(attempts).toMatchObject([{ error }]);
  });

  it("is told of once where it leaves the client id to the client, and is attached", async () => {
    const { ensure, looked, attached, onClientIdOnly, pass } = start({ getDocument: async () => CHOSEN });
    for (const id of ["a", "b", "c"]) {
      await ensure(id, ANNA);
      pass(300);
    }
    expect([looked.length, attached.length]).toEqual([3, 3]);
    expect(onClientIdOnly).toHaveBeenCalledOnce();
  });

  it("is not told of where it binds the client id, or is not attached", async () => {
    for (const document of [FIT, WIDE]) {
      const { ensure, onClientIdOnly } = start({ getDocument: async () => document });
      await endOf(Promise.resolve(ensure(IDENTITY, ANNA)));
      expect(onClientIdOnly).not.toHaveBeenCalled();
    }
  });

  it("is looked at again after a minute where it was not fit, and after five where it was", async () => {
    let document = WIDE;
    const { ensure, looked, attached, pass } = start({ getDocument: async () => document });
    await endOf(Promise.resolve(ensure("a", ANNA)));
    document = FIT;
    pass(59);
    await endOf(Promise.resolve(ensure("b", ANNA)));
    expect([looked.length, attached]).toEqual([1, []]);
    pass(1);
    await ensure("a", ANNA);
    expect([looked.length, attached]).toEqual([2, ["device a"]]);
    document = WIDE;
    pass(299);
    await ensure("c", ANNA);
    expect(looked).toHaveLength(2);
    pass(1);
    expect(await endOf(Promise.resolve(ensure("d", ANNA)))).toMatchObject({
      code: "credentials-refused",
    });
  });

  it("does not ask again for a minute what AWS decided against", async () => {
    const { ensure, attached, attempts, pass } = start({
      attach: throwing(refused("credentials-refused", "AttachPolicy: 403 AccessDeniedException")),
    });
    for (let i = 0; i < 3; i++) {
      expect(await endOf(Promise.resolve(ensure(IDENTITY, ANNA)))).toMatchObject({
        code: "credentials-refused",
        detail: "AttachPolicy: 403 AccessDeniedException",
      });
    }
    expect([attached.length, attempts.length]).toEqual([1, 1]);
    pass(60);
    await endOf(Promise.resolve(ensure(IDENTITY, ANNA)));
    expect(attached).toHaveLength(2);
  });

  it.each(["getDocument", "attach"] as const)("asks again at once where %s met a fault", async (call) => {
    const fault = refused("credentials-unavailable", "no answer");
    const faults = [fault];
    const { ensure, attempts } = start({
      [call]: async () => {
        const next = faults.pop();
        if (next !== undefined) throw next;
        return FIT;
      },
    });
    expect(await endOf(Promise.resolve(ensure(IDENTITY, ANNA)))).toBe(fault);
    await ensure(IDENTITY, ANNA);
    expect(attempts.map(({ error }) => error)).toEqual([fault, undefined]);
  });
});

describe("the rate of attaching", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("keeps to ten in a second, and turns away who would wait too long", async () => {
    const asked: Call[] = [];
    const exchange = createExchangeCall({
      outbound: async (call) => {
        asked.push(call);
        const body = call.method === "GET" ? JSON.stringify({ policyDocument: FIT }) : "";
        return { status: 200, headers: {}, body };
      },
      onExchange: () => {},
      now: Date.now,
    });
    const calls = createIotPolicyCalls({
      region: "us-east-1",
      endpoint: undefined,
      exchange,
      signer: createSigner(),
      clockOffsetOf: () => rightClock(Date.now),
      ambient: async () => ({ accessKeyId: "AKIA", secretAccessKey: "secret" }),
    });
    const { ensure } = start({}, { calls, now: Date.now });
    const callers = Array.from({ length: 100 }, (_, i) => callerOf({ subject: `${i}` }));
    const ends = Promise.all(
      callers.map((caller, i) => endOf(Promise.resolve(ensure(`us-east-1:${i}`, caller)))),
    );
    const attaches = () => asked.filter(({ method }) => method === "PUT").length;
    await vi.advanceTimersByTimeAsync(1000);
    expect(attaches()).toBeGreaterThanOrEqual(10);
    expect(attaches()).toBeLessThanOrEqual(13);
    await vi.runAllTimersAsync();
    const turnedAway = (await ends).filter((end) => end instanceof Refusal);
    expect(turnedAway.length + attaches()).toBe(100);
    for (const one of turnedAway)
      expect(one).toMatchObject({
        code: "credentials-throttled",
        detail: "AttachPolicy: too many wait for their turn",
      });
  });
});
