/**
 * Reads the rooms that a README's picture of the floors shows: floor mark → the words of its line.
 *
 * The picture is the first fenced block whose lines begin with floor marks (`7`, `b`, `-`) and two spaces.
 */
export function readPicture(markdown: string): ReadonlyMap<string, readonly string[]> {
  const blocks = [...markdown.matchAll(/^```[^\n]*\n(?<inside>.*?)^```$/gms)];
  for (const block of blocks) {
    const lines = [...(block.groups?.["inside"] ?? "").matchAll(/^(?<mark>[0-9a-z-]) {2}(?<words>\S.*)$/gm)];
    if (lines.length > 1) {
      return new Map(
        lines.map(({ groups }) => [groups?.["mark"] ?? "", groups?.["words"]?.split(/\s+/) ?? []]),
      );
    }
  }
  return new Map();
}
