import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Stack } from "../../support/stack.ts";
import { startPages } from "./pages-stack.ts";

const APP = "https://app.test";
/** Listed nowhere. */
const OTHER = "https://other.test";

let stack: Stack;
let token: string;
beforeAll(async () => {
  stack = await startPages(`{ presign: {}, credentials: {}, origins: ["${APP}"] }`);
  token = await stack.tokenOf("analyst");
});
afterAll(() => stack.close());

async function ask(
  method: "GET" | "POST" | "OPTIONS",
  page: string,
  headers: Record<string, string>,
  body?: string,
) {
  const answer = await request(`${stack.url}/.postern/${page}`, { method, headers, body: body ?? null });
  await answer.body.dump();
  const cors = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => name.startsWith("access-control-")),
  );
  return { status: answer.statusCode, headers: answer.headers, cors };
}

const preflight = (origin: string) => ({
  origin,
  "access-control-request-method": "POST",
  "access-control-request-headers": "authorization, content-type, x-evil",
});

describe("S5 H13 whoami and presign", () => {
  it.each(["whoami", "presign"])(
    "tell a page of a listed origin without a token that it may ask %s",
    async (page) => {
      const { status, cors } = await ask("OPTIONS", page, preflight(APP));
      expect(status).toBe(204);
      expect(cors).toMatchObject({
        "access-control-allow-origin": APP,
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
      });
      expect(cors).not.toHaveProperty("access-control-allow-credentials");
      expect(stack.outcomes.at(-1)).toMatchObject({ operation: "Preflight", outcome: "ok", status: 204 });
    },
  );

  it.each([OTHER, "https://app.test.evil.test", "http://app.test", "https://app.test:443", "null", "*", ""])(
    "tell a page of %j nothing",
    async (origin) => {
      for (const page of ["whoami", "presign"]) {
        const { status, cors, headers } = await ask("OPTIONS", page, preflight(origin));
        expect([status, cors, headers["x-postern-reason"]]).toEqual([403, {}, "origin-not-allowed"]);
        const answer = await ask("GET", page, { origin, authorization: `Bearer ${token}` });
        expect([answer.cors, answer.headers["vary"]]).toEqual([{}, "Origin"]);
      }
    },
  );

  it("let a page of a listed origin read what they answer, and why they refuse", async () => {
    const headers = { origin: APP, authorization: `Bearer ${token}` };
    const told = await ask("GET", "whoami", headers);
    expect([told.status, told.cors["access-control-allow-origin"]]).toEqual([200, APP]);
    const json = { ...headers, "content-type": "application/json" };
    for (const [target, status] of [
      ["/s3/reports/q3.txt", 200],
      ["/s3/audit/x", 403],
    ] as const) {
      const url = await ask("POST", "presign", json, JSON.stringify({ method: "GET", target }));
      expect([url.status, url.cors["access-control-allow-origin"]]).toEqual([status, APP]);
      expect(url.headers["content-type"]).toMatch(/^application\/json/);
    }
    const refused = await ask("GET", "whoami", { origin: APP, authorization: "Bearer x.y.z" });
    expect([refused.status, refused.cors["access-control-allow-origin"]]).toEqual([401, APP]);
  });

  it("answer a guest of a listed page, whose name nobody borrows", async () => {
    const site = { "sec-fetch-site": "cross-site" };
    expect((await ask("GET", "whoami", { origin: APP, ...site })).status).toBe(200);
    expect((await ask("GET", "whoami", { origin: OTHER, ...site })).status).toBe(403);
  });

  it("have what credentials and a page that is none have not", async () => {
    for (const [method, headers] of [
      ["OPTIONS", preflight(APP)],
      ["GET", { origin: APP, authorization: `Bearer ${token}` }],
    ] as const)
      for (const page of ["credentials", "nothing"])
        expect((await ask(method, page, headers)).cors).toEqual({});
  });
});

it("a page that is off is as unknown as one that there never was, whatever is asked of it", async () => {
  const off = await startPages("{}");
  try {
    const authorization = `Bearer ${await off.tokenOf("analyst")}`;
    for (const [method, page, body] of [
      ["GET", "credentials"],
      ["GET", "credentials?role=arn"],
      ["POST", "presign", "{}"],
      ["GET", "nothing?a=b"],
    ] as const) {
      const answer = await request(`${off.url}/.postern/${page}`, {
        method,
        headers: { authorization },
        body: body ?? null,
      });
      await answer.body.dump();
      expect([answer.statusCode, answer.headers["x-postern-reason"]], page).toEqual([
        404,
        "upstream-unknown",
      ]);
    }
  } finally {
    await off.close();
  }
});
