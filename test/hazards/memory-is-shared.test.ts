import { setTimeout as sleep } from "node:timers/promises";
import type { Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { exchange, openSocket, requestText } from "../support/raw-client.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";

/** More than half of the memory that there is for bodies. */
const LENGTH = 600 * 1024;
const BODY = '{"TableName":"Orders"}'.padEnd(LENGTH);

let stack: Stack;
let authorization: readonly [string, string];

beforeAll(async () => {
  stack = await startStack({ config: (yaml) => `${yaml}\nlimits: { bufferedBody: 1MiB }\n` });
  authorization = ["Authorization", `Bearer ${await stack.tokenOf("admin")}`];
  const { answers } = await exchange(stack.ports.listen, scan());
  expect(answers[0]?.status).toBe(200);
});
afterAll(() => stack.close());

const headers = (...more: readonly (readonly [string, string])[]) =>
  [
    authorization,
    ["Content-Type", "application/x-amz-json-1.0"],
    ["X-Amz-Target", "DynamoDB_20120810.Scan"],
    ...more,
  ] as const;
const length = ["Content-Length", String(LENGTH)] as const;
const scan = (): string => requestText("POST /dynamodb/", headers(length), BODY);

/** A request of another caller, who has a share of its own; what is read of it is denied. */
async function ofAnother(body: string): Promise<string> {
  const [, ...lines] = headers(["Content-Length", String(body.length)]);
  const token = await stack.tokenOf("analyst");
  return requestText("POST /dynamodb/", [["Authorization", `Bearer ${token}`], ...lines], body);
}

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
const held = async (): Promise<number> => (await scrape(stack.ports.probes))("postern_buffered_bytes");

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}

/** A client that has begun to send, and holds its room. */
async function stalled(): Promise<Socket> {
  const socket = await openSocket(stack.ports.listen);
  socket.write(scan().slice(0, 3000));
  await until(async () => (await held()) === LENGTH);
  return socket;
}

it("bodies that do not fit together are read one after the other, and all are answered", async () => {
  const chunked = `${LENGTH.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
  const unstated = requestText("POST /dynamodb/", headers(["Transfer-Encoding", "chunked"]), chunked);
  const all = await Promise.all([
    ...Array.from({ length: 12 }, () => exchange(stack.ports.listen, scan())),
    ...Array.from({ length: 4 }, () => exchange(stack.ports.listen, unstated)),
    exchange(stack.ports.listen, scan().repeat(4), { answers: 4 }),
  ]);
  expect(all.flatMap(({ answers }) => answers.map(({ status }) => status))).toEqual(
    Array.from({ length: 20 }, () => 200),
  );
  await until(async () => (await held()) === 0);
});

it("a client that waits for room is told neither to send nor that there is none, until there is", async () => {
  const first = await stalled();
  const waiting = requestText("POST /dynamodb/", headers(length, ["Expect", "100-continue"]));
  const second = await openSocket(stack.ports.listen);
  let told = "";
  second.on("data", (chunk: Buffer) => (told += chunk.toString()));
  second.write(waiting);
  await sleep(300);
  expect([told, await held()]).toEqual(["", LENGTH]);
  first.destroy();
  await until(() => told !== "");
  expect(told).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  second.write(BODY);
  await until(() => told.includes("200 OK"));
  second.destroy();
  await until(async () => (await held()) === 0);
});

it("who waits and leaves makes room in the line", async () => {
  const first = await stalled();
  const gone = await openSocket(stack.ports.listen);
  gone.write(requestText("POST /dynamodb/", headers(length, ["Expect", "100-continue"])));
  await sleep(100);
  gone.destroy();
  const small = '{"TableName":"Orders"}';
  const { answers } = await exchange(stack.ports.listen, await ofAnother(small));
  expect(answers[0]?.headers.get("x-postern-reason")).toMatch(/^denied-/);
  first.destroy();
  await until(async () => (await held()) === 0);
});

it("who has waited long enough is told to come back, and the others go on", async () => {
  const first = await stalled();
  const { answers } = await exchange(stack.ports.listen, scan());
  expect(answers[0]?.headers.get("x-postern-reason")).toBe("overloaded");
  expect(answers[0]?.headers.get("retry-after")).toBe("1");
  first.write(scan().slice(3000));
  await until(async () => (await held()) === 0);
  first.destroy();
});

it("a caller's silent requests leave room for the others", async () => {
  const silent = requestText("POST /dynamodb/", headers(["Content-Length", String(256 * 1024)]));
  const sockets = await Promise.all(Array.from({ length: 4 }, () => openSocket(stack.ports.listen)));
  for (const socket of sockets) socket.write(silent);
  await until(async () => (await held()) === 512 * 1024);
  const { answers } = await exchange(stack.ports.listen, await ofAnother('{"TableName":"Orders"}'));
  expect(answers[0]?.headers.get("x-postern-reason")).toMatch(/^denied-/);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await held()) === 0);
});

it("of a body whose framing breaks nothing stays, be it in whatever pieces", async () => {
  const before = timers();
  for (const pieces of [`3e8\r\n${" ".repeat(1000)}\r\n`, "1\r\n \r\n".repeat(1000), ""]) {
    const text = requestText("POST /dynamodb/", headers(["Transfer-Encoding", "chunked"]), `${pieces}zz\r\n`);
    const { answers } = await exchange(stack.ports.listen, text);
    expect(answers[0]?.headers.get("x-postern-reason")).toBe("body-malformed");
  }
  await until(async () => (await held()) === 0 && timers() <= before);
});
