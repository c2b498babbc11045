import { describe, expect, it } from "vitest";
import { createIdentities } from "../../src/credentials/identities.ts";
import type { Caller } from "../../src/domain/caller.ts";
import { callerOf } from "../support/callers.ts";

function start(max = 10) {
  const asked: Caller[] = [];
  const identities = createIdentities(async (caller) => {
    asked.push(caller);
    await new Promise((resolve) => setImmediate(resolve));
    if (caller.login.token === "bad") throw new Error("no");
    return `id of ${caller.subject}`;
  }, max);
  return { asked, identities };
}

describe("createIdentities", () => {
  it("asks once for a login, whatever roles and tokens it comes with", async () => {
    const { asked, identities } = start();
    await expect(identities.find(callerOf())).resolves.toEqual({ id: "id of anna", known: false });
    await expect(identities.find(callerOf({ token: "new", digest: "new" }))).resolves.toEqual({
      id: "id of anna",
      known: true,
    });
    expect(asked).toHaveLength(1);
  });

  it("asks once for all who wait with one token", async () => {
    const { asked, identities } = start();
    await Promise.all(Array.from({ length: 100 }, () => identities.find(callerOf())));
    expect(asked).toHaveLength(1);
  });

  it("S2.7 never gives one login the identity of another", async () => {
    const { identities } = start();
    const elsewhere = callerOf({ subject: "anna2" });
    const [anna, bert, other] = await Promise.all([
      identities.find(callerOf()),
      identities.find(callerOf({ subject: "bert", token: "b" })),
      identities.find({ ...elsewhere, login: { provider: "accounts.example.com", token: "c" } }),
    ]);
    expect(new Set([anna.id, bert.id, other.id]).size).toBe(3);
  });

  it("does not take a subject of another provider for its own", async () => {
    const { asked, identities } = start();
    await identities.find(callerOf());
    await identities.find(callerOf({ login: { provider: "accounts.example.com", token: "c" } }));
    expect(asked).toHaveLength(2);
  });

  it("does not let a refused token speak for another", async () => {
    const { identities } = start();
    const [bad, good] = await Promise.allSettled([
      identities.find(callerOf({ token: "bad" })),
      identities.find(callerOf()),
    ]);
    expect(bad.status).toBe("rejected");
    expect(good).toMatchObject({ value: { id: "id of anna" } });
  });

  it("asks anew for what it was told to forget, and for what fell out", async () => {
    const { asked, identities } = start(1);
    await identities.find(callerOf());
    identities.forget(callerOf());
    await identities.find(callerOf());
    await identities.find(callerOf({ subject: "bert", token: "b" }));
    await identities.find(callerOf());
    expect(asked.map(({ subject }) => subject)).toEqual(["anna", "anna", "bert", "anna"]);
  });
});
