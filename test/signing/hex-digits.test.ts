import { expect, it } from "vitest";
import { endOfHex, hexNumber } from "../../src/signing/hex-digits.ts";

it("every byte is a hex digit or none", () => {
  for (let byte = 0; byte < 256; byte++) {
    const bytes = Buffer.from([byte]);
    const isDigit = /^[0-9a-fA-F]$/.test(String.fromCharCode(byte));
    expect(endOfHex(bytes, 0)).toBe(isDigit ? 1 : 0);
    if (isDigit) expect(hexNumber(bytes, 0, 1)).toBe(Number.parseInt(String.fromCharCode(byte), 16));
  }
});

it("digits are read to their end, but no more than seven", () => {
  const bytes = Buffer.from("xffFF0\r\n123456789");
  expect([endOfHex(bytes, 1), hexNumber(bytes, 1, 6)]).toEqual([6, 0xff_ff0]);
  expect(endOfHex(bytes, 8)).toBe(15);
  expect(endOfHex(Buffer.from("ab"), 0)).toBe(2);
});
