import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exchange, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack | undefined;
let upstream: OwnUpstream | undefined;

afterEach(async () => {
  await stack?.close();
  await upstream?.close();
  stack = undefined;
  upstream = undefined;
});

/** S3 answers `…/slow` when it is told to, and all else at once. */
async function startSlow(
  change: (yaml: string) => string = (yaml) => yaml,
): Promise<{ stack: Stack; finish: () => void }> {
  const waiting: (() => void)[] = [];
  upstream = await startUpstream((request, response) => {
    request.resume();
    if (request.url?.endsWith("/slow") === true) waiting.push(() => response.end("slow"));
    else request.on("end", () => response.end("quick"));
  });
  const { config } = upstream;
  stack = await startStack({ config: (yaml) => change(config(yaml)) });
  return { stack, finish: () => waiting.splice(0).forEach((go) => go()) };
}

const bearer = (token: string): [string, string] => ["Authorization", `Bearer ${token}`];

describe("requests sent before the last one is answered", () => {
  it("never find the words 100 Continue within an answer", async () => {
    const { stack, finish } = await startSlow();
    const token = await stack.tokenOf("admin");
    const both =
      requestText("GET /s3/reports/slow", [bearer(token)]) +
      requestText("PUT /s3/reports/two", [
        bearer(token),
        ["Expect", "100-continue"],
        ["Content-Length", "3"],
      ]);
    const answered = exchange(stack.ports.listen, `${both}abc`, { answers: 3 });
    while (stack.outcomes.length < 2) {
      finish();
      await sleep(20);
    }
    const { answers } = await answered;
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, "slow"],
      [100, ""],
      [200, "quick"],
    ]);
  });

  it("do not have a CONNECT answered out of its turn", async () => {
    const { stack, finish } = await startSlow();
    const token = await stack.tokenOf("admin");
    const bytes = `${requestText("GET /s3/reports/slow", [bearer(token)])}CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n`;
    const { text, closed } = await exchange(stack.ports.listen, bytes, { answers: Infinity });
    finish();
    expect([text, closed]).toEqual(["", true]);
  });
});

const deletion = (token: string): string => requestText("DELETE /s3/reports/q3.txt", [bearer(token)]);

describe("requests behind an answer that ends the connection", () => {
  it.each<readonly [what: string, first: (token: string) => string]>([
    [
      "a refusal of an upload",
      () => `${requestText("PUT /s3/audit/x", [bearer("none"), ["Content-Length", "3"]])}abc`,
    ],
    [
      "a refusal of a head that can be read in two ways",
      (token) =>
        `${requestText("GET /s3/reports/q4.txt", [bearer(token), ["Transfer-Encoding", "gzip, chunked"]])}0\r\n\r\n`,
    ],
    [
      "an answer after which the client wants no more",
      (token) => requestText("GET /s3/reports/q4.txt", [bearer(token), ["Connection", "close"]]),
    ],
  ])("are not done: %s", async (_, first) => {
    stack = await startStack();
    const token = await stack.tokenOf("admin");
    await exchange(stack.ports.listen, first(token) + deletion(token), { answers: Infinity });
    expect(stack.outcomes.filter(({ method, status }) => method === "DELETE" && status !== 499)).toEqual([]);
    const get = requestText("GET /s3/reports/q3.txt", [bearer(token)]);
    const { answers } = await exchange(stack.ports.listen, get, { answers: 1 });
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });

  it("are not gathered without end", async () => {
    stack = await startStack();
    const { closed } = await exchange(stack.ports.listen, requestText("GET /").repeat(1000), {
      answers: 1000,
    });
    expect(closed).toBe(true);
    expect(stack.outcomes.filter(({ status }) => status !== 499).length).toBeLessThanOrEqual(64);
  });

  it("are done in their order where the connection goes on", async () => {
    stack = await startStack();
    const token = await stack.tokenOf("admin");
    const texts = [
      "GET /s3/reports/q4.txt",
      "GET /s3/none-such/x",
      "DELETE /s3/reports/q4.txt",
      "HEAD /s3/reports/q4.txt",
    ];
    const all = texts.map((line) => requestText(line, [bearer(token)])).join("");
    const { answers } = await exchange(stack.ports.listen, all, { answers: 4 });
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 204, 404]);
  });
});

describe("limits.inFlight", () => {
  it("is not used up by requests that were refused and still send their bodies", async () => {
    const { stack } = await startSlow((yaml) => `${yaml}\nlimits: { inFlight: 5 }\n`);
    const refused = Array.from({ length: 12 }, () => {
      const socket = connect(stack.ports.listen, "127.0.0.1").on("error", () => {});
      socket.write(requestText("PUT /s3/reports/x", [["Content-Length", "100"]]));
      return socket;
    });
    while (stack.outcomes.length < refused.length) await sleep(10);
    const { answers } = await exchange(
      stack.ports.listen,
      requestText("GET /s3/reports/q3.txt", [bearer(await stack.tokenOf("analyst"))]),
    );
    expect(answers[0]?.status).toBe(200);
    for (const socket of refused) socket.destroy();
  });
});

describe("a head of very many lines", () => {
  const filler = Array.from({ length: 1100 }, (_, i): [string, string] => [`x-filler-${i}`, "x"]);

  it("loses none of them: a second token behind a thousand lines is still a second token", async () => {
    const { stack } = await startSlow();
    const token = await stack.tokenOf("analyst");
    const lines = [bearer(token), ...filler, ["X-Postern-Token", token] as [string, string]];
    const { answers } = await exchange(stack.ports.listen, requestText("GET /s3/reports/q3.txt", lines));
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("two-tokens");
  });
});
