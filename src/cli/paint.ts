import type { Palette } from "./colour.ts";

/** Colours lines that say what would become of a request: the verdict, labels, and the rule that decides. */
export function paintExplained(
  lines: readonly string[],
  { good, bad, strong, faint }: Palette,
): readonly string[] {
  return lines.map((line, i) => {
    if (i === 0) return strong((line.startsWith("Yes") ? good : bad)(line));
    if (line.startsWith("  * ")) return strong(line);
    if (/^ {2}(?:Rules about|What would)/.test(line)) return strong(line);
    return line.replace(/^ {2}[a-z][a-z ]{0,7} {2,}/, faint);
  });
}

/** Colours the lines of cases that failed, and the count at the end. */
export function paintCases(lines: readonly string[], { good, bad, strong }: Palette): readonly string[] {
  return lines.map((line, i) => {
    if (i < lines.length - 1) return line.replace(/^.*?:\d+:\d+:/, strong);
    return (line.endsWith(" 0 failed") ? good : bad)(line);
  });
}

/** Colours the lines of a comparison by what is gained and lost. */
export function paintChanges(lines: readonly string[], { good, bad, doubtful }: Palette): readonly string[] {
  return lines.map((line) =>
    line.replace(/ {2}(gain|lose|role|when) {2}/, (text, word) =>
      (word === "gain" ? good : word === "lose" ? bad : doubtful)(text),
    ),
  );
}
