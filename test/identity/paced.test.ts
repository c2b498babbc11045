import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPaced, type Paced } from "../../src/identity/paced.ts";
import { NOW } from "../support/signed-tokens.ts";

/** When each run began, and what ends the one under way. */
let begun: number[];
let end: ((result: string) => void) | undefined;
let paced: Paced<string>;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  begun = [];
  paced = createPaced(
    () => {
      begun.push(Date.now() - NOW);
      return new Promise((resolve) => {
        end = resolve;
      });
    },
    1000,
    Date.now,
  );
});
afterEach(() => {
  paced.stop();
  vi.useRealTimers();
});

const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("createPaced", () => {
  it("joins those who ask at once into one run", async () => {
    const all = Array.from({ length: 10 }, () => paced.join());
    end?.("done");
    await expect(Promise.all(all)).resolves.toEqual(Array(10).fill("done"));
    expect([begun, paced.underWay()]).toEqual([[0], undefined]);
  });

  it("begins a fresh run at once where the last is long past", async () => {
    const fresh = paced.fresh();
    await advance(0);
    end?.("done");
    await expect(fresh).resolves.toBe("done");
    expect(begun).toEqual([0]);
  });

  it("begins a fresh run a gap after the last one began, for all who wait for it", async () => {
    void paced.join();
    end?.("old");
    await advance(300);
    const all = Array.from({ length: 10 }, () => paced.fresh());
    await advance(699);
    expect(begun).toEqual([0]);
    await advance(1);
    end?.("new");
    await expect(Promise.all(all)).resolves.toEqual(Array(10).fill("new"));
    expect(begun).toEqual([0, 1000]);
  });

  it("does not take a run that began before for a fresh one", async () => {
    void paced.join();
    const fresh = paced.fresh();
    await advance(3000);
    expect(begun).toEqual([0]);
    end?.("old");
    await advance(0);
    end?.("new");
    await expect(fresh).resolves.toBe("new");
    expect(begun).toEqual([0, 3000]);
  });

  it("gives those who come during a fresh run the next one", async () => {
    const first = paced.fresh();
    await advance(0);
    const second = paced.fresh();
    end?.("one");
    await advance(1000);
    end?.("two");
    await expect(Promise.all([first, second])).resolves.toEqual(["one", "two"]);
    expect(begun).toEqual([0, 1000]);
  });

  it("takes a run that began by itself meanwhile", async () => {
    void paced.join();
    end?.("old");
    await advance(100);
    const fresh = paced.fresh();
    await advance(100);
    void paced.join();
    await advance(800);
    end?.("own");
    await expect(fresh).resolves.toBe("own");
    expect(begun).toEqual([0, 200]);
  });

  it("goes on when the clock is set back", async () => {
    void paced.join();
    end?.("old");
    await advance(0);
    vi.setSystemTime(NOW - 86_400_000);
    const fresh = paced.fresh();
    await advance(0);
    end?.("new");
    await expect(fresh).resolves.toBe("new");
  });

  it("lets those go who wait when it is stopped, and those who come later", async () => {
    void paced.join();
    end?.("old");
    await advance(0);
    const waiting = paced.fresh();
    await advance(1);
    paced.stop();
    await expect(waiting).resolves.toBeUndefined();
    await expect(paced.fresh()).resolves.toBeUndefined();
    expect([begun, vi.getTimerCount()]).toEqual([[0], 0]);
  });
});
