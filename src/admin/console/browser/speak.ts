import type { Changes, Line } from "../sheet/sheet.ts";

/** How often those who hear the page are told how it goes. */
const EVERY_MS = 60_000;

/** Makes what tells those who do not see the page: at once when its state changes, and else once a minute. */
export function speak(): (words: Changes["words"]) => void {
  const place = document.querySelector("[data-spoken]");
  let summary = place?.textContent ?? "";
  let state: string | undefined;
  const say = (text: string): void => {
    if (place !== null && place.textContent !== text) place.textContent = text;
  };
  setInterval(() => say(summary), EVERY_MS);
  return (words) => {
    if (words.summary !== undefined) summary = textOf(words.summary);
    if (words.state === undefined) return;
    const now = textOf(words.state);
    if (state !== undefined && state !== now) say(`Postern is ${now} now.`);
    state = now;
  };
}

function textOf(lines: readonly Line[]): string {
  return lines.map((line) => (typeof line === "string" ? line : line.text)).join(" ");
}
