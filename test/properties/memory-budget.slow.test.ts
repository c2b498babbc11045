import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GUEST } from "../../src/domain/caller.ts";
import { type BodyReader, createBodyReader } from "../../src/proxy/bodies/body.ts";
import { Visit } from "../../src/proxy/visit.ts";

const BUDGET = 100;
const LARGEST = 60;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** One client, and what it does. Times are milliseconds. */
interface Client {
  readonly atMs: number;
  readonly owner: string;
  readonly stated: boolean;
  /** Of the body; more than its bound in some. */
  readonly bytes: number;
  /** Between two bytes; `Infinity` for one that never sends. */
  readonly paceMs: number;
  /** After its arrival; `Infinity` for one that stays. */
  readonly leavesMs: number;
  /** From the end of its body to that of its answer. */
  readonly answerMs: number;
}

const CLIENT = {
  atMs: fc.nat(20_000),
  owner: fc.constantFrom("a", "b", "c"),
  stated: fc.boolean(),
  bytes: fc.nat(LARGEST + 5),
  paceMs: fc.oneof(fc.nat(20), fc.constantFrom(1000, 59_000, Infinity)),
  leavesMs: fc.oneof(fc.constant(Infinity), fc.nat(30_000)),
  answerMs: fc.nat(5000),
};
const client: fc.Arbitrary<Client> = fc.record(CLIENT);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lives one client's life, to the close of its response; returns how its body was read. */
async function live(reader: BodyReader, plan: Client, maxBytes = LARGEST): Promise<string> {
  await pause(plan.atMs);
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = plan.stated
    ? ["Content-Length", String(plan.bytes)]
    : ["Transfer-Encoding", "chunked"];
  const response = new ServerResponse(request);
  const visit = new Visit(request, response, { record: () => {}, nameCaller: () => "" }, false);
  visit.caller = { ...GUEST, digest: plan.owner };
  const close = (): void => {
    request.destroy();
    response.emit("close");
  };
  if (plan.leavesMs !== Infinity) setTimeout(close, plan.leavesMs);
  void send(request, plan);
  const fate = await reader.read(visit, maxBytes).then(
    (body) => (body.length === plan.bytes ? "read" : "short"),
    ({ code }: { code: string }) => code,
  );
  if (fate === "read") await pause(plan.answerMs);
  close();
  return fate;
}

async function send(request: IncomingMessage, { bytes, paceMs }: Client): Promise<void> {
  if (paceMs === Infinity) return;
  for (let i = 0; i < bytes && !request.destroyed; i++) {
    await pause(paceMs);
    if (!request.destroyed) request.push("x");
  }
  if (!request.destroyed) request.push(null);
}

it("whoever comes, stalls, sends too much or leaves: nobody waits for ever, and every byte comes back", async () => {
  const fates = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(client, { maxLength: 25 }), async (clients) => {
      const reader = createBodyReader(BUDGET);
      let most = 0;
      const lives = clients.map((plan) => live(reader, plan));
      const all = Promise.all(lives);
      let over = false;
      void all.then(() => (over = true));
      for (let passedMs = 0; passedMs < 200_000; passedMs += 500) {
        most = Math.max(most, reader.held());
        await vi.advanceTimersByTimeAsync(500);
      }
      expect(over).toBe(true);
      for (const fate of await all) fates.add(fate);
      expect(reader.held()).toBe(0);
      expect(most).toBeLessThanOrEqual(BUDGET);
    }),
    { numRuns: 60 },
  );
  expect([...fates].toSorted()).toEqual(["body-too-large", "overloaded", "payload-mismatch", "read"]);
});

/** One of a caller that wants to keep the others out: it sends slowly or not at all, and comes again and again. */
const hog = fc.record({
  ...CLIENT,
  atMs: fc.nat(30_000),
  owner: fc.constantFrom("a", "b"),
  bytes: fc.nat(25),
  paceMs: fc.oneof(fc.nat(2000), fc.constant(Infinity)),
  leavesMs: fc.constant(Infinity),
  answerMs: fc.constant(0),
});

it("two callers who ask for much and send little keep nobody out", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hog, { minLength: 20, maxLength: 60 }), fc.nat(30_000), async (hogs, atMs) => {
      const shared = createBodyReader(BUDGET);
      const all = Promise.all(hogs.map((plan) => live(shared, plan, 25)));
      const plan = { atMs, owner: "c", stated: true, bytes: 25, paceMs: 0, leavesMs: Infinity, answerMs: 0 };
      const other = live(shared, plan, 25);
      await vi.advanceTimersByTimeAsync(200_000);
      expect(await other).toBe("read");
      await all;
      expect(shared.held()).toBe(0);
    }),
    { numRuns: 60 },
  );
});

it("one caller alone holds at most half, whatever it asks for", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hog, { minLength: 5, maxLength: 40 }), async (hogs) => {
      const reader = createBodyReader(BUDGET);
      const all = Promise.all(hogs.map((plan) => live(reader, { ...plan, owner: "a" }, 25)));
      for (let passedMs = 0; passedMs < 200_000; passedMs += 1000) {
        expect(reader.held()).toBeLessThanOrEqual(BUDGET / 2);
        await vi.advanceTimersByTimeAsync(1000);
      }
      await all;
    }),
    { numRuns: 30 },
  );
});
