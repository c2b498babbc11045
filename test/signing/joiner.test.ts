import { describe, expect, it } from "vitest";
import { createJoiner } from "../../src/signing/joiner.ts";

function joined(pieces: readonly Buffer[]): readonly Buffer[] {
  const out: Buffer[] = [];
  const joiner = createJoiner((piece) => void out.push(piece));
  for (const piece of pieces) joiner.add(piece);
  joiner.flush();
  joiner.flush();
  return out;
}

describe("the joiner", () => {
  it("makes one piece of many small ones", () => {
    const out = joined(Array.from({ length: 10_000 }, (_, i) => Buffer.from([i % 256])));
    expect(out).toHaveLength(1);
    expect(out[0]?.every((byte, i) => byte === i % 256)).toBe(true);
  });

  it("keeps the order, and copies neither a large piece nor one that stands alone", () => {
    const [large, lonely] = [Buffer.alloc(4096), Buffer.from("c")];
    const out = joined([Buffer.from("a"), Buffer.from("b"), large, lonely]);
    expect(out[0]?.toString()).toBe("ab");
    expect([out[1], out[2], out.length]).toEqual([large, lonely, 3]);
    expect([out[1] === large, out[2] === lonely]).toEqual([true, true]);
  });

  it("passes on nothing where there is nothing", () => {
    expect(joined([])).toEqual([]);
  });
});
