import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OwnUpstream, startUpstream } from "../support/own-upstream.ts";
import { type Served, serve } from "../support/served.ts";
import { type Stack, startStack } from "../support/stack.ts";

const MIB = 1024 * 1024;
/** 5 GiB is what S3 takes in one PUT; it needs a minute, so that by default a tenth has to do. */
const SIZE = process.env["POSTERN_BIG"] === "1" ? 5 * 1024 * MIB : 512 * MIB;
const MOST_GROWTH = 64 * MIB;
const PIECE = Buffer.alloc(MIB, "postern ");

let upstream: OwnUpstream;
let stack: Stack;
let postern: Served;
let authorization: string;
/** What came upstream last. */
let received: { bytes: number; digest: string };

beforeAll(async () => {
  upstream = await startUpstream((asked, response) => {
    void (asked.method === "PUT" ? take(asked, response) : give(asked, response));
  });
  // For its sign-in and its credentials; it runs a Postern too, which is asked nothing.
  stack = await startStack();
  postern = await serve(stack.aws.port, upstream.config);
  authorization = `Bearer ${await stack.tokenOf("admin")}`;
});
afterAll(async () => {
  await postern.stop();
  await stack.close();
  await upstream.close();
});

async function take(asked: IncomingMessage, response: ServerResponse): Promise<void> {
  received = await digestOf(asked);
  response.end();
}

async function give({ url = "" }: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = Number(/\d+$/.exec(url)?.[0]);
  response.writeHead(200, { "content-length": bytes });
  await write(response, bytes);
  response.end();
}

async function write(to: NodeJS.WritableStream, bytes: number, hash?: Hash): Promise<void> {
  for (let left = bytes; left > 0; left -= PIECE.length) {
    const piece = PIECE.subarray(0, Math.min(left, PIECE.length));
    hash?.update(piece);
    if (!to.write(piece)) await once(to, "drain");
  }
}

async function digestOf(message: IncomingMessage): Promise<{ bytes: number; digest: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    hash.update(chunk);
  }
  return { bytes, digest: hash.digest("hex") };
}

const agent = new Agent();
const ask = (method: string, bytes: number, headers: Readonly<Record<string, string | number>> = {}) =>
  request(`${postern.url}/s3/reports/big-${bytes}`, {
    method,
    agent,
    headers: { authorization, ...headers },
  });

async function upload(bytes: number): Promise<void> {
  const sent = ask("PUT", bytes, { "content-length": bytes });
  const answered = once(sent, "response");
  const hash = createHash("sha256");
  await write(sent, bytes, hash);
  sent.end();
  const [answer] = (await answered) as [IncomingMessage];
  answer.resume();
  await once(answer, "end");
  expect([answer.statusCode, received]).toEqual([200, { bytes, digest: hash.digest("hex") }]);
}

async function download(bytes: number): Promise<void> {
  const [answer] = (await once(ask("GET", bytes).end(), "response")) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  const hash = createHash("sha256");
  for (let left = bytes; left > 0; left -= PIECE.length) hash.update(PIECE);
  expect(await digestOf(answer)).toEqual({ bytes, digest: hash.digest("hex") });
}

const residentBytes = async () => (await postern.measured())("process_resident_memory_bytes");

/** The most that the memory of Postern's own process grows meanwhile. */
async function growthDuring(run: () => Promise<void>): Promise<number> {
  const start = await residentBytes();
  const seen = { most: start, over: false };
  const running = run().finally(() => (seen.over = true));
  while (!seen.over) {
    seen.most = Math.max(seen.most, await residentBytes());
    await sleep(20);
  }
  await running;
  return seen.most - start;
}

it.each([
  ["up", upload],
  ["down", download],
])(
  `an object of ${SIZE / MIB} MiB goes %s whole, and Postern holds next to nothing of it`,
  { timeout: 600_000 },
  async (way, transfer) => {
    // What is needed for any transfer is got by a small one first.
    await transfer(64 * MIB);
    const startMs = performance.now();
    const growth = await growthDuring(() => transfer(SIZE));
    const rate = SIZE / MIB / ((performance.now() - startMs) / 1000);
    console.info(`${way}: memory grew by ${Math.round(growth / MIB)} MiB at ${Math.round(rate)} MiB/s`);
    expect(growth).toBeLessThanOrEqual(MOST_GROWTH);
  },
);
