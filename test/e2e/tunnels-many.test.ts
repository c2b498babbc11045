import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { collectGarbage } from "../support/collect-garbage.ts";
import { scrape } from "../support/scrape.ts";
import { type Stack, startStack } from "../support/stack.ts";
import { until } from "../support/until.ts";
import { bearer, type Echo, open, type Open, startEcho } from "../support/web-sockets.ts";

const TUNNELS = 1000;
const MESSAGES = 10_000;
/** Handshakes at a time. */
const AT_ONCE = 50;

let echo: Echo;
let stack: Stack;
let headers: { readonly authorization: string };

beforeAll(async () => {
  echo = await startEcho({ perMessageDeflate: false, keeps: false });
  const limits = `\nlimits: { tunnelsPerCaller: ${TUNNELS} }\n`;
  stack = await startStack({ config: (yaml) => echo.config()(yaml) + limits });
  headers = bearer(await stack.tokenOf("analyst"));
});
afterAll(() => echo.close());

/** @param at where; the application itself, without Postern, is one of the places */
async function openAll(at: { readonly url: string }): Promise<Open[]> {
  const tunnels: Open[] = [];
  for (let i = 0; i < TUNNELS; i += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, () => open(at, { headers, perMessageDeflate: false }));
    tunnels.push(...(await Promise.all(some)));
  }
  return tunnels;
}

async function closeAll(tunnels: Open[]): Promise<void> {
  const all = tunnels.splice(0);
  for (const { socket } of all) socket.close(1000);
  await Promise.all(all.map(({ closed }) => closed));
  await until(() => echo.count() === 0);
  await vi.waitFor(async () => expect(await tunnelsOpen()).toBe(0));
}

const tunnelsOpen = async (): Promise<number> =>
  (await scrape(stack.ports.probes))('postern_tunnels_open{upstream="chat"}');

/** Sends all messages, each on its tunnel when the one before it has come back; gives those that came back otherwise. */
async function talkOver(tunnels: readonly Open[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  const talk = async ({ ask }: Open, i: number): Promise<void> => {
    for (let k = 0; k < MESSAGES / TUNNELS; k++) {
      const message = `${i}-${k} ${"x".repeat((i * 7 + k * 131) % 2000)}`;
      if ((await ask(message)) !== message) wrong.push(message);
    }
  };
  await Promise.all(tunnels.map(talk));
  return wrong;
}

/** What this process holds: clients, Postern and the application live in it together. */
async function held() {
  await sleep(300);
  collectGarbage();
  const sockets = process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCPSocket")).length;
  const { heapUsed, external } = process.memoryUsage();
  return { sockets, kibibytes: Math.round((heapUsed + external) / 1024) };
}

async function timed<T>(run: () => Promise<T>): Promise<readonly [value: T, ms: number]> {
  const startMs = performance.now();
  return [await run(), performance.now() - startMs];
}

it(
  "a thousand tunnels carry ten thousand messages, end with Postern, and leave nothing",
  { timeout: 120_000 },
  async () => {
    // What grows once and stays: code, shapes, pools.
    await closeAll(await openAll(stack));
    const before = await held();
    const direct = await openAll(echo);
    const without = await held();
    await closeAll(direct);

    const [tunnels, openedMs] = await timed(() => openAll(stack));
    expect(await tunnelsOpen()).toBe(TUNNELS);
    const idle = await held();
    const [wrong, talkedMs] = await timed(() => talkOver(tunnels));
    expect(wrong).toEqual([]);

    await stack.close();
    const ends = await Promise.all(tunnels.splice(0).map(({ closed }) => closed));
    expect(new Set(ends.map(String))).toEqual(new Set(["1001,drain"]));
    await until(() => echo.count() === 0);
    expect(stack.logged().split('"why":"drain","code":1001').length - 1).toBe(TUNNELS);
    const after = await held();

    const each = (idle.kibibytes - without.kibibytes) / TUNNELS;
    const perSecond = MESSAGES / (talkedMs / 1000);
    console.info(
      `${TUNNELS} tunnels were opened in ${openedMs.toFixed(0)} ms and carried ${perSecond.toFixed(0)} messages ` +
        `a second back and forth; each took ${each.toFixed(1)} KiB of Postern.`,
      { before, without, idle, after },
    );
    expect(idle.sockets).toBeGreaterThanOrEqual(4 * TUNNELS);
    expect(after.sockets).toBeLessThanOrEqual(before.sockets);
    expect(after.kibibytes).toBeLessThan(before.kibibytes + 8 * 1024);
  },
);
