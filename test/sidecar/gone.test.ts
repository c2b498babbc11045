import { describe, expect, it } from "vitest";
import type { Holder } from "../../src/credentials/memory.ts";
import { goneBetween } from "../../src/sidecar/gone.ts";
import { roleArn } from "../support/own-rules.ts";
import { configOf } from "../support/config-of.ts";

const pool = (name: string, more: object = {}) => ({
  name,
  id: "us-east-1_AbCdEfGhI",
  clientIds: ["web"],
  tokenUse: ["id"],
  ...more,
});
const identity = (...userPools: readonly object[]) => ({ identity: { userPools } });
const roles = (...names: readonly string[]) => ({
  policy: {
    rules: names.map((role, i) => ({
      name: `rule ${i}`,
      who: { groups: [`g${i}`] },
      allow: ["s3:GetObject"],
      on: ["*"],
      role,
    })),
  },
});
const held = (role: string, issuer = "staff", clientId = "web"): Holder => ({
  kind: "user",
  issuer,
  clientId,
  handles: [`sub:${issuer}/1`],
  role,
});

describe("what is gone", () => {
  it("is nothing where nothing changed, and what changed does not say who is who", () => {
    const isGone = goneBetween(configOf(), configOf(identity(pool("staff", { clientIds: ["web", "app"] }))));
    expect(isGone(held("pool"))).toBe(false);
  });

  it("is what came of an issuer that is not there any more, or is another by the same name", () => {
    const other = { id: "us-east-1_ZZZZZZZZZ" };
    expect(goneBetween(configOf(), configOf(identity(pool("other"))))(held("pool"))).toBe(true);
    expect(goneBetween(configOf(), configOf(identity(pool("staff", other))))(held("pool"))).toBe(true);
    expect(goneBetween(configOf(), configOf(identity(pool("staff", other))))(held("pool", "staff-2"))).toBe(
      false,
    );
  });

  it("is what came of an app client that is not accepted any more, or of guests", () => {
    const after = configOf({
      identity: { userPools: [pool("staff", { clientIds: ["app"] })], guests: "allow" },
    });
    const isGone = goneBetween(configOf(), after);
    expect([isGone(held("pool")), isGone(held("pool", "staff", "app"))]).toEqual([true, false]);
    const guest: Holder = { kind: "guest", issuer: "-", clientId: "", handles: [], role: "pool" };
    expect([isGone(guest), goneBetween(after, configOf())(guest)]).toEqual([false, true]);
  });

  it("is a role that no rule gives any more, and with pool every role that was wished for", () => {
    const [a, b] = [roleArn("a"), roleArn("b")];
    const isGone = goneBetween(configOf(roles(a, b)), configOf(roles(b)));
    expect([a, b, roleArn("c")].map((role) => isGone(held(role)))).toEqual([true, false, false]);
    const withoutPool = goneBetween(configOf(roles("pool", b)), configOf(roles(b)));
    expect(["pool", b, roleArn("c")].map((role) => withoutPool(held(role)))).toEqual([true, false, true]);
  });

  it("spares pool where what no rule allows is recorded with it", () => {
    const until = new Date(Date.now() + 60_000).toISOString();
    const { policy } = roles(roleArn("b"));
    const after = configOf({ policy: { ...policy, mode: "record", until } });
    expect(goneBetween(configOf(roles("pool")), after)(held("pool"))).toBe(false);
  });
});
