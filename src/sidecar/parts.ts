import { hash } from "node:crypto";

/** Where parts come from while something is built of them. */
export interface Parts {
  /**
   * The part of this name and these settings: the one that stands from before, or a new one.
   *
   * @param settings plain data; all that the part is made by
   * @param close lets go of what the part holds
   */
  readonly take: <T>(name: string, settings: unknown, make: () => T, close?: (part: T) => unknown) => T;
}

/** Something built of parts, which do not replace those before yet. */
export interface Built<T> {
  readonly value: T;
  /** Lets the parts stand, and gives what closes those that stand no longer: for when nobody uses them any more. */
  readonly keep: () => () => Promise<void>;
  /** Closes what was made for it alone. */
  readonly discard: () => Promise<void>;
}

/** The parts that stand. */
export interface Shelf {
  /** Builds something of parts. Where that throws, what was made until then is closed. */
  readonly build: <T>(use: (parts: Parts) => T) => Built<T>;
  /** Closes all that stands. */
  readonly close: () => Promise<void>;
}

interface Part {
  readonly made: unknown;
  readonly close: () => unknown;
}

/** By name and settings. */
type Stock = ReadonlyMap<string, Part>;

/**
 * Keeps the parts of a sidecar that outlive a change of its configuration: those whose own settings did not change keep
 * what they know, as caches, keys and connections.
 */
export function createShelf(): Shelf {
  let standing: Stock = new Map();
  return {
    build: (use) => {
      const taken = new Map<string, Part>();
      const discard = (): Promise<void> => close(without(taken, standing));
      const take: Parts["take"] = (name, settings, make, closeOne) => {
        const key = `${name} ${digestOf(settings)}`;
        const known = taken.get(key) ?? standing.get(key) ?? partOf(make(), closeOne);
        taken.set(key, known);
        return known.made as ReturnType<typeof make>;
      };
      try {
        const value = use({ take });
        const keep = (): (() => Promise<void>) => {
          const gone = without(standing, taken);
          standing = taken;
          return () => close(gone);
        };
        return { value, keep, discard };
      } catch (error) {
        void discard();
        throw error;
      }
    },
    close: () => close([...standing.values()]),
  };
}

function partOf<T>(made: T, close: ((part: T) => unknown) | undefined): Part {
  return { made, close: () => close?.(made) };
}

/** Settings may hold keys and passwords, which are in enough places already. */
function digestOf(settings: unknown): string {
  return hash("sha256", JSON.stringify(settings) ?? "", "base64url");
}

function without(stock: Stock, other: Stock): readonly Part[] {
  return [...stock].filter(([key]) => !other.has(key)).map(([, part]) => part);
}

async function close(parts: readonly Part[]): Promise<void> {
  await Promise.all(parts.map((part) => part.close()));
}
