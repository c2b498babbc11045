import { describe, expect, it } from "vitest";
import { decodePercent, encodePath, encodePercent } from "../../src/domain/percent.ts";

describe("encodePercent", () => {
  it("leaves the unreserved bytes alone", () => {
    const unreserved = "ABCXYZabcxyz019-._~";
    expect(encodePercent(unreserved)).toBe(unreserved);
  });

  it("escapes every other byte of visible ASCII in upper case, the slash and !'()* among them", () => {
    expect(encodePercent("!'()*/ +%:@&=$,;?#[]")).toBe(
      "%21%27%28%29%2A%2F%20%2B%25%3A%40%26%3D%24%2C%3B%3F%23%5B%5D",
    );
  });

  it("escapes the bytes of UTF-8", () => {
    expect(encodePercent("ü€𝄞")).toBe("%C3%BC%E2%82%AC%F0%9D%84%9E");
  });

  it("will not make bytes of half a surrogate pair", () => {
    expect(() => encodePercent("\ud800")).toThrow(URIError);
  });
});

describe("encodePath", () => {
  it("keeps slashes, and only those", () => {
    expect(encodePath("/a b//c?d/")).toBe("/a%20b//c%3Fd/");
  });

  it("does not take an escape that was in the text for a slash", () => {
    expect(encodePath("a%2Fb")).toBe("a%252Fb");
  });
});

describe("decodePercent", () => {
  it("decodes once", () => {
    expect(decodePercent("a%252Fb%20c")).toBe("a%2Fb c");
  });

  it("leaves a plus alone", () => {
    expect(decodePercent("a+b")).toBe("a+b");
  });

  it.each(["%", "%2", "%zz", "%ff", "%c0%af", "%ed%a0%80", "%f4%90%80%80"])(
    "does not guess at %s",
    (text) => {
      expect(decodePercent(text)).toBeUndefined();
    },
  );
});
