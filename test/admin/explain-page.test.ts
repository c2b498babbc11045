import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { addExplain } from "../../src/admin/explain-page.ts";
import { encode, idClaims } from "../support/signed-tokens.ts";

const TOKEN = [{ alg: "RS256", kid: "k" }, idClaims(), "signature"].map(encode).join(".");

/** Asks a page that echoes what it is asked, in a map besides. */
async function ask(question: object): Promise<string> {
  const app = new Hono();
  addExplain(app, (asked) => Promise.resolve({ asked, keys: new Map([[TOKEN, [TOKEN]]]) }));
  const answer = await app.request("/explain", {
    method: "POST",
    headers: { "content-type": "application/json", "x-postern-admin": "1" },
    body: JSON.stringify(question),
  });
  return answer.text();
}

describe("an answer of /explain", () => {
  it.each([
    ["a key", { request: `GET /s3/reports/${TOKEN}` }],
    ["a key, percent-encoded", { request: `GET /s3/reports/${TOKEN.replaceAll(".", "%2E")}` }],
    ["the name of a query", { request: `GET /s3/reports/q3.txt?${TOKEN}=1` }],
    ["the path of an API", { request: `GET /orders/${TOKEN}` }],
    ["a claim", { claims: { sub: TOKEN, "cognito:groups": [TOKEN] }, request: "GET /s3/reports/q3.txt" }],
  ])("holds no token that stands in %s", async (_where, question) => {
    const text = await ask("claims" in question ? question : { token: "a.b.c", ...question });
    expect(text).toContain("[token]");
    expect(text).not.toMatch(/eyJ/);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it("holds none where the question cannot be read", async () => {
    expect(await ask({ guest: true, request: "GET /", [TOKEN]: 1 })).not.toMatch(/eyJ/);
  });
});
