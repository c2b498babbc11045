import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExchangeCall } from "../../src/credentials/exchange.ts";
import { createIdentityPoolCalls } from "../../src/credentials/identity-pool-calls.ts";
import { createIdentityPool } from "../../src/credentials/identity-pool.ts";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import type { Reply } from "../../src/outbound/call.ts";
import { ADMIN, ANALYST, callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";
import { type CallName, COGNITO_CREDENTIALS, endOf, IDENTITY, POOL_ID, scriptedAws } from "./scripted-aws.ts";

const poolOver = (exchange: ExchangeCall) =>
  createIdentityPool(
    createIdentityPoolCalls({ identityPoolId: POOL_ID, endpoint: undefined, exchange, now: () => NOW }),
  );

function start(script: Partial<Record<CallName, readonly Partial<Reply>[]>> = {}) {
  const { exchange, ...aws } = scriptedAws(script);
  const pool = poolOver(exchange);
  return { ...aws, ask: async (caller = callerOf(), role = ANALYST) => pool(permitOf(role), caller) };
}

const errorOf = (type: string, status = 400) => ({ status, body: JSON.stringify({ __type: type }) });

describe("createIdentityPool", () => {
  it("gets the credentials of the caller's identity in the named role", async () => {
    const { ask, asked } = start();
    await expect(ask()).resolves.toMatchObject({ accessKeyId: "ASIACOGNITO", identityId: IDENTITY });
    expect(asked.map(({ operation, input }) => [operation, input["CustomRoleArn"]])).toEqual([
      ["GetId", undefined],
      ["GetCredentialsForIdentity", ANALYST],
    ]);
  });

  it("lets the pool choose where the permit does", async () => {
    const { ask, asked } = start();
    await ask(callerOf(), "pool");
    expect(asked[1]?.input).not.toHaveProperty("CustomRoleArn");
  });

  it("S2.1 asks nothing for a caller who presented no ID token", async () => {
    const { ask, asked } = start();
    for (const kind of ["user", "machine"] as const) {
      const refusal = await endOf(ask(callerOf({ kind, login: undefined })));
      expect(refusal).toMatchObject({ code: "id-token-required" });
    }
    expect(asked).toEqual([]);
  });

  it("S2.7 asks for a guest without any login, and for all guests with one identity", async () => {
    const { ask, asked } = start();
    await expect(ask(GUEST, "pool")).resolves.toMatchObject({ identityId: IDENTITY });
    await ask(GUEST, "pool");
    expect(asked.map(({ input }) => input)).toEqual([
      { IdentityPoolId: POOL_ID },
      { IdentityId: IDENTITY },
      { IdentityId: IDENTITY },
    ]);
  });

  it("S2.7 names no role for a guest: one that is named anyhow is refused before any call", async () => {
    const { ask, asked } = start();
    expect(await endOf(ask(GUEST, ANALYST))).toMatchObject({ code: "role-not-granted" });
    expect(asked).toEqual([]);
  });

  it("asks for the identity anew, once and at once, when a known one is gone", async () => {
    const gone = errorOf("ResourceNotFoundException");
    const { ask, names } = start({ GetCredentialsForIdentity: [{}, gone] });
    await ask();
    await expect(ask()).resolves.toMatchObject({ accessKeyId: "ASIACOGNITO" });
    expect(names().slice(2)).toEqual(["GetCredentialsForIdentity", "GetId", "GetCredentialsForIdentity"]);
  });

  it("does not ask for ever when it stays gone", async () => {
    const gone = errorOf("ResourceNotFoundException");
    const { ask, names } = start({ GetCredentialsForIdentity: [{}, gone, gone, gone] });
    await ask();
    expect(await endOf(ask())).toMatchObject({ code: "credentials-unavailable" });
    expect(names()).toHaveLength(5);
  });

  it("keeps the identity over a fault, and asks for it anew after a denial or a merger", async () => {
    const merged = JSON.stringify({ IdentityId: "us-east-1:bbbb", Credentials: COGNITO_CREDENTIALS });
    const { ask, names } = start({
      GetCredentialsForIdentity: [
        errorOf("TooManyRequestsException"),
        errorOf("InternalErrorException", 500),
        errorOf("NotAuthorizedException"),
        { body: merged },
      ],
    });
    const ids = () => names().filter((name) => name === "GetId").length;
    for (let i = 0; i < 3; i++) await endOf(ask());
    expect(ids()).toBe(1);
    await expect(ask()).resolves.toMatchObject({ identityId: "us-east-1:bbbb" });
    expect(ids()).toBe(2);
    await ask();
    expect(ids()).toBe(3);
  });
});

/** An identity pool that remembers who was shown to it, and everything that ought never to be asked of it. */
function createModel(disturbances: readonly string[]) {
  const owners = new Map<string, string>();
  const wrongs: string[] = [];
  const left = [...disturbances];
  let made = 0;

  const idOf = (who: string): string => {
    const known = who === "guest" ? undefined : [...owners].find(([, owner]) => owner === who)?.[0];
    const id = known ?? `us-east-1:${(++made).toString(16)}`;
    owners.set(id, who);
    return id;
  };
  const watch = (who: string, input: Readonly<Record<string, unknown>>): void => {
    const id = input["IdentityId"] as string | undefined;
    if (id !== undefined && owners.get(id) !== who)
      wrongs.push(`the identity of ${owners.get(id)} with the login of ${who}`);
    if (who === "guest" && ("Logins" in input || "CustomRoleArn" in input))
      wrongs.push("more than a guest has");
  };

  const exchange: ExchangeCall = async ({ operation, call, read, refusalOf }) => {
    await new Promise((resolve) => setImmediate(resolve));
    const input = JSON.parse(call.body ?? "") as Record<string, unknown>;
    const disturbance = left.shift() ?? "";
    const id = input["IdentityId"] as string | undefined;
    const isGone = id !== undefined && !owners.has(id);
    const type = isGone ? "ResourceNotFoundException" : disturbance;
    if (type.endsWith("Exception"))
      throw refusalOf({ status: 400, headers: {}, body: JSON.stringify({ __type: type }) });
    const who = whoShows(input, wrongs);
    watch(who, input);
    if (operation === "GetId") return read(JSON.stringify({ IdentityId: idOf(who) }));
    if (disturbance === "forget" && id !== undefined) owners.delete(id);
    const Credentials = { ...COGNITO_CREDENTIALS, AccessKeyId: `ASIA-${who}` };
    return read(JSON.stringify({ IdentityId: id, Credentials }));
  };
  return { exchange, wrongs };
}

/** The name before `'s token` in the one login; whoever shows none is a guest. */
function whoShows(input: Readonly<Record<string, unknown>>, wrongs: string[]): string {
  if (!("Logins" in input)) return "guest";
  const [token, ...more] = Object.values(input["Logins"] as Record<string, string>);
  if (token === undefined || more.length > 0) wrongs.push("not exactly one login");
  return token?.replace(/'s token.*/, "") ?? "nobody";
}

interface Ask {
  readonly who: string;
  readonly token: number;
  readonly role: string;
}

const asks: fc.Arbitrary<readonly Ask[][]> = fc.array(
  fc.array(
    fc.record({
      who: fc.constantFrom("guest", "guest", "anna", "bert"),
      token: fc.nat(1),
      role: fc.constantFrom("pool", "pool", ANALYST, ADMIN),
    }),
    { maxLength: 6 },
  ),
  { maxLength: 6 },
);
const disturbances = fc.array(
  fc.constantFrom(
    "",
    "",
    "",
    "forget",
    "NotAuthorizedException",
    "ResourceNotFoundException",
    "TooManyRequestsException",
  ),
  { maxLength: 40 },
);

function personOf({ who, token }: Ask): Caller {
  return who === "guest" ? GUEST : callerOf({ subject: who, digest: who, token: `${who}'s token ${token}` });
}

describe("S2.7 the identities of guests and of logins", () => {
  it("never mix, in whatever order and however many at once they come", async () => {
    await fc.assert(
      fc.asyncProperty(asks, disturbances, async (rounds, trouble) => {
        const { exchange, wrongs } = createModel(trouble);
        const pool = poolOver(exchange);
        for (const round of rounds) {
          const answers = round.map(async (ask) => {
            try {
              const { accessKeyId } = await pool(permitOf(ask.role), personOf(ask));
              expect(accessKeyId).toBe(`ASIA-${ask.who}`);
              expect(ask.who === "guest" && ask.role !== "pool").toBe(false);
            } catch (error) {
              if (!(error instanceof Refusal)) throw error;
            }
          });
          await Promise.all(answers);
        }
        expect(wrongs).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
