import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGathering } from "../../../src/proxy/bodies/gathering.ts";

const MOST = 300_000;

describe("gathering a body", () => {
  it("gives back what came, whatever pieces it came in", () => {
    const pieces = fc.array(fc.oneof(fc.nat(3), fc.nat(70_000)), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, (sizes) => {
        const gathering = createGathering(MOST);
        const all: Buffer[] = [];
        for (const [at, size] of sizes.entries()) {
          const piece = Buffer.alloc(size, at + 1);
          if (gathering.bytes() + size > MOST) continue;
          gathering.add(piece);
          all.push(piece);
        }
        const came = Buffer.concat(all);
        expect(gathering.bytes()).toBe(came.length);
        expect(gathering.whole().equals(came)).toBe(true);
      }),
    );
  });

  it("does not write into a piece that it keeps", () => {
    const gathering = createGathering(10);
    const source = Buffer.from("abcdef");
    gathering.add(source.subarray(0, 2));
    gathering.add(Buffer.from("xy"));
    expect([gathering.whole().toString(), source.toString()]).toEqual(["abxy", "abcdef"]);
  });

  it("holds no more memory in the end than the bytes need, and does not copy a body of one piece", () => {
    const gathering = createGathering(MOST);
    for (let i = 0; i < 100_000; i++) gathering.add(Buffer.from("x"));
    expect(gathering.whole().buffer.byteLength).toBe(100_000);
    const one = createGathering(MOST);
    const piece = Buffer.from("whole");
    one.add(piece);
    expect(one.whole()).toBe(piece);
  });
});
