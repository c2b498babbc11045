import { describe, expect, it } from "vitest";
import { createSharedTier, type SharedTierOptions } from "../../src/credentials/shared-tier.ts";
import { callerOf, permitOf } from "../support/callers.ts";
import { freePort } from "../support/free-port.ts";
import { NOW } from "../support/signed-tokens.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");

const tierOf = (more: Partial<SharedTierOptions> = {}) =>
  createSharedTier({
    redis: { url: "redis://127.0.0.1:1/0" },
    keyFile: `k:${KEY}\n`,
    deployment: "postern",
    now: () => NOW,
    onLookup: () => {},
    onTamper: () => {},
    onTrouble: () => {},
    ...more,
  });

describe("a shared tier", () => {
  it("is not made of a key file that is none, and does not say what stands in it", () => {
    expect(() => tierOf({ keyFile: `k:${KEY}A` })).toThrow(
      "the key file of the shared tier: line 1 is not <key id>:<base64 of 32 bytes>",
    );
  });

  it("is not up before it has answered, and can be closed without having been asked", () => {
    const tier = tierOf();
    expect(tier.isUp()).toBe(false);
    tier.close();
  });

  it("whose Redis is not there costs an exchange and nothing else, and is told of once", async () => {
    const troubles: unknown[] = [];
    const tier = tierOf({
      redis: { url: `redis://127.0.0.1:${await freePort()}/0` },
      onTrouble: (error) => troubles.push(error),
    });
    const keys = { accessKeyId: "a", secretAccessKey: "s", sessionToken: "t", expiresAtMs: NOW + 1000 };
    const supply = tier.share(() => keys, { type: "identity-pool" });
    await expect(supply(permitOf(), callerOf(), undefined)).resolves.toBe(keys);
    await expect(supply(permitOf(), callerOf(), undefined)).resolves.toBe(keys);
    expect(troubles).toEqual([new Error("the shared tier: it is not connected (ECONNREFUSED)")]);
    expect(tier.isUp()).toBe(false);
    tier.close();
  });
});
