import { describe, expect, it } from "vitest";
import { loginOf } from "../../src/credentials/login.ts";
import { GUEST } from "../../src/domain/caller.ts";
import { callerOf } from "../support/callers.ts";

describe("loginOf", () => {
  it("is the caller's own", () => {
    const caller = callerOf();
    expect(loginOf(caller)).toBe(caller.login);
  });

  it.each([
    ["a user with an access token alone", callerOf({ login: undefined })],
    ["a machine", callerOf({ kind: "machine", login: undefined })],
    ["a guest", GUEST],
    ["a guest to whom a login was put", { ...GUEST, login: callerOf().login }],
  ])("S2.1 is refused to %s", (_who, caller) => {
    expect(() => loginOf(caller)).toThrow(expect.objectContaining({ code: "id-token-required" }));
  });
});
