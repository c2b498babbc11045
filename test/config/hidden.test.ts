import { describe, expect, it } from "vitest";
import { createHiding } from "../../src/config/hidden.ts";

describe("S6.6 what a reference stands for", () => {
  it("is hidden wherever a message tells it, and in whatever case", () => {
    const hide = createHiding([["https://TopSecret.example.com", "${env:O}"]]);
    expect(hide("a browser writes this origin as https://topsecret.example.com")).toBe(
      "a browser writes this origin as ${env:O}",
    );
  });

  it("is hidden whole, where one value begins with another", () => {
    const hide = createHiding([
      ["staff-eu", "${env:A}"],
      ["staff-eu-secret", "${env:B}"],
    ]);
    expect(hide("there is staff-eu, staff-eu-secret")).toBe("there is ${env:A}, ${env:B}");
  });

  it("is hidden in quotes alone, where it is as short as a word of the message", () => {
    const hide = createHiding([
      ["e", "${env:E}"],
      ["$&", "${env:D}"],
    ]);
    expect(hide('another rule is named "e" too')).toBe('another rule is named "${env:E}" too');
    expect(hide('"$&" and (.*)')).toBe('"${env:D}" and (.*)');
  });

  it("is text, whatever it looks like", () => {
    expect(createHiding([["a.c[d]+(e)|f", "${env:X}"]])("abc[d]+(e)|f a.c[d]+(e)|f")).toBe(
      "abc[d]+(e)|f ${env:X}",
    );
    expect(createHiding([])("as it is")).toBe("as it is");
  });
});
