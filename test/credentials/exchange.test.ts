import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isDecision, type Meaning, refusalOf } from "../../src/credentials/aws-error.ts";
import type { Exchange } from "../../src/domain/exchange.ts";
import { createExchangeCall, type ExchangeOptions, type Question } from "../../src/credentials/exchange.ts";
import { QUOTAS } from "../../src/credentials/quotas.ts";
import { GUEST } from "../../src/domain/caller.ts";
import { Refusal, type RefusalCode } from "../../src/domain/refusal.ts";
import { OutboundError, type Reply } from "../../src/outbound/call.ts";
import { callerOf } from "../support/callers.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["NotAuthorizedException", "denied"],
  ["InvalidIdentityPoolConfigurationException", "misconfigured"],
  ["TooManyRequestsException", "throttled"],
  ["ExternalServiceException", "failed"],
  ["InternalErrorException", "failed"],
]);

type Answer = () => Promise<Reply>;

const reply =
  (status: number, body: string): Answer =>
  async () => ({ status, body, headers: {} });
const lost =
  (kind: OutboundError["kind"]): Answer =>
  async () => {
    throw new OutboundError(kind);
  };
const hangs: Answer = () => new Promise(() => {});
const GOOD = reply(200, "four");
const DENIED = reply(400, "NotAuthorizedException");
const THROTTLED = reply(400, "TooManyRequestsException");
const FAULT = reply(500, "InternalErrorException");
const ISSUER_AWAY = reply(400, "ExternalServiceException");
const UNAVAILABLE = "credentials-unavailable";

const EU = "https://cognito-identity.eu-west-1.amazonaws.com/";

/** Answers in turn, the last over and over; each answer takes 25 ms. */
function exchangeWith(answers: readonly Answer[], options: Partial<ExchangeOptions> = {}) {
  const counted: Exchange[] = [];
  const asked: string[] = [];
  const exchange = createExchangeCall({
    outbound: async ({ url }) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? GOOD;
      asked.push(url);
      await new Promise((resolve) => setTimeout(resolve, 25));
      return answer();
    },
    onExchange: (one) => counted.push(one),
    now: Date.now,
    ...options,
  });
  const ask = (question: Partial<Question<number>> = {}): Promise<unknown> => {
    const { operation = "GetId" } = question;
    return exchange({
      service: "cognito-identity",
      operation,
      caller: callerOf(),
      call: { url: EU, method: "POST", headers: {}, body: "a secret" },
      read: (body) => {
        if (body === "") throw new Refusal("credentials-unavailable", { detail: "empty" });
        return body.length;
      },
      refusalOf: ({ status, body }) => {
        const type = body === "" ? undefined : body;
        return refusalOf({ operation, status, type }, MEANINGS, "credentials-refused");
      },
      ...question,
    }).catch((error: unknown) => error);
  };
  const outcomes = (): string[] => counted.splice(0).map(({ outcome }) => outcome);
  return { ask, counted, outcomes, asked };
}

/** What comes of one or many questions, once all timers have rung. */
async function end<T>(work: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return work;
}

const many = (count: number, ask: () => Promise<unknown>): Promise<unknown[]> =>
  Promise.all(Array.from({ length: count }, ask));

