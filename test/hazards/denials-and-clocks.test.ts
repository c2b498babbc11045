import { describe, expect, it } from "vitest";
import { cached } from "../../src/credentials/cached.ts";
import { Refusal } from "../../src/domain/refusal.ts";
import { callerOf, permitOf } from "../support/callers.ts";
import { NOW } from "../support/signed-tokens.ts";

const HOUR = 3_600_000;

describe("a denial before the clock is set back by an hour", () => {
  it("does not last until the clock has caught up", async () => {
    let nowMs = NOW;
    let isDenied = true;
    const credentials = {
      accessKeyId: "a",
      secretAccessKey: "b",
      sessionToken: "c",
      expiresAtMs: NOW + HOUR,
    };
    const broker = cached(
      () => {
        if (isDenied) throw new Refusal("role-not-granted");
        return credentials;
      },
      { now: () => nowMs, onLookup: () => {} },
    );
    const ask = async () => broker.obtain(permitOf(), callerOf());
    await expect(ask()).rejects.toMatchObject({ code: "role-not-granted" });
    isDenied = false;
    nowMs += 4000;
    await expect(ask()).rejects.toMatchObject({ code: "role-not-granted" });
    nowMs -= HOUR;
    await expect(ask()).resolves.toEqual(credentials);
    broker.close();
  });
});
