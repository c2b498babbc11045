import { beforeEach, describe, expect, it } from "vitest";
import { createShelf, type Parts, type Shelf } from "../../src/sidecar/parts.ts";

let shelf: Shelf;
let closed: string[];
let made: string[];

beforeEach(() => {
  shelf = createShelf();
  closed = [];
  made = [];
});

/** Takes a part that is named for itself. */
function take(parts: Parts, name: string, settings: unknown): string {
  const text = `${name} ${JSON.stringify(settings)}`;
  return parts.take(
    name,
    settings,
    () => {
      made.push(text);
      return text;
    },
    (part) => closed.push(part),
  );
}
const fail = (): never => {
  throw new Error("no");
};
const build = (...wanted: readonly (readonly [name: string, settings: unknown])[]) =>
  shelf.build((parts) => wanted.map(([name, settings]) => take(parts, name, settings)));

describe("parts", () => {
  it("outlive a change where their settings do", async () => {
    build(["a", { x: 1 }], ["b", 1]).keep();
    const next = build(["a", { x: 1 }], ["b", 2], ["c", 1]);
    expect(made).toEqual(['a {"x":1}', "b 1", "b 2", "c 1"]);
    expect(closed).toEqual([]);
    const letGo = next.keep();
    expect(closed).toEqual([]);
    await letGo();
    expect(closed).toEqual(["b 1"]);
  });

  it("of one name and settings are one, within one thing built too", () => {
    expect(build(["a", 1], ["a", 1]).value).toEqual(["a 1", "a 1"]);
    expect(made).toEqual(["a 1"]);
  });

  it("that were made for what is not kept are closed, and those that stand are not", async () => {
    build(["a", 1]).keep();
    await build(["a", 1], ["b", 1]).discard();
    expect(closed).toEqual(["b 1"]);
    build(["a", 1]).keep();
    expect(made).toEqual(["a 1", "b 1"]);
  });

  it("that were made before something failed are closed", () => {
    build(["a", 1]).keep();
    expect(() => shelf.build((parts) => [take(parts, "a", 1), take(parts, "b", 1), fail()])).toThrow("no");
    expect(closed).toEqual(["b 1"]);
  });

  it("come back after they were let go as new ones", async () => {
    build(["a", 1]).keep();
    await build().keep()();
    build(["a", 1]).keep();
    expect([made, closed]).toEqual([["a 1", "a 1"], ["a 1"]]);
  });

  it("are closed all with the shelf, and only those that stand", async () => {
    build(["a", 1]).keep();
    build(["b", undefined]).keep();
    await shelf.close();
    expect(closed).toEqual(["b undefined"]);
  });
});
