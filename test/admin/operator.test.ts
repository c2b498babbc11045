import type { Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createOperator } from "../../src/admin/operator.ts";
import { closeWithin, serverOf } from "../../src/admin/serve.ts";
import { listenOn } from "../../src/inbound/listen-on.ts";
import { isLoopbackHost } from "../../src/config/address.ts";
import { viewOf } from "./console/views.ts";
import { rawRequest } from "./raw-request.ts";

let server: Server;
let port = 0;
let config: () => unknown;
let recorded: unknown;
let asked: unknown[] = [];

beforeEach(async () => {
  config = () => ({ listen: { address: "127.0.0.1:${env:PORT}" } });
  recorded = undefined;
  asked = [];
  ({ server } = serverOf(
    createOperator({
      config: () => config(),
      admission: {
        isOwnHost: isLoopbackHost,
        isSecure: false,
        token: () => undefined,
        onRefused: () => {},
      },
      control: { quit: () => {}, lock: () => {}, unlock: () => true, revoke: async () => {} },
      view: () => viewOf(),
      explain: (question) => {
        asked.push(question);
        return Promise.resolve({ verdict: "permit", keys: new Map([["s3:prefix", ["a"]]]) });
      },
      recorded: () => recorded,
    }),
  ));
  port = await listenOn(server, { host: "127.0.0.1", port: 0 });
});

afterEach(() => closeWithin(server, 0));

/** A browser decides on Host, Origin and Sec-Fetch-Site itself: no fetch would let a test choose them. */
function ask(headers: readonly string[], requestLine = "GET /config HTTP/1.1") {
  return rawRequest(port, requestLine, headers);
}

it("S6.6 /config shows the configuration as it was written, references and all", async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/config`);
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await answer.json()).toEqual({ listen: { address: "127.0.0.1:${env:PORT}" } });
});

describe("S6.1 the operator's face", () => {
  it.each<readonly [what: string, headers: (host: string) => readonly string[]]>([
    ["a command line", (host) => [`Host: ${host}`]],
    ["a command line that says localhost", (host) => [`Host: ${host.replace("127.0.0.1", "localhost")}`]],
    ["its own page", (host) => [`Host: ${host}`, `Origin: http://${host}`, "Sec-Fetch-Site: same-origin"]],
    ["a person who types its address", (host) => [`Host: ${host}`, "Sec-Fetch-Site: none"]],
  ])("answers %s", async (_what, headers) => {
    expect((await ask(headers(`127.0.0.1:${port}`))).status).toBe(200);
  });

  it.each<readonly [what: string, headers: (host: string) => readonly string[]]>([
    ["a name that was pointed at this address", () => ["Host: evil.test"]],
    ["a name that looks like this address", () => ["Host: 127.0.0.1.evil.test"]],
    ["a page of another site", (host) => [`Host: ${host}`, "Sec-Fetch-Site: cross-site"]],
    ["a page of the same site at another port", (host) => [`Host: ${host}`, "Sec-Fetch-Site: same-site"]],
    ["a word of Sec-Fetch-Site that there is not yet", (host) => [`Host: ${host}`, "Sec-Fetch-Site: other"]],
    ["another origin", (host) => [`Host: ${host}`, "Origin: https://evil.test"]],
    ["another port's origin", (host) => [`Host: ${host}`, "Origin: http://127.0.0.1:1"]],
    ["its own host by another scheme", (host) => [`Host: ${host}`, `Origin: https://${host}`]],
    ["the origin of nothing", (host) => [`Host: ${host}`, "Origin: null"]],
    [
      "a rebound name that agrees with itself",
      () => ["Host: evil.test", "Origin: http://evil.test", "Sec-Fetch-Site: same-origin"],
    ],
  ])("refuses %s, and says nothing of the configuration", async (_what, headers) => {
    const answer = await ask(headers(`127.0.0.1:${port}`));
    expect([answer.status, answer.body]).toEqual([403, '{"message":"Not from here."}']);
  });

  it.each(["Host:", "Host: 127.0.0.1:1.evil.test", "Host: a b", "Host: 127.0.0.1@evil.test"])(
    "makes nothing of %j",
    async (host) => {
      const answer = await ask([host]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.body).not.toContain("listen");
    },
  );

  it("refuses strangers before it tells which pages there are", async () => {
    expect((await ask(["Host: evil.test"], "GET /nothing HTTP/1.1")).status).toBe(403);
    expect((await ask(["Host: evil.test"], "POST /config HTTP/1.1")).status).toBe(403);
  });

  it("sends no CORS headers, keeps pages from framing and sniffing it, and caches from keeping it", async () => {
    const host = `Host: 127.0.0.1:${port}`;
    for (const headers of [[host], [host, "Origin: https://evil.test"]]) {
      const answer = await ask(headers);
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
      expect(answer.headers.get("content-security-policy")).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      );
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("changes nothing: no other method, and no preflight", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await fetch(`http://127.0.0.1:${port}/config`, { method });
      expect([method, answer.status, answer.headers.get("allow")]).toEqual([method, 405, "GET, HEAD"]);
    }
  });

  it("has nothing else, in no form of target", async () => {
    for (const path of ["/metrics", "/config/", "/Config", "/.postern/whoami"])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
  });

  it("tells nothing of what went wrong", async () => {
    config = () => {
      throw new Error("secret cause");
    };
    const answer = await ask([`Host: 127.0.0.1:${port}`]);
    expect([answer.status, answer.body]).toEqual([500, '{"message":"Something went wrong."}']);
  });
});

