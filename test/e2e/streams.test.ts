import { createHash } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { withoutGuests } from "../support/without-guests.ts";

const MIB = 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, "postern ");

/** Waits until something holds; fails by the test's own deadline. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10);
}

async function gauge(stack: Stack, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${stack.ports.probes}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
}

const nobodyIn = async (stack: Stack): Promise<boolean> =>
  (await gauge(stack, "postern_in_flight_requests")) === 0;

/** Writes so many bytes as the other end takes them. */
async function writeBytes(to: NodeJS.WritableStream, bytes: number): Promise<void> {
  for (let left = bytes; left > 0; left -= PIECE.length) {
    if (!to.write(PIECE.subarray(0, Math.min(left, PIECE.length)))) await once(to, "drain");
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

/** The most that the memory of this process grows meanwhile; client and stand-in live in it too. */
const growthDuring = async (run: () => Promise<unknown>): Promise<number> => {
  const start = process.memoryUsage.rss();
  let most = start;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  await run();
  clearInterval(timer);
  return most - start;
};

describe("an object of 256 MiB through Postern and the stand-in", () => {
  const SIZE = 256 * MIB;
  const LIMIT_BYTES = 96 * MIB;
  let stack: Stack;
  let authorization: string;

  beforeAll(async () => {
    stack = await startStack();
    authorization = `Bearer ${await stack.tokenOf("admin")}`;
  });

  afterAll(() => stack.close());

  const put = async (key: string, bytes: number): Promise<number | undefined> => {
    const sent = request(`${stack.url}/s3/reports/${key}`, {
      method: "PUT",
      headers: { authorization, "content-length": bytes },
    });
    const answered = once(sent, "response");
    await writeBytes(sent, bytes);
    sent.end();
    const [answer] = (await answered) as [IncomingMessage];
    answer.resume();
    await once(answer, "close");
    return answer.statusCode;
  };

  const get = async (key: string): Promise<{ readonly bytes: number; readonly md5: string }> => {
    const sent = request(`${stack.url}/s3/reports/${key}`, { headers: { authorization } }).end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const hash = createHash("md5");
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
    }
    return { bytes, md5: hash.digest("hex") };
  };

  it("goes up and comes down whole, and is never held", async () => {
    const whole = createHash("md5");
    for (let left = SIZE; left > 0; left -= PIECE.length) whole.update(PIECE);
    const md5 = whole.digest("hex");
    // What is needed for any transfer is got by small ones first.
    await put("warm", 32 * MIB);
    await get("warm");

    const up = await growthDuring(async () => expect(await put("big", SIZE)).toBe(200));
    const down = await growthDuring(async () => expect(await get("big")).toEqual({ bytes: SIZE, md5 }));
    console.info(`memory grew by ${Math.round(up / MIB)} MiB up, ${Math.round(down / MIB)} MiB down`);
    expect(up).toBeLessThan(LIMIT_BYTES);
    expect(down).toBeLessThan(LIMIT_BYTES);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "ok", responseBytes: SIZE });
  });

  it("breaks off visibly where AWS breaks off", async () => {
    stack.aws.faults.add({
      service: "s3",
      operation: "GetObject",
      times: 1,
      effect: { kind: "cut", afterBytes: 5 * MIB },
    });
    await expect(get("warm")).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "upstream-broken", status: 200 });
    expect((await get("warm")).bytes).toBe(32 * MIB);
  });

  it("is refused early, and the client that goes on sending gets the 403 and a closed connection", async () => {
    const agent = new Agent({ keepAlive: true });
    const sent = request(`${stack.url}/s3/audit/big`, {
      method: "PUT",
      agent,
      headers: { authorization, "content-length": 48 * MIB },
    });
    const closed = once(sent, "close");
    const answered = once(sent, "response");
    sent.on("error", () => {});
    // It has the whole answer before it has sent its body, and then no more use for the connection.
    void writeBytes(sent, 48 * MIB);
    const [answer] = (await answered) as [IncomingMessage];
    expect(answer.statusCode).toBe(403);
    expect(answer.headers).toMatchObject({ "x-postern-reason": "denied-by-rule", connection: "close" });
    expect(await textOf(answer)).toContain("<Code>AccessDenied</Code>");
    await closed;
    expect(sent.socket?.destroyed).toBe(true);
    expect(Object.keys(agent.freeSockets)).toEqual([]);
    await until(() => nobodyIn(stack));
  });

  it("tells a HEAD its length, serves ranges, and says 304 with nothing behind it", async () => {
    const lines = [["Authorization", authorization]] as const;
    const head = requestText("HEAD /s3/reports/warm", lines);
    const { port } = new URL(stack.url);
    const { answers } = await exchange(Number(port), head.repeat(2), { answers: 2, head: true });
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]?.headers.get("content-length")).toBe(String(32 * MIB));
    const etag = answers[0]?.headers.get("etag") ?? "";
    const range = requestText("GET /s3/reports/warm", [...lines, ["Range", "bytes=3-12"]]);
    const unchanged = requestText("GET /s3/reports/warm", [...lines, ["If-None-Match", etag]]);
    const { answers: two } = await exchange(Number(port), range + unchanged, { answers: 2 });
    expect(two.map(({ status, body }) => [status, body])).toEqual([
      [206, "tern poste"],
      [304, ""],
    ]);
    expect(two[0]?.headers.get("content-range")).toBe(`bytes 3-12/${32 * MIB}`);
    expect(stack.outcomes.slice(-4).map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok", "ok"]);
  });
});