describe("createExchangeCall", () => {
  it("hands on what was read, and counts it", async () => {
    const { ask, counted } = exchangeWith([GOOD]);
    expect(await end(ask())).toBe(4);
    expect(counted).toEqual([{ operation: "GetId", outcome: "ok", durationMs: 25 }]);
  });

  it.each<readonly [what: string, answer: Answer, code: RefusalCode, outcome: Exchange["outcome"]]>([
    ["a denial", DENIED, "credentials-refused", "refused"],
    [
      "a pool set up wrongly",
      reply(400, "InvalidIdentityPoolConfigurationException"),
      UNAVAILABLE,
      "misconfigured",
    ],
    ["an error never heard of", reply(400, "NewException"), UNAVAILABLE, "misconfigured"],
  ])("takes %s for decided, and does not ask again", async (_what, answer, code, outcome) => {
    const { ask, outcomes } = exchangeWith([answer]);
    const refusal = await end(ask());
    expect(refusal).toMatchObject({ name: "Refusal", code });
    expect(isDecision(refusal)).toBe(true);
    expect(outcomes()).toEqual([outcome]);
  });

  it.each<readonly [what: string, answer: Answer, outcome: Exchange["outcome"]]>([
    ["a success that cannot be read", reply(200, ""), "malformed"],
    ["an answer that is too large", lost("too-large"), "too-large"],
  ])("takes %s for none, and does not ask again", async (_what, answer, outcome) => {
    const { ask, outcomes } = exchangeWith([answer]);
    const refusal = await end(ask());
    expect(refusal).toMatchObject({ name: "Refusal", code: UNAVAILABLE });
    expect(isDecision(refusal)).toBe(false);
    expect(outcomes()).toEqual([outcome]);
  });

  it.each<readonly [what: string, answer: Answer, code: RefusalCode, outcome: Exchange["outcome"]]>([
    ["throttling", THROTTLED, "credentials-throttled", "throttled"],
    ["a 429 by somebody between", reply(429, ""), "credentials-throttled", "throttled"],
    ["a fault", FAULT, UNAVAILABLE, "unavailable"],
    ["a gateway's page", reply(503, ""), UNAVAILABLE, "unavailable"],
    ["a redirect", reply(307, ""), UNAVAILABLE, "unavailable"],
    ["another success", reply(204, ""), UNAVAILABLE, "unavailable"],
    ["an issuer that does not answer AWS", ISSUER_AWAY, UNAVAILABLE, "unavailable"],
    ["nobody there", lost("unreachable"), UNAVAILABLE, "unavailable"],
    ["no answer in time", lost("timeout"), UNAVAILABLE, "timeout"],
  ])("asks three times in all where it meets %s", async (_what, answer, code, outcome) => {
    const { ask, outcomes } = exchangeWith([answer]);
    const refusal = await end(ask());
    expect(refusal).toMatchObject({ name: "Refusal", code });
    expect(isDecision(refusal)).toBe(false);
    expect(outcomes()).toEqual([outcome, outcome, outcome]);
  });

  it.each([
    ["throttling", [THROTTLED, GOOD], ["throttled", "ok"]],
    ["two faults", [FAULT, lost("unreachable"), GOOD], ["unavailable", "unavailable", "ok"]],
  ])("gets over %s", async (_what, answers, expected) => {
    const { ask, outcomes } = exchangeWith(answers);
    expect(await end(ask())).toBe(4);
    expect(outcomes()).toEqual(expected);
  });

  it("says what was asked and how it failed, and nothing of what was sent", async () => {
    const cause = new OutboundError("timeout");
    const { ask } = exchangeWith([async () => Promise.reject(cause)]);
    const refusal = await end(ask());
    expect(refusal).toMatchObject({ cause, detail: "GetId had no answer" });
    expect(JSON.stringify([refusal, String(refusal)])).not.toContain("secret");
  });

  it("passes a fault of its own on as it is", async () => {
    const { ask, outcomes } = exchangeWith([GOOD]);
    expect(await end(ask({ read: () => JSON.parse("a bug") as number }))).toBeInstanceOf(SyntaxError);
    expect(outcomes()).toEqual(["malformed"]);
  });
});

