import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { addControl, CannotDo } from "../../src/admin/control.ts";

let done: string[];
let isHeld: boolean;
let trouble: Error | undefined;
let app: Hono;

beforeEach(() => {
  [done, isHeld, trouble] = [[], false, undefined];
  app = new Hono();
  app.onError((_error, c) => c.json({ message: "Something went wrong." }, 500));
  addControl(app, {
    quit: () => void done.push("quit"),
    lock: () => void done.push("lock"),
    unlock: () => {
      done.push("unlock");
      return !isHeld;
    },
    revoke: async (entry) => {
      if (trouble !== undefined) throw trouble;
      done.push(entry);
    },
  });
});

const MEANT = { "content-type": "application/json", "x-postern-admin": "1" };

async function post(path: string, body = "{}", headers: Record<string, string> = MEANT) {
  const answer = await app.request(path, { method: "POST", headers, body });
  return [answer.status, await answer.json()];
}

describe("S6.1 what changes a sidecar", () => {
  it("is done, and said in words", async () => {
    expect(await post("/lock")).toEqual([
      200,
      { locked: true, message: "Postern is locked: nothing goes through it." },
    ]);
    expect(await post("/unlock")).toEqual([200, { locked: false, message: "Postern is unlocked." }]);
    expect(await post("/revoke", '{"entry":"sub:staff/7c0e"}')).toEqual([
      200,
      { entry: "sub:staff/7c0e", message: "It is revoked: nothing that it means is accepted any more." },
    ]);
    expect(await post("/quitquitquit")).toEqual([
      202,
      { message: "Postern ends when what is in flight has ended." },
    ]);
    expect(done).toEqual(["lock", "unlock", "sub:staff/7c0e", "quit"]);
  });

  it("says where the lock file holds", async () => {
    isHeld = true;
    expect(await post("/unlock")).toEqual([
      409,
      { locked: true, message: "The lock file is still there, and holds: remove it." },
    ]);
  });

  it.each(["/quitquitquit", "/lock", "/unlock", "/revoke"])(
    "is not done by another's page: %s",
    async (path) => {
      const body = '{"entry":"jti:a"}';
      const { "x-postern-admin": _, ...unmeant } = MEANT;
      expect((await post(path, body, unmeant))[0]).toBe(403);
      expect((await post(path, body, { ...MEANT, "x-postern-admin": "0" }))[0]).toBe(403);
      expect((await post(path, body, { ...MEANT, "content-type": "text/plain" }))[0]).toBe(415);
      for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
        const answer = await app.request(path, { method, headers: MEANT });
        expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, "POST"]);
      }
      expect(done).toEqual([]);
    },
  );

  it.each([
    ["/lock", ""],
    ["/lock", "[]"],
    ["/lock", '{"for":"1h"}'],
    ["/quitquitquit", '{"force":true}'],
    ["/revoke", "{}"],
    ["/revoke", '{"entry":1}'],
    ["/revoke", '{"entry":"jti:a","entry":"jti:b"}'],
    ["/revoke", '{"entry":"jti:a","until":"2026-12-31T23:59:59Z"}'],
  ])("is not done where what is sent says something else: %s %s", async (path, body) => {
    expect((await post(path, body))[0]).toBe(400);
    expect(done).toEqual([]);
  });

  it("takes 8 KiB and no more", async () => {
    expect((await post("/lock", "{}".padEnd(8 * 1024)))[0]).toBe(200);
    expect((await post("/lock", "{}".padEnd(8 * 1024 + 1)))[0]).toBe(413);
  });

  it("says in words what cannot be done, and nothing of what went wrong", async () => {
    trouble = new CannotDo(409, "there is no denylist");
    expect(await post("/revoke", '{"entry":"jti:a"}')).toEqual([409, { message: "there is no denylist." }]);
    trouble = new Error("secret cause");
    expect(await post("/revoke", '{"entry":"jti:a"}')).toEqual([500, { message: "Something went wrong." }]);
  });
});