const waitingPut = (target: string, ...more: readonly (readonly [string, string])[]): string =>
  requestText(`PUT ${target}`, [["Expect", "100-continue"], ["Content-Length", "5"], ...more]);

describe("a client that waits for 100 before it sends", () => {
  let stack: Stack;
  let token: string;

  beforeAll(async () => {
    stack = await startStack({ config: withoutGuests });
    token = await stack.tokenOf("editor");
  });

  afterAll(() => stack.close());

  it("is told once, when everything else is settled", async () => {
    const socket = await openSocket(stack.ports.listen);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.write(waitingPut("/s3/reports/waited", ["Authorization", `Bearer ${token}`]));
    await until(() => text.includes("\r\n\r\n"));
    expect(text).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("hello");
    await until(() => /HTTP\/1\.1 200 OK/.test(text));
    expect(text.match(/100 Continue/g)?.length).toBe(1);
    socket.destroy();
  });

  it.each([
    ["without a token", "/s3/reports/x", "", "token-missing"],
    ["by a rule", "/s3/audit/x", "bearer", "denied-by-rule"],
    ["on Postern's own pages", "/.postern/whoami", "bearer", "body-malformed"],
    ["at the door", "/s3/reports/../x", "bearer", "target-ambiguous"],
  ])("is refused %s, and never told to send", async (_, target, kind, reason) => {
    const lines = kind === "" ? [] : ([["Authorization", `Bearer ${token}`]] as const);
    const { answers, closed } = await exchange(stack.ports.listen, waitingPut(target, ...lines));
    expect(answers.map(({ status }) => status)).not.toContain(100);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe(reason);
    // The body may come or not: what follows on this connection could be taken for it.
    expect(closed).toBe(true);
  });

  it("is told before a body that decides is read, but not where it is too large", async () => {
    const token = await stack.tokenOf("admin");
    const body = '{"TableName":"Orders"}';
    const call = (length: number): string =>
      requestText("POST /dynamodb/", [
        ["Authorization", `Bearer ${token}`],
        ["Content-Type", "application/x-amz-json-1.0"],
        ["X-Amz-Target", "DynamoDB_20120810.Scan"],
        ["Expect", "100-continue"],
        ["Content-Length", String(length)],
      ]);
    const { answers } = await exchange(stack.ports.listen, call(body.length) + body, { answers: 2 });
    expect(answers.map(({ status }) => status)).toEqual([100, 200]);
    const large = await exchange(stack.ports.listen, call(17 * MIB));
    expect(large.answers.map(({ status }) => status)).toEqual([413]);
  });
});

