import { createHmac, randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { HmacKey } from "../../src/signing/hmac-key.ts";

describe("HmacKey", () => {
  it("signs as HMAC-SHA-256 does, whatever the lengths of key and message", () => {
    for (const keyBytes of [0, 1, 31, 32, 33, 63, 64]) {
      const key = randomBytes(keyBytes);
      const prepared = new HmacKey(key);
      for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 200]) {
        const message = "x".repeat(length);
        expect(prepared.sign(message)).toBe(createHmac("sha256", key).update(message).digest("hex"));
      }
    }
  });

  it("takes no key longer than a block, which would have to be hashed first", () => {
    expect(() => new HmacKey(randomBytes(65))).toThrow(RangeError);
  });

  it("prints nothing of what it holds", () => {
    const key = new HmacKey(Buffer.from("secret"));
    expect(inspect(key, { showHidden: true, depth: 9 })).toBe("HmacKey {}");
    expect(JSON.stringify(key)).toBe("{}");
  });
});
