import { describe, expect, it } from "vitest";
import { AwsError } from "../../src/credentials/aws-error.ts";
import { createIdentities } from "../../src/credentials/identities.ts";
import { type Caller, GUEST } from "../../src/domain/caller.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { callerOf } from "../support/callers.ts";
import { endOf } from "./scripted-aws.ts";

function start(max = 10) {
  const asked: Caller[] = [];
  const identities = createIdentities(async (caller) => {
    asked.push(caller);
    await new Promise((resolve) => setImmediate(resolve));
    if (caller.login?.token === "bad") throw new Error("no");
    return caller.kind === "guest" ? "the guests' id" : `id of ${caller.subject}`;
  }, max);
  const idOf = async (caller: Caller): Promise<string> =>
    (await identities.use(caller, async (identityId) => ({ identityId }))).identityId;
  return { asked, identities, idOf };
}

const gone = () =>
  new Refusal("credentials-unavailable", {
    cause: new AwsError("GetOpenIdToken", "ResourceNotFoundException", "misconfigured"),
  });

describe("createIdentities", () => {
  it("asks once for a login, whatever roles and tokens it comes with", async () => {
    const { asked, idOf } = start();
    await expect(idOf(callerOf())).resolves.toBe("id of anna");
    await expect(idOf(callerOf({ token: "new", digest: "new" }))).resolves.toBe("id of anna");
    expect(asked).toHaveLength(1);
  });

  it("asks once for all who wait with one token", async () => {
    const { asked, idOf } = start();
    await Promise.all(Array.from({ length: 100 }, () => idOf(callerOf())));
    expect(asked).toHaveLength(1);
  });

  it("asks once for all guests", async () => {
    const { asked, idOf } = start();
    await Promise.all(Array.from({ length: 100 }, () => idOf(GUEST)));
    await expect(idOf(GUEST)).resolves.toBe("the guests' id");
    expect(asked).toEqual([GUEST]);
  });

  it("S2.7 never gives one login the identity of another, nor of the guests", async () => {
    const { idOf } = start();
    const login = { provider: "accounts.example.com", token: "c" };
    const ids = await Promise.all([
      idOf(callerOf()),
      idOf(callerOf({ subject: "bert", token: "b" })),
      idOf(callerOf({ subject: "anna2", login })),
      idOf(GUEST),
      idOf(callerOf({ subject: "", token: "" })),
      idOf(callerOf({ subject: "guests", token: "" })),
    ]);
    expect(new Set(ids).size).toBe(6);
  });

  it("does not take a subject of another provider for its own", async () => {
    const { asked, idOf } = start();
    await idOf(callerOf({ login: { provider: "a", token: "c" }, subject: '","b' }));
    await idOf(callerOf({ login: { provider: 'a","', token: "c" }, subject: "b" }));
    expect(asked).toHaveLength(2);
  });

  it("S2.1 asks nothing for a caller without a login", async () => {
    const { asked, idOf } = start();
    expect(await endOf(idOf(callerOf({ login: undefined })))).toMatchObject({ code: "id-token-required" });
    expect(asked).toEqual([]);
  });

  it("does not let a refused token speak for another", async () => {
    const { idOf } = start();
    const [bad, good] = await Promise.allSettled([idOf(callerOf({ token: "bad" })), idOf(callerOf())]);
    expect(bad.status).toBe("rejected");
    expect(good).toMatchObject({ value: "id of anna" });
  });

  it("asks anew for what fell out", async () => {
    const { asked, idOf } = start(1);
    for (const subject of ["anna", "bert", "anna"]) await idOf(callerOf({ subject, token: subject }));
    expect(asked.map(({ subject }) => subject)).toEqual(["anna", "bert", "anna"]);
  });

  it.each([
    ["was decided against", new Refusal("credentials-refused")],
    ["is gone", gone()],
  ])("asks anew for an identity that %s", async (_why, error) => {
    const { asked, identities, idOf } = start();
    expect(await endOf(identities.use(callerOf(), () => Promise.reject(error)))).toBe(error);
    await idOf(callerOf());
    expect(asked).toHaveLength(2);
  });

  it("asks anew for an identity that was merged into another", async () => {
    const { asked, identities, idOf } = start();
    await identities.use(callerOf(), async () => ({ identityId: "another" }));
    await idOf(callerOf());
    expect(asked).toHaveLength(2);
  });

  it("keeps the identity over a fault, since GetId has the narrowest quota", async () => {
    const { asked, identities, idOf } = start();
    await endOf(identities.use(callerOf(), () => Promise.reject(new Refusal("credentials-throttled"))));
    await idOf(callerOf());
    expect(asked).toHaveLength(1);
  });

  it("does not ask anew for an identity that was new and is gone already", async () => {
    const { asked, identities } = start();
    await endOf(identities.use(callerOf(), () => Promise.reject(gone())));
    expect(asked).toHaveLength(1);
  });

  it("asks for a known identity anew at once when it is gone, and not for ever", async () => {
    const { asked, identities, idOf } = start();
    await idOf(callerOf());
    let tries = 0;
    const ask = async (): Promise<never> => {
      tries++;
      throw gone();
    };
    expect(await endOf(identities.use(callerOf(), ask))).toMatchObject({ code: "credentials-unavailable" });
    expect([asked.length, tries]).toEqual([2, 2]);
  });
});
