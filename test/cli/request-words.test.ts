import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/cli/exit.ts";
import { readBytesWord, readHeaderWord, readRequestWords } from "../../src/cli/request-words.ts";

const read = (...words: string[]) => readRequestWords(words, "explain");
const misused = expect.objectContaining({ exitCode: EXIT.usage });

describe("a request in words", () => {
  it.each<[string[], string | undefined, string, string, string | undefined]>([
    [["GET", "/s3/a"], undefined, "GET", "/s3/a", undefined],
    [["get", "/s3/a"], undefined, "GET", "/s3/a", undefined],
    [["GET /s3/a"], undefined, "GET", "/s3/a", undefined],
    [["anna", "GET", "/s3/a?b=c"], "anna", "GET", "/s3/a?b=c", undefined],
    [["anna", "GET /s3/a"], "anna", "GET", "/s3/a", undefined],
    [["anna GET /s3/a"], "anna", "GET", "/s3/a", undefined],
    [["GET", "https://s3.example:443/a/b?c"], undefined, "GET", "/a/b?c", "s3.example:443"],
    [["GET", "http://s3.example"], undefined, "GET", "/", "s3.example"],
    [["GET", "http://s3.example?list-type=2"], undefined, "GET", "/?list-type=2", "s3.example"],
    [["GET", "http://s3.example/a#b"], undefined, "GET", "/a", "s3.example"],
  ])("is read: %j", (words, ...[user, method, target, host]) => {
    expect(read(...words)).toEqual({ user, method, target, host });
  });

  it.each([
    [],
    ["GET"],
    ["/s3/a"],
    ["GET", "s3/a"],
    ["a", "b", "GET", "/s3/a"],
    ["GET", "http://a@b/c"],
    ["GET", "http:///c"],
  ])("is not understood: %j", (...words) => expect(() => read(...words)).toThrow(misused));
});

describe("a header in words", () => {
  it.each([
    ["a: b", ["a", "b"]],
    ["a:b:c", ["a", "b:c"]],
    ["a:", ["a", ""]],
  ])("is read: %j", (text, line) => expect(readHeaderWord(text)).toEqual(line));

  it.each(["a", ": b", ""])("is not understood: %j", (text) => {
    expect(() => readHeaderWord(text)).toThrow(misused);
  });
});

it("bytes are a text's, or a file's", () => {
  const folder = mkdtempSync(join(tmpdir(), "postern-words-"));
  const file = join(folder, "body");
  writeFileSync(file, Buffer.from([0, 255]));
  expect(readBytesWord("ä")).toEqual(Buffer.from("ä"));
  expect(readBytesWord(`@${file}`)).toEqual(Buffer.from([0, 255]));
  rmSync(folder, { recursive: true });
  expect(() => readBytesWord(`@${file}`)).toThrow(expect.objectContaining({ exitCode: EXIT.failure }));
});
