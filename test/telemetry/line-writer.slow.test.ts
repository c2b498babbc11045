import { describe, expect, it } from "vitest";
import { type Behind, createLineWriter, type WriteSync } from "../../src/telemetry/line-writer.ts";

/** A reader that takes what `takes` says, in turn: so many bytes, or an error; all of it once the turns are over. */
function reader(...takes: readonly (number | string)[]) {
  const turns = [...takes];
  const chunks: string[] = [];
  const writeSync: WriteSync = (bytes) => {
    const turn = turns.shift() ?? bytes.length;
    if (typeof turn === "string") throw Object.assign(new Error(turn), { code: turn });
    chunks.push(Buffer.from(bytes.subarray(0, turn)).toString());
    return Math.min(turn, bytes.length);
  };
  return { writeSync, chunks, all: () => chunks.join("") };
}

it("holds lines back until there is a batch of them, and then writes once", () => {
  const { writeSync, chunks } = reader();
  const { write } = createLineWriter(writeSync);
  const line = `${"x".repeat(1000)}\n`;
  for (let i = 0; i < 4; i++) write(line);
  expect(chunks).toEqual([]);
  write(line);
  expect(chunks).toEqual([line.repeat(5)]);
});

it("writes what is held back when it is told to, and nothing where nothing is", () => {
  const { writeSync, chunks } = reader();
  const { write, flush } = createLineWriter(writeSync);
  write("a\n");
  flush();
  flush();
  expect(chunks).toEqual(["a\n"]);
});

it("keeps bytes whole, whatever parts a reader takes", () => {
  const taken: Uint8Array[] = [];
  const { write, flush } = createLineWriter((bytes) => {
    taken.push(Uint8Array.from(bytes.subarray(0, 1)));
    return 1;
  });
  write("a€😀b\n");
  flush();
  expect(Buffer.concat(taken).toString()).toBe("a€😀b\n");
});

describe("a reader that does not keep up", () => {
  it("gets the rest later, in order", () => {
    const { writeSync, all } = reader(2, "EAGAIN", "EAGAIN");
    const { write, flush } = createLineWriter(writeSync);
    write("one\n");
    flush();
    write("two\n");
    flush();
    expect(all()).toBe("on");
    flush();
    expect(all()).toBe("one\ntwo\n");
  });

  it("is waited for at the end, but not for ever", () => {
    const slow = reader("EAGAIN", "EAGAIN", "EAGAIN");
    const { write, finish } = createLineWriter(slow.writeSync);
    write("last\n");
    finish();
    expect(slow.all()).toBe("last\n");

    let attempts = 0;
    const stuck = createLineWriter(() => {
      attempts++;
      throw Object.assign(new Error("EAGAIN"), { code: "EAGAIN" });
    });
    stuck.write("never\n");
    stuck.finish();
    expect(attempts).toBeLessThan(100);
  });

  it("costs no more memory than a bound, and loses whole lines", () => {
    let open = false;
    const chunks: string[] = [];
    const { write, flush } = createLineWriter((bytes) => {
      if (!open) throw Object.assign(new Error("EAGAIN"), { code: "EAGAIN" });
      chunks.push(Buffer.from(bytes).toString());
      return bytes.length;
    });
    const line = `${"x".repeat(1023)}\n`;
    for (let i = 0; i < 5000; i++) write(line);
    open = true;
    flush();
    const written = chunks.join("");
    expect(written.length).toBeLessThan(1024 ** 2 + 8192);
    expect(written.length % line.length).toBe(0);
    write("after\n");
    flush();
    expect(chunks.at(-1)).toBe("after\n");
  });
});

/** A reader who takes nothing until it is opened. */
function closedReader(behind: Behind = {}) {
  let open = false;
  const chunks: string[] = [];
  const writer = createLineWriter((bytes) => {
    if (!open) throw Object.assign(new Error("EAGAIN"), { code: "EAGAIN" });
    chunks.push(Buffer.from(bytes).toString());
    return bytes.length;
  }, behind);
  return {
    ...writer,
    open: () => {
      open = true;
    },
    all: () => chunks.join(""),
  };
}

describe("lines that are lost behind a reader", () => {
  const line = `${"x".repeat(1023)}\n`;

  it("are counted, and told of once when it is back", () => {
    const told: number[] = [];
    const { write, flush, lost, open, all } = closedReader({ onBack: (count) => void told.push(count) });
    for (let i = 0; i < 5000; i++) write(line);
    const written = 5000 - lost();
    expect(lost()).toBeGreaterThan(3900);
    flush();
    expect(told).toEqual([]);
    open();
    flush();
    flush();
    expect(all()).toBe(line.repeat(written));
    expect(told).toEqual([lost()]);
  });

  it("are of the audit last", () => {
    const { write, flush, lost, open, all } = closedReader();
    for (let i = 0; i < 2000; i++) write(line);
    const before = lost();
    for (let i = 0; i < 2000; i++) write("audit\n", true);
    expect(lost()).toBe(before);
    for (let i = 0; i < 5000; i++) write(line, true);
    expect(lost()).toBeGreaterThan(before);
    open();
    flush();
    expect(all()).toContain("audit\n".repeat(2000));
    expect(all().length).toBeLessThan(4 * 1024 ** 2 + 8192);
  });

  it("are told of at the end, too", () => {
    const { write, finish, open, all } = closedReader({ onBack: (count) => write(`lost ${count}\n`) });
    for (let i = 0; i < 5000; i++) write(line);
    open();
    finish();
    expect(all()).toMatch(/lost \d+\n$/);
  });

  it("are counted where they can never be written, and told of when others can", () => {
    const told: number[] = [];
    const { writeSync } = reader("ENOSPC");
    const { write, flush, lost } = createLineWriter(writeSync, { onBack: (count) => void told.push(count) });
    write("one\ntwo\n");
    flush();
    flush();
    expect([lost(), told]).toEqual([2, []]);
    write("three\n");
    flush();
    expect(told).toEqual([2]);
  });
});

it("a reader that is behind is asked again in a moment, and once at a time, until it is not", () => {
  const asked: (() => void)[] = [];
  const { write, flush, open, all } = closedReader({ later: (again) => void asked.push(again) });
  write("one\n");
  flush();
  flush();
  expect(asked).toHaveLength(1);
  asked.shift()?.();
  expect(asked).toHaveLength(1);
  open();
  asked.shift()?.();
  expect([all(), asked.length]).toEqual(["one\n", 0]);
});

describe("a reader that is gone, or a full disk,", () => {
  it.each(["EPIPE", "ENOSPC", "EIO", "EBADF"])("costs lines and nothing else: %s", (code) => {
    const { writeSync, all } = reader(2, code);
    const { write, flush, finish } = createLineWriter(writeSync);
    write("one\n");
    flush();
    write("two\n");
    finish();
    expect(all()).toBe("ontwo\n");
  });
});
