import { describe, expect, it } from "vitest";
import { createMemory, wishOf } from "../../src/credentials/memory.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";

const CREDENTIALS = { accessKeyId: "a", secretAccessKey: "s", sessionToken: "t", expiresAtMs: NOW + 1000 };

describe("wishOf", () => {
  it("S2.5 has no two wishes under one key", () => {
    const keys = [
      wishOf(permitOf("r", "s"), callerOf()),
      wishOf(permitOf("c", "a b"), callerOf()),
      wishOf(permitOf("b c", "a"), callerOf()),
      wishOf(permitOf("r", "s"), callerOf({ digest: "bert" })),
    ].map(({ key }) => key);
    expect(new Set(keys).size).toBe(4);
  });
});

describe("createMemory", () => {
  it("is bounded in denials too", () => {
    const memory = createMemory({ now: () => NOW, maxCallers: 2, refreshAheadMs: 1 });
    const wishes = ["a", "b", "c"].map((token) => wishOf(permitOf(), callerOf({ token })));
    for (const wish of wishes) memory.deny(wish, new Refusal("credentials-refused"));
    expect(wishes.map((wish) => memory.findDenial(wish)?.code)).toEqual([
      undefined,
      "credentials-refused",
      "credentials-refused",
    ]);
  });

  it("S2.6 holds a denial against one token only", () => {
    const memory = createMemory({ now: () => NOW, maxCallers: 2, refreshAheadMs: 1 });
    const wish = wishOf(permitOf(), callerOf());
    memory.deny(wish, new Refusal("credentials-refused"));
    expect(memory.findDenial({ ...wish, caller: callerOf({ token: "another" }) })).toBeUndefined();
    expect(memory.findDenial(wish)?.code).toBe("credentials-refused");
  });

  it("forgets what was got when it is denied", () => {
    const memory = createMemory({ now: () => NOW, maxCallers: 2, refreshAheadMs: 1 });
    const wish = wishOf(permitOf(), callerOf());
    memory.keep(wish, CREDENTIALS);
    expect(memory.find(wish)?.credentials).toBe(CREDENTIALS);
    memory.deny(wish, new Refusal("role-mismatch"));
    expect(memory.find(wish)).toBeUndefined();
  });
});
