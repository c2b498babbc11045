/** Where something stands in a configuration: keys and, in lists, indices from zero. */
export type Path = readonly (string | number)[];

/** Something that is wrong, before its place in the text is looked up. */
export interface Found {
  readonly path: Path;
  readonly message: string;
  /** Where in the text, in characters from the start; without it, where the path stands. */
  readonly offset?: number;
}

/** Whether something stands at a path or below it. */
export function isAtOrBelow(path: Path, above: Path): boolean {
  return above.every((part, i) => path[i] === part);
}
