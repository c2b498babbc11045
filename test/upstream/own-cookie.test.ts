import { expect, it } from "vitest";
import { setsOwnCookie } from "../../src/upstream/own-cookie.ts";

it.each([
  "postern=t",
  " postern = t; Path=/",
  "POSTERN=t",
  "postern",
  "postern=; Max-Age=0",
  "=postern=t",
  " = =postern=t",
  "a=b,postern=t",
  "\u00a0postern=t",
])("H3 finds Postern's cookie in %j", (line) => {
  expect(setsOwnCookie(line, "postern")).toBe(true);
});

it.each(["a=postern", "posterns=t", "xpostern=t", "a=b; postern=t", "a=b=postern", ""])(
  "H3 finds none in %j",
  (line) => {
    expect(setsOwnCookie(line, "postern")).toBe(false);
  },
);

it("finds none where Postern takes no cookie", () => {
  expect(setsOwnCookie("postern=t", undefined)).toBe(false);
});
