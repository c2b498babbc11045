import { describe, expect, it } from "vitest";
import { Complaint, misuse } from "../../src/cli/complaint.ts";
import { withLastWords } from "../../src/cli/last-words.ts";
import { listening, type Spoken } from "./spoken.ts";

function ending(error: unknown, env: Record<string, string> = {}): Promise<Spoken> {
  const run = async (): Promise<number> => {
    // oxlint-disable-next-line typescript/only-throw-error -- anything may be thrown
    throw error;
  };
  return listening(() => withLastWords(run, env));
}

it("passes the exit code of a command on, and says nothing", async () => {
  const said = await listening(() => withLastWords(() => Promise.resolve(78), {}));
  expect(said).toEqual({ code: 78, out: "", err: "" });
});

describe("what a command gives up with is one line", () => {
  it.each<readonly [error: unknown, code: number, line: string]>([
    [
      new Complaint("nothing answers at http://127.0.0.1:4481"),
      1,
      "nothing answers at http://127.0.0.1:4481",
    ],
    [misuse("token needs a USER"), 64, "token needs a USER"],
    [new TypeError("cannot read x"), 1, "cannot read x"],
    [new TypeError(), 1, "TypeError"],
    [new Error("one\ntwo\u001b[2J"), 1, String.raw`one\u000atwo\u001b[2J`],
    ["thrown text", 1, "thrown text"],
    [undefined, 1, "undefined"],
  ])("%s", async (error, code, line) => {
    expect(await ending(error)).toEqual({ code, out: "", err: `postern: ${line}\n` });
  });
});

it("shows the stack of what nobody foresaw with POSTERN_DEBUG=1, and of nothing else", async () => {
  const { code, err } = await ending(new TypeError("cannot read x"), { POSTERN_DEBUG: "1" });
  expect(code).toBe(1);
  expect(err).toMatch(/^postern: cannot read x\nTypeError: cannot read x\n {4}at /);
  expect((await ending(new Complaint("no"), { POSTERN_DEBUG: "1" })).err).toBe("postern: no\n");
  expect((await ending(new TypeError("cannot read x"), { POSTERN_DEBUG: "0" })).err).toBe(
    "postern: cannot read x\n",
  );
});

it("leaves no listener of uncaught errors behind", async () => {
  const before = process.listenerCount("uncaughtException");
  await ending(new Error("x"));
  expect(process.listenerCount("uncaughtException")).toBe(before);
});

it("listens for lost output once, however often it runs", async () => {
  await ending(new Error("x"));
  const before = process.stdout.listenerCount("error");
  await ending(new Error("x"));
  expect(process.stdout.listenerCount("error")).toBe(before);
});