describe("the deadline of an exchange", () => {
  it("ends what hangs, and counts it", async () => {
    const { ask, counted } = exchangeWith([hangs]);
    const work = ask();
    await vi.advanceTimersByTimeAsync(8000);
    expect(await work).toMatchObject({ code: "credentials-unavailable", cause: { kind: "timeout" } });
    expect(counted).toEqual([{ operation: "GetId", outcome: "timeout", durationMs: 8000 }]);
  });

  it("holds for all attempts together, and tells why the last to end failed", async () => {
    const { ask, asked } = exchangeWith([THROTTLED, hangs], { deadlineMs: 1000 });
    const work = ask();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await work).toMatchObject({ code: "credentials-throttled" });
    expect(asked).toHaveLength(2);
  });

  it("holds for a wait for its turn too, after which nothing is sent", async () => {
    const { ask, asked, outcomes } = exchangeWith([GOOD], { rates: { GetId: 1 }, deadlineMs: 500 });
    const [, waited] = await end(many(2, ask));
    expect(waited).toMatchObject({ code: "credentials-unavailable", cause: { kind: "timeout" } });
    expect(asked).toHaveLength(1);
    expect(outcomes()).toEqual(["ok", "held-back"]);
  });

  it("is the end of a trial that hangs, so that another can follow", async () => {
    let isUp = false;
    const { ask, asked } = exchangeWith([() => (isUp ? GOOD() : hangs())], { deadlineMs: 100 });
    await end(many(5, ask));
    await vi.advanceTimersByTimeAsync(2000);
    await end(ask());
    expect(asked).toHaveLength(6);
    isUp = true;
    await vi.advanceTimersByTimeAsync(4000);
    expect(await end(ask())).toBe(4);
  });
});

describe("the quotas of an exchange", () => {
  it.each(["GetId", "GetOpenIdToken", "GetCredentialsForIdentity"] as const)(
    "S2.12 keeps %s within what AWS allows in a second",
    async (operation) => {
      const perSecond = QUOTAS[operation];
      const { ask, asked } = exchangeWith([GOOD]);
      const callers = Array.from({ length: perSecond * 1.5 }, (_, i) => callerOf({ subject: `${i}` }));
      const work = Promise.all(callers.map((caller) => ask({ operation, caller })));
      await vi.advanceTimersByTimeAsync(1000);
      expect(asked.length).toBeGreaterThan(perSecond);
      expect(asked.length).toBeLessThanOrEqual(perSecond * 1.2 + 1);
      await end(work);
    },
  );

  it("takes other quotas, where an account has them", async () => {
    const { ask, asked } = exchangeWith([GOOD], { rates: { GetId: 250 } });
    const work = many(200, ask);
    await vi.advanceTimersByTimeAsync(650);
    expect(asked).toHaveLength(200);
    await end(work);
  });

  it("holds back who cannot go in time, and counts that once", async () => {
    const { ask, asked, counted } = exchangeWith([GOOD]);
    const ends = await end(many(100, ask));
    const heldBack = ends.filter((one) => one instanceof Refusal);
    expect(asked.length + heldBack.length).toBe(100);
    expect(heldBack.length).toBeGreaterThan(40);
    for (const one of heldBack) {
      expect(one).toMatchObject({
        code: "credentials-throttled",
        detail: "GetId: too many wait for their turn",
        cause: { by: "pace" },
      });
      expect(isDecision(one)).toBe(false);
    }
    expect(counted.filter(({ outcome }) => outcome === "held-back")).toHaveLength(heldBack.length);
    expect(counted).toHaveLength(100);
  });

  it("are of one operation, and of one region", async () => {
    const { ask } = exchangeWith([GOOD]);
    const url = EU.replace("eu-west-1", "us-east-1");
    const flood = many(100, ask);
    const others = Promise.all([
      ask({ operation: "GetCredentialsForIdentity" }),
      ask({ call: { url, method: "POST", headers: {} } }),
    ]);
    await vi.advanceTimersByTimeAsync(25);
    expect(await others).toEqual([4, 4]);
    await end(flood);
  });

  it("S2.12 are shared fairly by issuers and callers, and a fifth is for guests", async () => {
    const { ask, asked } = exchangeWith([GOOD]);
    const of = (caller: ReturnType<typeof callerOf>) => () =>
      ask({ caller, call: { url: `${EU}${caller.issuer}-${caller.subject}`, method: "POST", headers: {} } });
    const flood = many(60, of(callerOf()));
    const guests = many(60, of(GUEST));
    const ben = many(1, of(callerOf({ subject: "ben" })));
    const partner = many(1, of(callerOf({ issuer: "partners", subject: "anna" })));
    await vi.advanceTimersByTimeAsync(200);
    expect(await ben).toEqual([4]);
    expect(await partner).toEqual([4]);
    await end(Promise.all([flood, guests]));
    const guestCalls = asked.filter((url) => url === `${EU}--`);
    expect(guestCalls.length).toBeGreaterThan(5);
    expect(guestCalls.length).toBeLessThanOrEqual(asked.length / 5 + 1);
  });
});

