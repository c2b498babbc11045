import { describe, expect, it } from "vitest";
import { createFairQueue } from "../../src/outbound/fair-queue.ts";

interface Item {
  readonly group: string;
  readonly member: string;
  readonly name: string;
}

/** `a/x1` is the first item of member x of group a. */
const item = (name: string): Item => {
  const [group = "", member = ""] = name.split("/");
  return { group, member: member.charAt(0), name };
};

function queueOf(...names: readonly string[]) {
  const queue = createFairQueue<Item>();
  const items = new Map(names.map((name) => [name, item(name)]));
  for (const one of items.values()) queue.push(one);
  const get = (name: string): Item => items.get(name) ?? item(name);
  const drain = (mayGo: (one: Item) => boolean = () => true): string[] => {
    const order: string[] = [];
    for (let one = queue.next(mayGo); one !== undefined; one = queue.next(mayGo)) order.push(one.name);
    return order;
  };
  return { ...queue, get, drain };
}

describe("createFairQueue", () => {
  it("gives nothing when nobody waits", () => {
    expect(queueOf().drain()).toEqual([]);
  });

  it("keeps the order of one member", () => {
    expect(queueOf("a/x1", "a/x2", "a/x3").drain()).toEqual(["a/x1", "a/x2", "a/x3"]);
  });

  it("lets members take turns, whoever came first", () => {
    expect(queueOf("a/x1", "a/x2", "a/x3", "a/y1", "a/z1").drain()).toEqual([
      "a/x1",
      "a/y1",
      "a/z1",
      "a/x2",
      "a/x3",
    ]);
  });

  it("lets groups take turns, however many members one has", () => {
    expect(queueOf("a/x1", "a/y1", "a/z1", "b/x1", "b/x2").drain()).toEqual([
      "a/x1",
      "b/x1",
      "a/y1",
      "b/x2",
      "a/z1",
    ]);
  });

  it("does not give a turn twice to who leaves and comes again", () => {
    const queue = queueOf("a/x1", "b/y1", "b/y2");
    expect(queue.next(() => true)?.name).toBe("a/x1");
    queue.push(item("a/x2"));
    expect(queue.drain()).toEqual(["b/y1", "a/x2", "b/y2"]);
  });

  it("passes over a group whose next one may not go, and keeps its turn", () => {
    const queue = queueOf("a/x1", "b/x1", "c/x1", "b/x2");
    expect(queue.drain(({ group }) => group !== "a")).toEqual(["b/x1", "c/x1", "b/x2"]);
    queue.push(item("b/x3"));
    expect(queue.drain()).toEqual(["a/x1", "b/x3"]);
  });

  it("takes one out of the middle, and leaves the turns as they are", () => {
    const queue = queueOf("a/x1", "a/x2", "a/y1", "b/x1");
    queue.remove(queue.get("a/x1"));
    queue.remove(queue.get("b/x1"));
    queue.remove(item("a/x1"));
    queue.remove(item("never/there"));
    expect(queue.drain()).toEqual(["a/x2", "a/y1"]);
  });

  it.each([
    ["the newest of the member with most", ["a/x1", "a/x2", "a/x3", "a/y1"], "a/x3"],
    [
      "of the group with most, though another group has the busiest member",
      ["a/x1", "b/x1", "b/y1", "b/z1", "a/x2"],
      "b/x1",
    ],
    ["the one that came, where it is of those with most", ["a/x1", "a/x2", "b/x1", "a/x3"], "a/x3"],
    ["the one that came, where all have as much", ["a/x1", "b/x1", "c/x1"], "c/x1"],
    ["the one that came, where all in its group have as much", ["b/x1", "a/x1", "a/y1", "a/z1"], "a/z1"],
  ])("finds who has to leave: %s", (_who, names, surplus) => {
    const queue = queueOf(...names);
    expect(queue.surplus(queue.get(names.at(-1) ?? "")).name).toBe(surplus);
  });
});
