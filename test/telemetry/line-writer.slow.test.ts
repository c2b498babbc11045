import { describe, expect, it } from "vitest";
import { createLineWriter, type WriteSync } from "../../src/telemetry/line-writer.ts";

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
