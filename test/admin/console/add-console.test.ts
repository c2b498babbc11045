import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { addConsole } from "../../../src/admin/console/add-console.ts";
import type { ConsoleView } from "../../../src/admin/console/view.ts";
import { viewOf } from "./views.ts";

let app: Hono;
let view: Partial<ConsoleView>;
let tick: (() => void) | undefined;

beforeEach(() => {
  view = {};
  tick = undefined;
  app = new Hono();
  const pace = (next: () => void) => {
    tick = next;
    return () => {
      tick = undefined;
    };
  };
  addConsole(app, () => viewOf(view), pace);
});

const DRAINING = { ready: false, waitingFor: [], draining: true, locked: false };

/** Opens a stream, and gives what reads the next piece of it. */
async function look() {
  const answer = await app.request("/events");
  const reader = answer.body?.getReader();
  const read = async (): Promise<string | undefined> => {
    const { value } = (await reader?.read()) ?? {};
    return value === undefined ? undefined : new TextDecoder().decode(value);
  };
  return { answer, read, leave: () => reader?.cancel() };
}

describe("the page", () => {
  it("is made anew for each who asks", async () => {
    const first = await app.request("/");
    expect(first.headers.get("content-type")).toBe("text/html; charset=UTF-8");
    view = { version: "9.9.9" };
    expect(await (await app.request("/")).text()).toContain("9.9.9");
    expect(await first.text()).toContain("1.2.3");
  });

  it.each(["/", "/events"])("%s is only looked at", async (path) => {
    for (const method of ["POST", "PUT", "DELETE"])
      expect((await app.request(path, { method })).status).toBe(405);
  });
});

describe("what it is made of", () => {
  it.each([
    ["/console.css", "text/css; charset=utf-8", ":root"],
    ["/uplot.css", "text/css; charset=utf-8", ".uplot"],
    ["/uplot.js", "text/javascript; charset=utf-8", "uPlot"],
  ])("%s is asked for each time, and sent where it is another", async (path, type, part) => {
    const answer = await app.request(path);
    const etag = answer.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(answer.headers.get("content-type")).toBe(type);
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(await answer.text()).toContain(part);
    const again = await app.request(path, { headers: { "if-none-match": `"other", ${etag}` } });
    expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
    expect((await app.request(path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  it.each([
    "/console.js.map",
    "/package.json",
    "/../package.json",
    "/domain/refusal.js",
    "/nothing.js",
    "/%2e%2e/x.js",
  ])("%s is not there", async (path) => {
    expect((await app.request(path)).status).toBe(404);
  });
});

describe("the stream", () => {
  it("tells all there is, and then what has changed", async () => {
    const { answer, read, leave } = await look();
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(await read()).toBe("retry: 2000\n\n");
    expect(await read()).toMatch(/^data: \{"words":\{"state":.*\}\n\n$/);
    view = { endpointOverridden: true };
    tick?.();
    const event = (await read()) ?? "";
    expect(JSON.parse(event.slice("data: ".length))).toMatchObject({
      words: { remarks: [{ text: "AWS endpoint overridden", tone: "warn" }] },
      tables: {},
    });
    await leave();
    expect(tick).toBeUndefined();
  });

  it("S6 has sixteen readers at most", async () => {
    const all = await Promise.all(Array.from({ length: 16 }, look));
    expect(all.map(({ answer }) => answer.status)).toEqual(Array.from({ length: 16 }, () => 200));
    expect((await app.request("/events")).status).toBe(503);
    await all[5]?.leave();
    const { answer, leave } = await look();
    expect(answer.status).toBe(200);
    await Promise.all([leave(), ...all.map((one) => one.leave())]);
    expect(tick).toBeUndefined();
  });

  it("takes no seat for who wants its head alone", async () => {
    for (let i = 0; i < 20; i++) expect((await app.request("/events", { method: "HEAD" })).status).toBe(200);
    expect(tick).toBeUndefined();
  });

  it("ends at drain, and does not begin again", async () => {
    const { read } = await look();
    await read();
    await read();
    view = { readiness: DRAINING };
    tick?.();
    expect(await read()).toContain('"draining"');
    expect(await read()).toBeUndefined();
    expect((await app.request("/events")).status).toBe(503);
  });

  it("ends for a reader that does not read, and holds no more than so much for it", async () => {
    const { read } = await look();
    let ticks = 0;
    for (; ticks < 100; ticks++) {
      view = { document: `${ticks}${"x".repeat(100_000)}` };
      if (tick === undefined) break;
      tick();
    }
    expect(tick).toBeUndefined();
    expect(ticks).toBeLessThan(60);
    await expect(read()).rejects.toThrow("the reader does not read");
  });

  it("goes on for a reader that is slow with a large configuration", async () => {
    view = { document: Array.from({ length: 10_000 }, (_, i) => `${i}${"x".repeat(100)}`) };
    const { read, leave } = await look();
    view = { ...view, version: "2" };
    tick?.();
    await read();
    expect((await read())?.length).toBeGreaterThan(1024 * 1024);
    expect(await read()).toContain("2, up");
    await leave();
  });

  it("goes on for others where one does not read", async () => {
    await look();
    const { read, leave } = await look();
    await read();
    await read();
    for (let i = 0; i < 100; i++) {
      view = { document: `${i}${"x".repeat(100_000)}` };
      tick?.();
      expect(await read()).toContain(`"${i}xxx`);
    }
    await leave();
    expect(tick).toBeUndefined();
  });
});
