import { createHmac } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createKeyRings, deriveSigningKey, formatAmzDate } from "../../src/signing/signing-key.ts";
import type { FindSigningKey } from "../../src/signing/signing-key.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};

describe("deriveSigningKey", () => {
  it("makes the key that IAM documents", () => {
    const { key, scope } = deriveSigningKey(credentials, "20150830", "us-east-1", "iam");
    const documented = Buffer.from("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9", "hex");
    expect(key.sign("any")).toBe(createHmac("sha256", documented).update("any").digest("hex"));
    expect(scope).toBe("20150830/us-east-1/iam/aws4_request");
  });

  it("gives a key that no log prints", () => {
    const key = deriveSigningKey(credentials, "20150830", "us-east-1", "iam");
    const printed = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
    expect(printed).not.toContain("c4afb1cc");
    expect(printed).not.toMatch(/<Buffer|"data":/);
    expect(printed).not.toContain(credentials.secretAccessKey);
  });
});

describe("createKeyRings", () => {
  it("derives a key once", () => {
    const find = createKeyRings();
    const first = find(credentials, "20150830", "us-east-1", "iam");
    expect(find(credentials, "20150830", "us-east-1", "iam")).toBe(first);
  });

  it.each<Parameters<FindSigningKey>>([
    [credentials, "20150831", "us-east-1", "iam"],
    [credentials, "20150830", "us-west-1", "iam"],
    [credentials, "20150830", "us-east-1", "s3"],
    [{ ...credentials }, "20150830", "us-east-1", "iam"],
  ])("derives another for another caller, day, region or service (%#)", (...wanted) => {
    const find = createKeyRings();
    const first = find(credentials, "20150830", "us-east-1", "iam");
    expect(find(...wanted)).not.toBe(first);
  });

  it("keeps a bounded number of keys for one caller", () => {
    const find = createKeyRings();
    const first = find(credentials, "20150830", "us-east-1", "iam");
    for (let i = 0; i < 8; i++) find(credentials, "20150830", `region-${i}`, "iam");
    expect(find(credentials, "20150830", "us-east-1", "iam")).not.toBe(first);
  });
});

describe("formatAmzDate", () => {
  it("writes UTC without fractions", () => {
    expect(formatAmzDate(Date.UTC(2015, 7, 30, 12, 36, 0, 987))).toBe("20150830T123600Z");
  });
});