describe("the breaker of an exchange", () => {
  it("leaves an API alone after five faults in a row, refuses at once, and says which", async () => {
    const { ask, asked, outcomes } = exchangeWith([FAULT]);
    await end(ask());
    expect(await end(ask())).toMatchObject({
      code: "credentials-unavailable",
      detail: "GetId: cognito-identity fails, so it is left alone",
      cause: { by: "breaker", cause: { detail: "GetId: 500 InternalErrorException" } },
    });
    expect(outcomes()).toEqual([...Array.from({ length: 5 }, () => "unavailable"), "held-back"]);
    const refusal = await ask();
    expect(refusal).toMatchObject({ cause: { by: "breaker" } });
    expect(isDecision(refusal)).toBe(false);
    expect(asked).toHaveLength(5);
    expect(outcomes()).toEqual(["held-back"]);
  });

  it("lets nobody wait for a turn while it leaves an API alone", async () => {
    const { ask } = exchangeWith([FAULT], { rates: { GetId: 1 } });
    await end(ask({ operation: "GetCredentialsForIdentity" }));
    await end(ask({ operation: "GetCredentialsForIdentity" }));
    for (const one of await many(5, ask)) expect(one).toMatchObject({ cause: { by: "breaker" } });
  });

  it("leaves the other API and the other regions to themselves", async () => {
    const answers = [...Array.from({ length: 5 }, () => FAULT), GOOD];
    const { ask } = exchangeWith(answers);
    await end(ask());
    await end(ask());
    const url = EU.replace("eu-west-1", "us-east-1");
    expect(await end(ask({ service: "sts", operation: "GetCallerIdentity" }))).toBe(4);
    expect(await end(ask({ call: { url, method: "POST", headers: {} } }))).toBe(4);
    expect(await end(ask({ operation: "GetCredentialsForIdentity" }))).toMatchObject({
      cause: { by: "breaker" },
    });
  });

  it("asks again after a while, and goes on when it is answered", async () => {
    const { ask } = exchangeWith([...Array.from({ length: 5 }, () => FAULT), GOOD]);
    await end(ask());
    await end(ask());
    await vi.advanceTimersByTimeAsync(2000);
    expect(await end(ask())).toBe(4);
    expect(await end(many(10, ask))).toEqual(Array.from({ length: 10 }, () => 4));
  });

  it.each([
    ["denials", DENIED],
    ["throttling", THROTTLED],
    ["issuers that do not answer AWS", ISSUER_AWAY],
    ["answers that nobody can read", reply(200, "")],
  ])("S2.12 never opens for %s", async (_what, answer) => {
    const { ask, outcomes } = exchangeWith([answer]);
    for (let i = 0; i < 12; i++) await end(ask());
    expect(outcomes()).not.toContain("held-back");
  });

  it("S2.12 is not opened for others by one whose every call is denied while others are served", async () => {
    const { ask, outcomes } = exchangeWith([
      FAULT,
      DENIED,
      FAULT,
      DENIED,
      FAULT,
      DENIED,
      FAULT,
      DENIED,
      FAULT,
      GOOD,
    ]);
    for (let i = 0; i < 5; i++) await end(ask());
    expect(outcomes()).not.toContain("held-back");
  });
});
