/** Which file imports which: path → paths. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Finds circles: each as the files along it, beginning and ending with the same one. One circle a back edge. */
export function findCircles(graph: Graph): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const walk = (file: string): void => {
    const met = trail.indexOf(file);
    if (met !== -1) circles.push([...trail.slice(met), file]);
    if (met !== -1 || done.has(file)) return;
    trail.push(file);
    for (const next of graph.get(file) ?? []) walk(next);
    trail.pop();
    done.add(file);
  };
  for (const file of graph.keys()) walk(file);
  return circles;
}
