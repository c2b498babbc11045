import type { Cell, Line, WordName } from "../sheet/sheet.ts";

/** Texts one under the other; the browser puts others in their place by the same rules. */
export function Lines({ lines }: { readonly lines: Cell }) {
  return (
    <>
      {lines.map((line) => (
        <span data-tone={toneOf(line)}>{textOf(line)}</span>
      ))}
    </>
  );
}

/** A text that lives, by its name. */
export function Words({
  name,
  lines,
  as: Tag = "p",
}: {
  readonly name: WordName;
  readonly lines: Cell;
  readonly as?: "p" | "pre";
}) {
  return (
    <Tag data-word={name}>
      <Lines lines={lines} />
    </Tag>
  );
}

function textOf(line: Line): string {
  return typeof line === "string" ? line : line.text;
}

function toneOf(line: Line): string | undefined {
  return typeof line === "string" ? undefined : line.tone;
}
