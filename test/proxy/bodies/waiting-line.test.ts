import { describe, expect, it } from "vitest";
import { createWaitingLine } from "../../../src/proxy/bodies/waiting-line.ts";

function lineOf(...names: readonly string[]) {
  const line = createWaitingLine<{ readonly owner: string; readonly name: string }>();
  const all = new Map(names.map((name) => [name, { owner: name.charAt(0), name }]));
  for (const one of all.values()) line.join(one);
  return {
    first: (mayGo: (name: string) => boolean) => line.first(({ name }) => mayGo(name))?.name,
    sendBack: line.sendBack,
    leave: (name: string) => {
      const one = all.get(name);
      if (one !== undefined) line.leave(one);
    },
  };
}

const anyone = (): boolean => true;
const nobody = (): boolean => false;

describe("a waiting line", () => {
  it("has nobody's turn when nobody waits", () => {
    const line = lineOf("a1");
    line.leave("a1");
    expect([lineOf().first(anyone), line.first(anyone)]).toEqual([undefined, undefined]);
  });

  it("goes by the order in which they came, whoever left", () => {
    const line = lineOf("a1", "b1", "a2");
    expect(line.first(anyone)).toBe("a1");
    line.leave("a1");
    expect(line.first(anyone)).toBe("b1");
  });

  it("passes over those who may not go", () => {
    const line = lineOf("a1", "a2", "b1");
    expect(line.first((name) => name.startsWith("b"))).toBe("b1");
    expect(line.first(nobody)).toBeUndefined();
  });

  it("sends all of one owner behind the others, in their order", () => {
    const line = lineOf("a1", "b1", "a2", "b2");
    line.sendBack("a");
    const order: (string | undefined)[] = [];
    for (let name = line.first(anyone); name !== undefined; name = line.first(anyone)) {
      order.push(name);
      line.leave(name);
    }
    expect(order).toEqual(["b1", "b2", "a1", "a2"]);
  });
});
