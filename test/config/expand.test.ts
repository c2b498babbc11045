import { expect, it } from "vitest";
import { expand } from "../../src/config/expand.ts";

const ENV: Readonly<Record<string, string>> = {
  BUCKET: "reports",
  EMPTY: "",
  TEMPLATE: "${claim:sub}",
  NESTED: "${env:BUCKET}",
  DOLLAR: "$",
  TAIL: "{claim:sub}",
  PRICE: "$5 {net}",
};
const FILES: Readonly<Record<string, string>> = { "/run/id": "us-east-1_AbC", "/run/empty": "" };

function expanded(document: unknown): ReturnType<typeof expand> {
  return expand(document, { env: (name) => ENV[name], file: (path) => FILES[path] });
}

it("fills references in values, in the middle of text, and more than one", () => {
  const document = { on: ["arn:aws:s3:::${env:BUCKET}/${claim:sub}", "${env:BUCKET}-${file:/run/id}"] };
  expect(expanded(document)).toEqual({
    value: { on: ["arn:aws:s3:::reports/${claim:sub}", "reports-us-east-1_AbC"] },
    problems: [],
    filled: [
      ["reports", "${env:BUCKET}"],
      ["reports", "${env:BUCKET}"],
      ["us-east-1_AbC", "${file:/run/id}"],
    ],
  });
});

it("leaves keys, numbers and the document that it was given alone", () => {
  const document = { "${env:BUCKET}": 1, flag: true, nothing: null };
  expect(expanded(document).value).toEqual(document);
});

it("S6.6 makes an unset, unreadable or empty reference an error, each of them, and leaves no value behind", () => {
  const { value, problems } = expanded({
    a: "x${env:GONE}*${env:EMPTY}",
    b: { c: ["${file:/run/gone}", "${file:/run/empty}"] },
  });
  expect(value).toEqual({ a: null, b: { c: [null, null] } });
  expect(problems).toEqual([
    { path: ["a"], message: "the environment variable GONE is not set, or is empty" },
    { path: ["a"], message: "the environment variable EMPTY is not set, or is empty" },
    { path: ["b", "c", 0], message: "the file /run/gone cannot be read, or is empty" },
    { path: ["b", "c", 1], message: "the file /run/empty cannot be read, or is empty" },
  ]);
});

it.each([
  "${env:NESTED}",
  "${env:TEMPLATE}",
  "${env:DOLLAR}{claim:sub}",
  "$${env:TAIL}",
  "${env:DOLLAR}${env:TAIL}",
])("S6.6 never makes a template of what a reference stands for: %s", (text) => {
  const { value, problems } = expanded([text]);
  expect(value).toEqual([null]);
  expect(problems).toEqual([{ path: [0], message: expect.stringContaining("never a template") }]);
});

it("takes a $ that makes no template for the text that it is", () => {
  expect(expanded(["${env:PRICE} ${claim:sub}"])).toMatchObject({
    value: ["$5 {net} ${claim:sub}"],
    problems: [],
  });
});

it.each(["${env:}", "${file:}", "${env:BUCKET", "a ${file:/run/id"])(
  "does not pass over a reference that is not whole: %s",
  (text) => {
    const { value, problems } = expanded([text]);
    expect(value).toEqual([null]);
    expect(problems).toEqual([{ path: [0], message: expect.stringContaining("is not whole") }]);
  },
);

it("keeps keys that are names of JavaScript's own as plain data", () => {
  const document: unknown = JSON.parse('{ "__proto__": "${env:BUCKET}", "constructor": "${env:BUCKET}" }');
  const { value } = expanded(document);
  expect(Object.entries(value as object)).toEqual([
    ["__proto__", "reports"],
    ["constructor", "reports"],
  ]);
});
