import type { Changes, Sheet } from "./sheet.ts";

/** What is other in a sheet than in the one before. */
export function changesOf(before: Sheet, after: Sheet): Changes {
  return {
    words: changed(before.words, after.words),
    tables: changed(before.tables, after.tables),
    charts: changed(before.charts, after.charts),
    isRecording: after.isRecording,
  };
}

function changed<T extends object>(before: T, after: T): Partial<T> {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) =>
        value !== known.get(name) && JSON.stringify(value) !== JSON.stringify(known.get(name)),
    ),
  ) as Partial<T>;
}
