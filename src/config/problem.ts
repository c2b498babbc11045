/** Where something stands in a configuration: keys and, in lists, indices from zero. */
export type Path = readonly (string | number)[];

/** Something that is wrong, before its place in the text is looked up. */
export interface Found {
  readonly path: Path;
  readonly message: string;
  /** Where in the text, in characters from the start; without it, where the path stands. */
  readonly offset?: number;
  /** Of an unknown key: the known one that is meant, so that nobody misses that as well. */
  readonly meant?: Path;
}

/** Whether something stands at a path or below it. */
export function isAtOrBelow(path: Path, above: Path): boolean {
  return above.every((part, i) => path[i] === part);
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (node, part) =>
      typeof node === "object" && node !== null && Object.hasOwn(node, part)
        ? (node as Readonly<Record<string | number, unknown>>)[part]
        : undefined,
    tree,
  );
}