describe("between a client and an AWS that behave as they like", () => {
  let upstream: OwnUpstream;
  let stack: Stack;
  let authorization: string;
  let onRequest: (request: IncomingMessage, response: ServerResponse) => unknown;

  beforeAll(async () => {
    upstream = await startUpstream((request, response) => onRequest(request, response));
    stack = await startStack({ config: upstream.config });
    authorization = `Bearer ${await stack.tokenOf("admin")}`;
    onRequest = (_, response) => response.end("warm");
    await fetch(`${stack.url}/s3/reports/warm`, { headers: { authorization } });
  });

  afterAll(async () => {
    await stack.close();
    await upstream.close();
  });

  const get = (target = "/s3/reports/x"): string =>
    requestText(`GET ${target}`, [["Authorization", authorization]]);
  const put = (length: number): string =>
    requestText("PUT /s3/reports/x", [
      ["Authorization", authorization],
      ["Content-Length", String(length)],
    ]);

  it("a client that leaves while it downloads takes the request upstream along", async () => {
    let left = false;
    onRequest = (_, response) => {
      response.once("close", () => (left = true));
      void writeBytes(response, 1024 * MIB).catch(() => {});
    };
    const socket = await openSocket(stack.ports.listen);
    socket.write(get());
    await once(socket, "data");
    expect(await gauge(stack, "postern_in_flight_requests")).toBe(1);
    socket.destroy();
    await until(() => left);
    await until(() => nobodyIn(stack));
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "client-gone", status: 200 });
  });

  it("a client that leaves while it uploads takes the request upstream along", async () => {
    let aborted = false;
    let arrived = 0;
    onRequest = (request) => {
      request.on("data", (chunk: Buffer) => (arrived += chunk.length));
      request.on("error", () => (aborted = true));
    };
    const socket = await openSocket(stack.ports.listen);
    socket.write(put(10 * MIB));
    socket.write(PIECE);
    await until(() => arrived === PIECE.length);
    socket.destroy();
    await until(() => aborted);
    await until(() => nobodyIn(stack));
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "client-gone", status: 499 });
  });

  it("a client that ends its body too soon has left, and no short object stays behind", async () => {
    let aborted = false;
    onRequest = (request) => request.resume().on("error", () => (aborted = true));
    const socket = await openSocket(stack.ports.listen);
    socket.write(put(10));
    socket.end("short");
    await once(socket, "close");
    await until(() => aborted);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "client-gone", status: 499 });
  });

  it("a body whose chunks cannot be read is refused, whether it decides or is passed on", async () => {
    const { answers } = await exchange(
      stack.ports.listen,
      requestText(
        "POST /dynamodb/",
        [
          ["Authorization", authorization],
          ["Content-Type", "application/x-amz-json-1.0"],
          ["X-Amz-Target", "DynamoDB_20120810.Scan"],
          ["Transfer-Encoding", "chunked"],
        ],
        "5\r\nhello\r\nzz\r\n",
      ),
    );
    expect(answers[0]?.status).toBe(400);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("body-malformed");
    await until(() => nobodyIn(stack));
  });

  it("garbage in the middle of a download never gets into it", async () => {
    onRequest = (_, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write("a".repeat(500));
    };
    const socket = await openSocket(stack.ports.listen);
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    socket.write(get());
    await until(() => text.includes("aaa"));
    socket.write("\0garbage\r\n\r\n");
    await once(socket, "close");
    expect(text.split("\r\n\r\n")[1]).toMatch(/^a{1,500}$/);
    await until(() => nobodyIn(stack));
  });

  it("an answer without a stated length that breaks off does not look complete", async () => {
    onRequest = (_, response) => {
      response.write("half of a list");
      setTimeout(() => response.destroy(), 20);
    };
    const { text } = await exchange(stack.ports.listen, get("/s3/reports"), { answers: Infinity });
    expect(text).toContain("half of a list");
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "upstream-broken" });
  });

  it("a client that reads slowly makes AWS wait, not Postern's memory grow", async () => {
    let taken = 0;
    onRequest = async (_, response) => {
      response.writeHead(200, { "content-length": 128 * MIB });
      for (; taken < 128 * MIB; taken += PIECE.length) {
        if (!response.write(PIECE)) await once(response, "drain");
      }
      response.end();
    };
    const socket = await openSocket(stack.ports.listen);
    socket.write(get());
    await once(socket, "readable");
    // As much as the sockets on the way hold, and then no more.
    let before = -1;
    await until(async () => {
      const still = taken === before;
      before = taken;
      await sleep(100);
      return still;
    });
    expect(taken).toBeLessThan(32 * MIB);
    let received = 0;
    socket.on("data", (chunk: Buffer) => (received += chunk.length));
    await until(() => received > 128 * MIB);
    socket.destroy();
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "ok", responseBytes: 128 * MIB });
  });

  it("an AWS that reads slowly makes the client wait", async () => {
    let read: (() => void) | undefined;
    let received = 0;
    onRequest = (request, response) => {
      request.pause();
      read = () => {
        request.on("data", (chunk: Buffer) => (received += chunk.length));
        request.on("end", () => response.end()).resume();
      };
    };
    const socket = await openSocket(stack.ports.listen);
    socket.write(put(128 * MIB));
    let sent = 0;
    const sending = (async () => {
      for (; sent < 128 * MIB; sent += PIECE.length) {
        if (!socket.write(PIECE)) await once(socket, "drain");
      }
    })();
    let before = -1;
    await until(async () => {
      const still = sent > 0 && sent === before;
      before = sent;
      await sleep(100);
      return still;
    });
    expect(sent).toBeLessThan(32 * MIB);
    read?.();
    await sending;
    await once(socket, "data");
    expect(received).toBe(128 * MIB);
    socket.destroy();
  });

  it("an AWS that says no before it has read the body is heard, and the connection goes on", async () => {
    onRequest = (_, response) => response.writeHead(403, { "content-length": 2 }).end("no");
    const body = "x".repeat(4 * MIB);
    const { answers } = await exchange(stack.ports.listen, `${put(body.length)}${body}${get()}`, {
      answers: 2,
    });
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [403, "no"],
      [403, "no"],
    ]);
    await until(() => nobodyIn(stack));
  });

  it("an AWS that goes away while a body is sent to it leaves the client an answer", async () => {
    onRequest = (request) => request.once("data", () => request.destroy());
    const body = "x".repeat(4 * MIB);
    const { answers } = await exchange(stack.ports.listen, put(body.length) + body);
    expect(answers[0]?.status).toBe(502);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("upstream-unreachable");
    expect(answers[0]?.body).toContain("<Code>ServiceUnavailable</Code>");
  });

  it("clients that send many requests at once and leave are forgotten, answered or not", async () => {
    let begun = 0;
    let ended = 0;
    onRequest = (_, response) => {
      begun++;
      response.once("close", () => ended++);
    };
    const socket = await openSocket(stack.ports.listen);
    const recorded = stack.outcomes.length;
    socket.write(get().repeat(5));
    await until(() => begun === 1);
    socket.destroy();
    await until(() => ended === 1);
    await until(() => nobodyIn(stack));

    expect(stack.outcomes.slice(recorded).map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 5 }, () => "client-gone"),
    );
  });

  it("a client that leaves while its credentials are got is not spoken for", async () => {
    let begun = 0;
    onRequest = (_, response) => {
      begun++;
      response.end();
    };
    const recorded = stack.outcomes.length;
    const token = await stack.tokenOf("editor");
    stack.aws.faults.add({
      service: "cognito-identity",
      operation: "GetCredentialsForIdentity",
      times: 1,
      effect: { kind: "latency", ms: 300 },
    });
    const calls = stack.aws.calls.of("cognito-identity:GetCredentialsForIdentity");
    const socket = await openSocket(stack.ports.listen);
    socket.write(
      requestText("PUT /s3/reports/x", [
        ["Authorization", `Bearer ${token}`],
        ["Content-Length", "9"],
      ]),
    );
    await until(() => stack.aws.calls.of("cognito-identity:GetCredentialsForIdentity") > calls);
    socket.destroy();
    await until(() => stack.outcomes.length > recorded);
    expect(stack.outcomes.slice(recorded)).toMatchObject([{ outcome: "client-gone", status: 499 }]);
    expect(await nobodyIn(stack)).toBe(true);
    expect(begun).toBe(0);
  });

  it("a body that breaks while credentials are got is refused, and nothing of it is sent", async () => {
    let begun = 0;
    onRequest = (_, response) => {
      begun++;
      response.end();
    };
    const claims = { sub: "00000000-bbbb-4000-8000-000000000001" };
    const { tokens } = stack.aws.identity;
    const token = await tokens.issueIdToken({ username: "admin", clientId: "web", claims });
    const latency = { kind: "latency", ms: 300 } as const;
    stack.aws.faults.add({ service: "cognito-identity", operation: "GetId", times: 1, effect: latency });
    const text = requestText(
      "PUT /s3/reports/x",
      [
        ["Authorization", `Bearer ${token}`],
        ["Content-Encoding", "aws-chunked"],
        ["X-Amz-Decoded-Content-Length", "5"],
        ["Transfer-Encoding", "chunked"],
      ],
      "5\r\nhello\r\nzz\r\n",
    );
    const { answers, closed } = await exchange(stack.ports.listen, text);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("body-malformed");
    expect(closed).toBe(true);
    await until(() => stack.aws.calls.of("cognito-identity:GetCredentialsForIdentity") > 0);
    await sleep(500);
    expect(begun).toBe(0);
    expect(stack.outcomes.at(-1)).toMatchObject({ outcome: "refused", reason: "body-malformed" });
  });
});
