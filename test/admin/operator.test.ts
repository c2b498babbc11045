import type { Server } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createOperator } from "../../src/admin/operator.ts";
import { closeWithin, listenAt, serverOf } from "../../src/admin/serve.ts";
import { isLoopbackHost } from "../../src/config/address.ts";
import { rawRequest } from "./raw-request.ts";

let server: Server;
let port = 0;
let config: () => unknown;

beforeEach(async () => {
  config = () => ({ listen: { address: "127.0.0.1:${env:PORT}" } });
  server = serverOf(createOperator({ config: () => config(), isOwnHost: isLoopbackHost }));
  port = await listenAt(server, { host: "127.0.0.1", port: 0 });
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
        "default-src 'none'; frame-ancestors 'none'",
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
    for (const path of ["/", "/metrics", "/config/", "/Config", "/quitquitquit", "/.postern/whoami"])
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
