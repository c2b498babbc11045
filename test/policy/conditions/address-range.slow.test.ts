import { BlockList, isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { isWithin, readAddress, readRange } from "../../../src/policy/conditions/address-range.ts";

function holds(range: string, address: string): boolean | undefined {
  const [one, other] = [readRange(range), readAddress(address)];
  return one === undefined || other === undefined ? undefined : isWithin(other, one);
}

describe("an address", () => {
  it.each([
    ["10.1.2.3", [10, 1, 2, 3]],
    ["::", Array(16).fill(0)],
    ["::1", [...Array(15).fill(0), 1]],
    ["2001:DB8::ff", [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 0xff]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ["64:ff9b::10.0.0.1", [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1]],
    ["::ffff:10.0.0.1", [10, 0, 0, 1]],
    ["::ffff:a00:1", [10, 0, 0, 1]],
    ["fe80::1%eth0", [0xfe, 0x80, ...Array(13).fill(0), 1]],
  ])("%s is read", (text, bytes) => {
    expect(readAddress(text)).toEqual(bytes);
  });

  it.each(["", "10", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1 ", "localhost", "1::2::3", "10.0.0.1/8"])(
    "%j is none",
    (text) => {
      expect(readAddress(text)).toBeUndefined();
    },
  );
});

describe("a range", () => {
  it.each([
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "::/129",
    "/8",
    "fe80::1%eth0",
    "10.0.0/8",
    "::ffff:10.0.0.0/8",
  ])("%j is none", (text) => {
    expect(readRange(text)).toBeUndefined();
  });

  it.each([
    ["0.0.0.0/0", "255.255.255.255", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "10.0.0.1", false],
    ["10.1.2.3/32", "10.1.2.3", true],
    ["10.1.2.3/8", "10.255.0.0", true],
    ["10.128.0.0/9", "10.127.0.0", false],
    ["::ffff:10.0.0.0/104", "10.9.9.9", true],
    ["10.0.0.0/8", "::ffff:10.9.9.9", true],
    ["2001:db8::/32", "2001:db9::", false],
    ["::1/128", "::1", true],
  ])("%s holds %s: %s", (range, address, answer) => {
    expect(holds(range, address)).toBe(answer);
  });

  it("holds what Node's own lists hold, at every length", () => {
    const starts = ["10.129.3.255", "192.0.2.77", "2001:db8:8000:1:ffff:0:1:8001", "ff02::fb"];
    for (const start of starts) {
      const family = isIP(start) === 4 ? "ipv4" : "ipv6";
      const bytes = readAddress(start) ?? [];
      for (let bits = 0; bits <= bytes.length * 8; bits++) {
        const list = new BlockList();
        list.addSubnet(start, bits, family);
        for (let changed = 0; changed < bytes.length * 8; changed++) {
          const other = bytes.with(changed >> 3, (bytes[changed >> 3] ?? 0) ^ (0x80 >> (changed & 7)));
          const text =
            family === "ipv4"
              ? other.join(".")
              : other
                  .map((byte, i) => (i % 2 === 0 ? `${i === 0 ? "" : ":"}${hex(byte)}` : hex(byte)))
                  .join("");
          expect(holds(`${start}/${bits}`, text)).toBe(list.check(text, family));
        }
      }
    }
  });
});

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
