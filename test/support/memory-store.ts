import type { Store } from "../../src/credentials/shared-store.ts";

/** A store within this process, which does what a Redis does. */
export interface MemoryStore extends Store {
  /** What stands in it: values and locks by name. An end that has come is noticed when somebody asks. */
  readonly values: Map<string, { value: string; endsAtMs: number }>;
  /** What was asked of it, such as `get`, in order. */
  readonly asked: (keyof Store)[];
  /** While set, every question ends so. */
  failure: (() => Promise<never>) | undefined;
}

/** Makes an empty store. */
export function createMemoryStore(now: () => number): MemoryStore {
  const values: MemoryStore["values"] = new Map();
  const asked: MemoryStore["asked"] = [];
  const at = (name: string): string | undefined => {
    const found = values.get(name);
    return found !== undefined && now() < found.endsAtMs ? found.value : undefined;
  };
  const answer = async <T>(question: keyof Store, work: () => T): Promise<T> => {
    asked.push(question);
    await Promise.resolve(); // nothing answers before the next turn
    if (store.failure !== undefined) return store.failure();
    return work();
  };
  const store: MemoryStore = {
    values,
    asked,
    failure: undefined,
    connect: () => answer("connect", () => {}),
    get: (name) => answer("get", () => at(name)),
    set: (name, value, ttlMs) =>
      answer("set", () => void values.set(name, { value, endsAtMs: now() + ttlMs })),
    remove: (name) => answer("remove", () => void values.delete(name)),
    lock: (name, owner, ttlMs) =>
      answer("lock", () => {
        if (at(name) !== undefined) return false;
        values.set(name, { value: owner, endsAtMs: now() + ttlMs });
        return true;
      }),
    unlock: (name, owner) =>
      answer("unlock", () => {
        if (at(name) === owner) values.delete(name);
      }),
    close: () => {},
  };
  return store;
}
