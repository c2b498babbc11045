import { type Explained, showExplained, showTrouble } from "./explained.ts";

/** Lets the form ask. The token goes to `/explain` and nowhere else, and is gone with the page. */
export function answerQuestions(): void {
  const form = document.querySelector("[data-explain]");
  const place = document.querySelector("[data-explained]");
  if (!(form instanceof HTMLFormElement) || place === null) return;
  form.querySelector("button")?.removeAttribute("disabled");
  addEventListener("pagehide", () => form.reset());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask(form, place);
  });
}

async function ask(form: HTMLFormElement, place: Element): Promise<void> {
  try {
    const answer = await fetch("/explain", {
      method: "POST",
      headers: { "content-type": "application/json", "x-postern-admin": "1" },
      body: JSON.stringify(questionIn(new FormData(form))),
    });
    const told = (await answer.json()) as Explained & { readonly message?: string };
    if (answer.ok) showExplained(place, told);
    else showTrouble(place, told.message ?? "Postern does not answer this.");
  } catch (error) {
    showTrouble(place, error instanceof OddError ? error.message : "Postern does not answer.");
  }
}

/** What is odd about a question, in words. */
class OddError extends Error {}

function questionIn(fields: FormData): object {
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === "string" ? value : "";
  };
  const body = text("body");
  return {
    ...whoIn(text),
    request: {
      method: text("method").trim(),
      target: text("target").trim(),
      headers: text("headers").split("\n").filter(Boolean).map(headerIn),
      ...(body !== "" && { body }),
    },
  };
}

function whoIn(text: (name: string) => string): object {
  if (text("who") === "guest") return { guest: true };
  if (text("who") === "token") return { token: text("token").trim() };
  try {
    return { claims: JSON.parse(text("claims")) as unknown };
  } catch {
    throw new OddError("The claims are no JSON.");
  }
}

function headerIn(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new OddError("A header is a name, a colon and a value.");
  return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}