it("/recorded shows what was seen, and is not there while nothing is recorded", async () => {
  const page = `http://127.0.0.1:${port}/recorded`;
  expect((await fetch(page)).status).toBe(404);
  recorded = { uses: 1 };
  expect(await (await fetch(page)).json()).toEqual({ uses: 1 });
  expect((await fetch(page, { method: "POST" })).status).toBe(405);
});

describe("S6.1 POST /explain", () => {
  const QUESTION = JSON.stringify({ guest: true, request: "GET /s3/a" });
  const JSON_TYPE = { "content-type": "application/json", "x-postern-admin": "1" };

  const post = (
    body: string | Uint8Array<ArrayBuffer> = QUESTION,
    headers: Record<string, string> = JSON_TYPE,
  ) => fetch(`http://127.0.0.1:${port}/explain`, { method: "POST", headers, body });

  it("answers in JSON, maps as objects", async () => {
    const answer = await post();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(await answer.json()).toEqual({ verdict: "permit", keys: { "s3:prefix": ["a"] } });
    expect(asked).toMatchObject([{ caller: "guest", method: "GET", target: "/s3/a" }]);
  });

  it.each<[string, Record<string, string>, number]>([
    ["a form of some page", { "content-type": "text/plain", "x-postern-admin": "1" }, 415],
    ["a form that says nothing of what it is", { "x-postern-admin": "1" }, 415],
    ["a page that cannot add the header", { "content-type": "application/json" }, 403],
    ["a header that says otherwise", { ...JSON_TYPE, "x-postern-admin": "0" }, 403],
    ["another origin", { ...JSON_TYPE, origin: "https://evil.test" }, 403],
    ["a page of another site", { ...JSON_TYPE, "sec-fetch-site": "cross-site" }, 403],
  ])("asks nothing for %s", async (_what, headers, status) => {
    const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    const answer = await ask([...lines, "content-length: 0"], "POST /explain HTTP/1.1");
    expect([answer.status, asked]).toEqual([status, []]);
  });

  it("says what is wrong with a question", async () => {
    const answer = await post("{}");
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { message: "who asks? exactly one of token, claims and guest." },
    ]);
  });

  it("does not repeat what it could not read", async () => {
    for (const body of ['{"token":"a-secret-token"', '{"token":"a-secret-token","a-secret-token":1}'])
      expect(await (await post(body)).text()).not.toContain("a-secret-token");
  });

  it("reads 1 MiB and no more", async () => {
    expect((await post(QUESTION.padEnd(1024 ** 2))).status).toBe(200);
    expect((await post(QUESTION.padEnd(1024 ** 2 + 1))).status).toBe(413);
    const chunks = new ReadableStream<Uint8Array>({
      start: (stream) => {
        for (let i = 0; i < 20; i++) stream.enqueue(Buffer.alloc(64 * 1024, 32));
        stream.close();
      },
    });
    const init = { method: "POST", headers: JSON_TYPE, body: chunks, duplex: "half" } as RequestInit;
    expect((await fetch(`http://127.0.0.1:${port}/explain`, init)).status).toBe(413);
    expect(asked).toHaveLength(1);
  });

  it("has no other method", async () => {
    for (const method of ["GET", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await fetch(`http://127.0.0.1:${port}/explain`, { method, headers: JSON_TYPE });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    }
  });
});
