/** What a reference was filled with, and how it is written. */
export type Filled = readonly [value: string, reference: string];

/** Shorter values than this are words of the messages themselves: they are hidden where a message quotes them. */
const MIN_LENGTH = 6;

/**
 * Makes the function that hides in messages what references stand for, wherever and in whatever case it is told: it may be
 * a secret in the wrong place. In its stead stands the reference.
 */
export function createHiding(filled: readonly Filled[]): (message: string) => string {
  const byText = new Map(
    filled.map(([value, reference]) =>
      value.length < MIN_LENGTH
        ? [`"${value}"`.toLowerCase(), `"${reference}"`]
        : [value.toLowerCase(), reference],
    ),
  );
  if (byText.size === 0) return (message) => message;
  // The longest first, since one may begin with another.
  const texts = [...byText.keys()].sort((a, b) => b.length - a.length).map(escaped);
  const any = new RegExp(texts.join("|"), "gi");
  return (message) => message.replace(any, (text) => byText.get(text.toLowerCase()) ?? "…");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
