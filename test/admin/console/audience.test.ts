import { beforeEach, describe, expect, it } from "vitest";
import { type Audience, createAudience, type Onlooker } from "../../../src/admin/console/audience.ts";
import type { Changes } from "../../../src/admin/console/sheet/sheet.ts";
import { sheetOf } from "../../../src/admin/console/sheet/sheet-of.ts";
import type { ConsoleView } from "../../../src/admin/console/view.ts";
import { NOON, viewOf } from "./views.ts";

let view: Partial<ConsoleView>;
let looks: number;
let isOpen: boolean;
let tick: (() => void) | undefined;
let audience: Audience;

beforeEach(() => {
  view = {};
  looks = 0;
  isOpen = false;
  tick = undefined;
  audience = createAudience({
    look: () => {
      looks++;
      const seen = viewOf(view);
      return { sheet: sheetOf(seen), isLast: seen.readiness.draining };
    },
    pace: (next) => {
      tick = next;
      return () => {
        tick = undefined;
      };
    },
    open: () => {
      isOpen = true;
      return () => {
        isOpen = false;
      };
    },
  });
});

function join() {
  const told: Changes[] = [];
  const ends: string[] = [];
  const onlooker: Onlooker = { tell: (news) => told.push(news), end: () => ends.push("end") };
  return { told, ends, leave: audience.join(onlooker) };
}

const DRAINING = { ready: false, waitingFor: [], draining: true, locked: false };

describe("those who look", () => {
  it("are told all at once, and then what changes", () => {
    const { told } = join();
    expect(Object.keys(told[0]?.words ?? {})).toContain("document");
    view = { takenAtMs: NOON + 1000 };
    tick?.();
    view = { takenAtMs: NOON + 1000, version: "2" };
    tick?.();
    expect(told.slice(1).map(({ words }) => Object.keys(words))).toEqual([["taken"], ["since"]]);
  });

  it("share one look a tick, also where they come later", () => {
    const all = Array.from({ length: 5 }, join);
    expect(looks).toBe(1);
    tick?.();
    expect(looks).toBe(2);
    expect(all.map(({ told }) => told.length)).toEqual([2, 2, 2, 2, 2]);
  });

  it("are told all from the last tick on where they come between two", () => {
    join();
    view = { version: "2" };
    const { told } = join();
    view = {};
    tick?.();
    expect(JSON.stringify(told[0]?.words.since)).toContain("1.2.3");
    expect(told[1]?.words).toEqual({});
  });

  it.each([
    ["each tick where they are few", 50, 10],
    ["each fifth where they are many", 51, 2],
  ])("are told of rules at %s", (_when, count, times) => {
    const rules = Array.from({ length: count }, (_, i) => ({ name: `rule ${i}`, effect: "allow" as const }));
    view = { rules };
    const { told } = join();
    for (let i = 0; i < 10; i++) {
      view = { rules: [...rules.slice(1), { name: `new ${i}`, effect: "deny" }] };
      tick?.();
    }
    expect(told.slice(1).filter(({ tables }) => tables.rules !== undefined)).toHaveLength(times);
    expect(JSON.stringify(told.at(-1)?.tables.rules)).toContain("new 9");
  });

  it("are sixteen at most", () => {
    const all = Array.from({ length: 16 }, join);
    expect(audience.isFull()).toBe(true);
    all[3]?.leave();
    expect(audience.isFull()).toBe(false);
  });

  it("are nobody's burden once they have gone: nothing ticks, and nothing is measured", () => {
    expect([tick, isOpen, looks]).toEqual([undefined, false, 0]);
    const [one, other] = [join(), join()];
    expect([typeof tick, isOpen]).toEqual(["function", true]);
    one.leave();
    one.leave();
    expect(typeof tick).toBe("function");
    other.leave();
    expect([tick, isOpen]).toEqual([undefined, false]);
    view = { version: "2" };
    expect(JSON.stringify(join().told[0]?.words.since)).toContain("2, up");
  });

  it("are told the last, and let go, when it drains", () => {
    const { told, ends, leave } = join();
    view = { readiness: DRAINING };
    tick?.();
    expect(told.at(-1)?.words.state).toEqual([{ text: "draining", tone: "warn" }]);
    expect(ends).toEqual(["end"]);
    expect([tick, isOpen, audience.isFull()]).toEqual([undefined, false, false]);
    leave();
  });

  it("are let go where there is nothing to be told, and the process goes on", () => {
    const { ends } = join();
    Object.defineProperty(view, "recent", {
      get: () => {
        throw new Error("no");
      },
      enumerable: true,
    });
    tick?.();
    expect([ends, tick]).toEqual([["end"], undefined]);
  });
});
