import { describe, expect, it } from "vitest";
import { parseStrictJson } from "../../src/aws/strict-json.ts";
import { codeOf } from "../support/asking.ts";

const nested = (depth: number): string => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;

describe("S3.5 JSON that AWS could read in another way", () => {
  it.each([
    ["a member twice", '{"TableName":"Orders","TableName":"Secret"}'],
    ["the second spelled with escapes", '{"TableName":"Orders","\\u0054ableName":"Secret"}'],
    ["a member twice within a list", '{"a":[{"b":1,"c":[],"b":2}]}'],
    ["a member twice, deep down", '{"a":{"b":{"c":{"d":1,"d":1}}}}'],
    ["an empty name twice", '{"":1,"":2}'],
    ["__proto__ twice", '{"__proto__":1,"__proto__":2}'],
    ["white space before the colons", '{"a" : 1, "a"\n:\t2}'],
    ["a list at the top", '[{"TableName":"Orders"}]'],
    ["null at the top", "null"],
    ["a string at the top", '"TableName"'],
    ["nothing", ""],
    ["two values", '{"a":1}{"b":2}'],
    ["a comment", '{"a":1/* b */}'],
    ["single quotes", "{'a':1}"],
    ["a comma at the end", '{"a":1,}'],
    ["a string without an end", '{"a":"b'],
    ["a string whose end is escaped", '{"a":"b\\"}'],
    ["NaN", '{"a":NaN}'],
    ["a byte order mark", '\ufeff{"a":1}'],
  ])("refuses %s", (_name, text) => {
    expect(codeOf(() => parseStrictJson(text))).toBe("body-malformed");
  });

  it("refuses what is nested deeper than 64, and takes what is not", () => {
    expect(codeOf(() => parseStrictJson(nested(65)))).toBe("body-malformed");
    expect(codeOf(() => parseStrictJson(nested(64)))).toBe("nothing");
  });

  it.each([
    ["brackets", "[".repeat(4e6)],
    ["empty objects", `{"a":[${"{},".repeat(350_000)}{}`],
    ["entries of a list", `{"a":[${"1,".repeat(700_000)}1`],
    ["texts in a list", `{"a":[${'"",'.repeat(700_000)}""`],
    ["members", `{"a":{${'"a":1,'.repeat(350_000)}"a":1`],
  ])("refuses more %s than any request has, and builds none of them", (_name, text) => {
    // None of them has its end, for which the parser would be the cause.
    expect(() => parseStrictJson(text)).toThrow(expect.not.objectContaining({ cause: expect.anything() }));
  });

  it("takes 25 items of 6,000 attributes each", () => {
    const item = `{${Array.from({ length: 6000 }, (_, at) => `"a${at}":{"N":"${at}"}`).join(",")}}`;
    const put = `{"PutRequest":{"Item":${item}}}`;
    const text = `{"RequestItems":{"Orders":[${Array<string>(25).fill(put).join(",")}]}}`;
    expect(codeOf(() => parseStrictJson(text))).toBe("nothing");
  });
});

describe("parseStrictJson", () => {
  it("takes the same name in different objects", () => {
    const text = '{"a":{"S":"1"},"b":{"S":"1"},"c":[{"S":"1"},{"S":"1"}]}';
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["colons and braces within strings", '{"a":":{\\"a\\":1}","b:":"}"}'],
    ["backslashes before a quote", '{"a":"\\\\","b":"\\\\\\"","c":"\\\\\\\\"}'],
    ["a name that every object has", '{"constructor":1,"toString":2}'],
    ["a name that is __proto__", '{"__proto__":{"a":1}}'],
    ["numbers and truth values", '{"a":[1,-2.5e3,true,false,null]}'],
  ])("is not taken in by %s", (_name, text) => {
    expect(JSON.stringify(parseStrictJson(text))).toBe(JSON.stringify(JSON.parse(text)));
  });
});
