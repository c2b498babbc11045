import type { Cell } from "./cell.ts";
import { literalStart } from "../scope/containment.ts";

/** Cells by what their resource patterns begin with: of thousands only a few can contain another pattern. */
export interface CellLookup<C extends Cell> {
  /** The cells whose resource pattern may contain one, in the order of the file. */
  readonly around: (resource: string) => readonly C[];
}

/** Prepares cells to be looked up. */
export function lookupOf<C extends Cell>(cells: readonly C[]): CellLookup<C> {
  const byStart = new Map<string, C[]>();
  for (const cell of cells) {
    const start = literalStart(cell.resource);
    const others = byStart.get(start);
    if (others === undefined) byStart.set(start, [cell]);
    else others.push(cell);
  }
  const lengths = [...new Set([...byStart.keys()].map(({ length }) => length))];
  return {
    around: (resource) =>
      lengths
        .filter((length) => length <= resource.length)
        .flatMap((length) => byStart.get(resource.slice(0, length)) ?? [])
        .sort((a, b) => a.order - b.order),
  };
}
