import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GUEST } from "../../../src/domain/caller.ts";
import { createBodyReader } from "../../../src/proxy/bodies/body.ts";
import { Visit } from "../../../src/proxy/visit.ts";

const { read: readBody } = createBodyReader(1000);

/** A visit whose body a test writes piece by piece. */
function aVisit(...headers: readonly string[]): { visit: Visit; request: IncomingMessage } {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = [...headers];
  const registrar = { record: () => {}, nameCaller: () => "" };
  return { request, visit: new Visit(request, new ServerResponse(request), registrar, false) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("reading a body whole", () => {
  it("gives its bytes, in one piece or in many", async () => {
    for (const pieces of [["hello"], ["he", "l", "lo"], []]) {
      const { visit, request } = aVisit("Transfer-Encoding", "chunked");
      const reading = readBody(visit, 5);
      for (const piece of pieces) request.push(piece);
      request.push(null);
      expect((await reading).toString()).toBe(pieces.join(""));
    }
  });

  it("refuses a length over the bound before a byte is read, and an unstated one when it is passed", async () => {
    const stated = aVisit("Content-Length", "6");
    await expect(readBody(stated.visit, 5)).rejects.toMatchObject({ code: "body-too-large" });
    expect(stated.request.readableFlowing).toBe(null);
    const found = aVisit("Transfer-Encoding", "chunked");
    const reading = readBody(found.visit, 5);
    await turn();
    found.request.push("hello");
    found.request.push("!");
    await expect(reading).rejects.toMatchObject({ code: "body-too-large" });
    expect(found.request.isPaused()).toBe(true);
  });

  it("ends with a refusal where the client leaves, before or meanwhile", async () => {
    const gone = aVisit();
    await once(gone.request.destroy(), "close");
    await expect(readBody(gone.visit, 5)).rejects.toMatchObject({ code: "payload-mismatch" });
    const going = aVisit("Content-Length", "5");
    const reading = readBody(going.visit, 5);
    await turn();
    going.request.push("he");
    going.request.destroy();
    await expect(reading).rejects.toMatchObject({ code: "payload-mismatch" });
  });

  it("refuses at once what the whole budget has no room for", async () => {
    const { read } = createBodyReader(10);
    const { visit } = aVisit("Content-Length", "11");
    await expect(read(visit, 100)).rejects.toMatchObject({ code: "body-too-large" });
    const found = aVisit("Transfer-Encoding", "chunked");
    const reading = read(found.visit, 100);
    await turn();
    found.request.push("0123456789!");
    await expect(reading).rejects.toMatchObject({ code: "body-too-large" });
  });

  it("reserves a stated length whole before it reads, an unstated one at the bound, until the answer is over", async () => {
    const reader = createBodyReader(100);
    const stated = aVisit("Content-Length", "8");
    const unstated = aVisit("Transfer-Encoding", "chunked");
    unstated.visit.caller = { ...GUEST, digest: "another" };
    const readings = [reader.read(stated.visit, 50), reader.read(unstated.visit, 50)];
    expect(reader.held()).toBe(58);
    for (const { request } of [stated, unstated]) {
      request.push("12345678");
      request.push(null);
    }
    await Promise.all(readings);
    expect(reader.held()).toBe(16);
    stated.visit.response.emit("close");
    expect(reader.held()).toBe(8);
    unstated.visit.response.emit("close");
    unstated.visit.response.emit("close");
    expect(reader.held()).toBe(0);
  });

  it("neither reads nor invites what waits for room", async () => {
    const reader = createBodyReader(10);
    const first = aVisit("Content-Length", "8");
    const second = aVisit("Content-Length", "3");
    let invited = 0;
    second.visit.invite = () => void invited++;
    const readings = [reader.read(first.visit, 10), reader.read(second.visit, 10)] as const;
    second.request.push("abc");
    second.request.push(null);
    await turn();
    expect([second.request.readableFlowing, invited]).toEqual([null, 0]);
    first.request.push("12345678");
    first.request.push(null);
    await readings[0];
    first.visit.response.emit("close");
    expect((await readings[1]).toString()).toBe("abc");
    expect([invited, reader.held()]).toEqual([1, 3]);
  });

  it("says overloaded where room is not there in time, and gives back what was refused", async () => {
    const reader = createBodyReader(10, { roomMs: 1 });
    const first = aVisit("Content-Length", "8");
    const reading = reader.read(first.visit, 10);
    const second = reader.read(aVisit("Content-Length", "3").visit, 10);
    await expect(second).rejects.toMatchObject({ code: "overloaded" });
    expect(reader.held()).toBe(8);
    first.request.push("12345678!!!");
    await expect(reading).rejects.toMatchObject({ code: "body-too-large" });
    expect(reader.held()).toBe(0);
  });

  it("forgets who leaves the line", async () => {
    const reader = createBodyReader(10);
    const first = aVisit("Content-Length", "8");
    const reading = reader.read(first.visit, 10).catch(({ code }: { code: string }) => code);
    const second = aVisit("Content-Length", "3");
    const waiting = reader.read(second.visit, 10).catch(({ code }: { code: string }) => code);
    second.request.destroy();
    second.visit.response.emit("close");
    expect(await waiting).toBe("overloaded");
    first.request.destroy();
    expect(await reading).toBe("payload-mismatch");
    expect(reader.held()).toBe(0);
  });
});

function fateOf(reading: Promise<Buffer>): { fate: string } {
  const told = { fate: "goes on" };
  reading.then(
    () => (told.fate = "read"),
    ({ code }: { code: string }) => (told.fate = code),
  );
  return told;
}

describe("a body that comes slowly", () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("ends where it brings a byte now and then", async () => {
    const reader = createBodyReader(1_000_000);
    const { visit, request } = aVisit("Content-Length", "1000000");
    const told = fateOf(reader.read(visit, 1_000_000));
    for (let i = 0; i < 59; i++) {
      request.push("x");
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(told.fate).toBe("goes on");
    await vi.advanceTimersByTimeAsync(6000);
    expect([told.fate, reader.held(), vi.getTimerCount()]).toEqual(["payload-mismatch", 0, 0]);
  });

  it("goes on where it makes progress, however long it takes", async () => {
    const reader = createBodyReader(10_000_000);
    const { visit, request } = aVisit("Content-Length", String(600 * 16_384));
    const told = fateOf(reader.read(visit, 10_000_000));
    for (let i = 0; i < 600; i++) {
      request.push(Buffer.alloc(16_384));
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(told.fate).toBe("goes on");
    request.push(null);
    await vi.advanceTimersByTimeAsync(0);
    expect([told.fate, vi.getTimerCount()]).toEqual(["read", 0]);
  });

  it("loses its room soon where others wait for it, and keeps it where nobody does", async () => {
    const reader = createBodyReader(1_000_000);
    const held = aVisit("Content-Length", "900000");
    const first = fateOf(reader.read(held.visit, 1_000_000));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(first.fate).toBe("goes on");
    const waiting = aVisit("Content-Length", "200000");
    waiting.visit.caller = { ...GUEST, digest: "another" };
    const second = fateOf(reader.read(waiting.visit, 1_000_000));
    await vi.advanceTimersByTimeAsync(5000);
    expect([first.fate, second.fate, reader.held()]).toEqual(["payload-mismatch", "goes on", 200_000]);
    waiting.request.push(Buffer.alloc(200_000));
    waiting.request.push(null);
    await vi.advanceTimersByTimeAsync(0);
    expect([second.fate, vi.getTimerCount()]).toEqual(["read", 0]);
  });

  it("keeps its room while others wait where it comes fast for what it holds", async () => {
    for (const [bytesASecond, fate] of [
      [100_000, "goes on"],
      [90_000, "payload-mismatch"],
    ] as const) {
      const reader = createBodyReader(1_000_000);
      const { visit, request } = aVisit("Content-Length", "1000000");
      const told = fateOf(reader.read(visit, 1_000_000));
      const waiting = aVisit("Content-Length", "1");
      waiting.visit.caller = { ...GUEST, digest: "another" };
      fateOf(reader.read(waiting.visit, 1_000_000));
      for (let i = 0; i < 9; i++) {
        request.push(Buffer.alloc(bytesASecond));
        await vi.advanceTimersByTimeAsync(1000);
      }
      expect(told.fate).toBe(fate);
      waiting.visit.response.emit("close");
      visit.response.emit("close");
      await vi.advanceTimersByTimeAsync(0);
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  it("goes by limits that are adopted later", async () => {
    const reader = createBodyReader(10);
    reader.adopt(100, { idleMs: 1000 });
    const { visit } = aVisit("Content-Length", "50");
    const told = fateOf(reader.read(visit, 100));
    await vi.advanceTimersByTimeAsync(0);
    expect(reader.held()).toBe(50);
    await vi.advanceTimersByTimeAsync(1000);
    expect([told.fate, reader.held()]).toEqual(["payload-mismatch", 0]);
  });
});

describe("what is left of a body that is not whole", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each<[string, (of: ReturnType<typeof aVisit>) => unknown]>([
    ["the answer is over before it", ({ visit }) => visit.response.emit("close")],
    ["its client leaves", ({ request }) => request.destroy()],
    ["it is too large", ({ request }) => request.push(Buffer.alloc(2000))],
  ])("is neither a timer nor a listener where %s", async (_, end) => {
    const { read, held } = createBodyReader(1000);
    const made = aVisit("Transfer-Encoding", "chunked");
    const told = fateOf(read(made.visit, 1000));
    await vi.advanceTimersByTimeAsync(0);
    made.request.push("some");
    expect([vi.getTimerCount(), made.request.listenerCount("data")]).toEqual([1, 1]);
    end(made);
    await vi.waitFor(() => expect(told.fate).not.toBe("goes on"));
    expect([vi.getTimerCount(), made.request.listenerCount("data"), held()]).toEqual([0, 0, 0]);
  });

  it("is not read at all where its framing broke before", async () => {
    const { visit, request } = aVisit("Transfer-Encoding", "chunked");
    visit.response.destroy();
    const told = fateOf(createBodyReader(1000).read(visit, 1000));
    await vi.advanceTimersByTimeAsync(0);
    expect([told.fate, request.readableFlowing]).toEqual(["payload-mismatch", null]);
  });
});
