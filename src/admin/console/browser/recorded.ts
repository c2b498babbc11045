import { plainText } from "../../../domain/plain-text.ts";

/** Asks for record mode's suggestions each time that somebody opens them. */
export function showRecorded(): void {
  const details = document.querySelector("[data-recorded]");
  const place = details?.querySelector("pre");
  if (!(details instanceof HTMLDetailsElement) || !place) return;
  details.addEventListener("toggle", () => {
    if (details.open) void show(place);
  });
}

async function show(place: HTMLElement): Promise<void> {
  try {
    const { yaml, rules } = (await (await fetch("/recorded")).json()) as {
      readonly yaml: string;
      readonly rules: readonly unknown[];
    };
    place.textContent = rules.length === 0 ? "Nothing was seen that the rules do not allow." : linesOf(yaml);
  } catch {
    place.textContent = "Postern does not answer.";
  }
}

function linesOf(yaml: string): string {
  return yaml.split("\n").map(plainText).join("\n");
}
