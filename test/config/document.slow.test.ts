import { describe, expect, it } from "vitest";
import { readDocument } from "../../src/config/document.ts";

function problemsOf(text: string): readonly string[] {
  const { problems, place } = readDocument(text);
  return problems.map((problem) => {
    const { line, column } = place(problem);
    return `${line}:${column} ${problem.path.join(".")}: ${problem.message}`;
  });
}

it("reads maps, lists and scalars of YAML 1.2, and JSON", () => {
  const yaml = "a: [1, two, true, null, 012, no, 0x1F]\n'1': { b: \"\\u0041\" }\n";
  expect(readDocument(yaml).value).toEqual({ a: [1, "two", true, null, 12, "no", 31], "1": { b: "A" } });
  expect(readDocument('{"a": [1, {"b": null}]}').value).toEqual({ a: [1, { b: null }] });
});

it("takes keys for the text that they are", () => {
  expect(readDocument("1: a\ntrue: b\nnull: c\n").value).toEqual({ "1": "a", true: "b", null: "c" });
});

it.each(["", "# nothing\n", "---\n"])("has no value in %j", (text) => {
  expect(readDocument(text)).toMatchObject({ value: null, problems: [], broken: false });
});

describe("S6.6 makes errors of what a reader could take for something else:", () => {
  it.each<readonly [what: string, text: string, problems: readonly string[]]>([
    ["a key twice", "a: 1\nb: 2\na: 3\n", ["3:1 a: this key stands here already"]],
    ["a key twice below", "x:\n  - { a: 1, a: 2 }\n", ["2:13 x.0.a: this key stands here already"]],
    ["a number and its text as keys", "1: a\n'1': b\n", ["2:1 1: this key stands here already"]],
    [
      "an alias and its anchor",
      "a: &here x\nb: *here\n",
      [
        "1:10 a: YAML anchors are not accepted; leave it out",
        "2:4 b: YAML aliases are not accepted; write it out",
      ],
    ],
    ["an alias without an anchor", "a: [*gone]\n", ["1:5 a.0: YAML aliases are not accepted; write it out"]],
    ["an anchor on a key", "&k a: 1\n", ["1:4 a: YAML anchors are not accepted; leave it out"]],
    ["a tag", "a: !!binary aGk=\n", ["1:13 a: YAML tags are not accepted; leave it out"]],
    ["a tag that says nothing new", "a: !!str 1\n", ["1:10 a: YAML tags are not accepted; leave it out"]],
    ["a tag of one's own", "a: !env X\n", ["1:9 a: YAML tags are not accepted; leave it out"]],
    ["a tag on a map", "a: !!set { b: 1 }\n", ["1:10 a: YAML tags are not accepted; leave it out"]],
    ["a merge key", "a:\n  <<: { b: 1 }\n", ["2:3 a.<<: YAML merge keys are not accepted; write it out"]],
    ["__proto__", "a: { __proto__: { b: 1 } }\n", ["1:6 a.__proto__: this is not a name"]],
  ])("%s", (_what, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it.each<readonly [what: string, text: string, problem: RegExp]>([
    [
      "a second document",
      "a: 1\n---\nb: 2\n",
      /^2:1 : a configuration is one document; another begins here$/,
    ],
    ["a map as key", "? { a: b }\n: c\n", /^1:3 : a key is text$/],
    ["YAML 1.1, where no is false", "%YAML 1.1\n---\na: no\n", /^1:1 : this is read as YAML 1\.2/],
    ["a tab for indentation", "a:\n\tb: 1\n", /^2:1 : Tabs are not allowed as indentation$/],
    ["a list that does not end", "a: [1,\n", /^2:1 : Flow sequence in block collection must/],
    ["nesting without end", "[".repeat(20_000), /^1:\d+ : it is nested too deeply$/],
  ])("%s, and then nothing else is read", (_what, text, problem) => {
    expect(readDocument(text)).toMatchObject({ value: null, broken: true });
    expect(problemsOf(text)[0]).toMatch(problem);
    expect(problemsOf(text).length).toBeLessThanOrEqual(5);
  });
});

it("does not follow aliases that would fill the memory", () => {
  const bomb = [
    "a: &a [x]",
    ..."bcdefghij".split("").map((c, i) => `${c}: &${c} [${`*${"abcdefghi"[i]},`.repeat(9)}]`),
  ];
  const { value, problems } = readDocument(bomb.join("\n"));
  expect(JSON.stringify(value).length).toBeLessThan(1000);
  expect(problems).toHaveLength(10);
});

it("reaches no prototype by a key", () => {
  const { value } = readDocument(
    "a: { constructor: { prototype: { polluted: 1 } } }\n__proto__: { polluted: 1 }\n",
  );
  expect(value).toEqual({ a: { constructor: { prototype: { polluted: 1 } } } });
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect("polluted" in {}).toBe(false);
});

describe("the place of a path", () => {
  const { place } = readDocument("# head\na:\n  b:\n    - x\n    - c: 1\n      d: 2\n");

  it.each<readonly [path: readonly (string | number)[], line: number, column: number]>([
    [["a"], 2, 1],
    [["a", "b"], 3, 3],
    [["a", "b", 0], 4, 7],
    [["a", "b", 1, "d"], 6, 7],
    [["a", "b", 1, "gone", "deeper"], 5, 7],
    [["a", "b", 7], 3, 3],
    [["gone"], 2, 1],
  ])("%j is line %i, column %i", (path, line, column) => {
    expect(place({ path })).toEqual({ line, column });
  });

  it("is the beginning where there is nothing", () => {
    expect(readDocument("").place({ path: ["a"] })).toEqual({ line: 1, column: 1 });
  });
});
