import type { Cell, Changes, Row } from "../sheet/sheet.ts";

/** Puts what has changed where it stands on the page: as text, and only where it is another. */
export function place({ words, tables, isRecording }: Changes): void {
  for (const [name, lines] of Object.entries(words)) {
    // Where the page's time stood it says whether it lives.
    if (name !== "taken") placeWords(name, lines);
  }
  for (const [name, rows] of Object.entries(tables)) placeTable(name, rows);
  hide("[data-recording]", !isRecording);
}

function placeWords(name: string, lines: Cell): void {
  const place = document.querySelector(`[data-word="${name}"]`);
  if (place !== null) placeLines(place, lines);
}

function placeTable(name: string, rows: readonly Row[]): void {
  const table = document.querySelector(`[data-table="${name}"]`);
  const [body] = table instanceof HTMLTableElement ? table.tBodies : [];
  if (table === null || body === undefined) return;
  const heads = Array.from(table.querySelectorAll("th"));
  rows.forEach((row, i) => placeRow(body.rows[i] ?? newRow(body, heads), row));
  while (body.rows.length > rows.length) body.deleteRow(-1);
  hide(`[data-table="${name}"]`, rows.length === 0);
  hide(`[data-empty="${name}"]`, rows.length > 0);
}

function newRow(body: HTMLTableSectionElement, heads: readonly HTMLElement[]): HTMLTableRowElement {
  const row = body.insertRow();
  row.setAttribute("role", "row");
  for (const head of heads) {
    const cell = row.insertCell();
    cell.setAttribute("role", "cell");
    cell.className = head.className;
    cell.dataset["head"] = head.textContent;
  }
  return row;
}

function placeRow(at: HTMLTableRowElement, row: Row): void {
  row.forEach((lines, i) => {
    const cell = at.cells[i];
    if (cell !== undefined) placeLines(cell, lines);
  });
}

/** Puts lines one under the other; those that are the same are not touched. */
export function placeLines(place: Element, lines: Cell): void {
  lines.forEach((line, i) => {
    const { text, tone } = typeof line === "string" ? { text: line, tone: undefined } : line;
    const span = place.children[i] ?? place.appendChild(document.createElement("span"));
    if (span.textContent !== text) span.textContent = text;
    if (tone === undefined) span.removeAttribute("data-tone");
    else span.setAttribute("data-tone", tone);
  });
  while (place.children.length > lines.length) place.lastElementChild?.remove();
}

function hide(selector: string, isHidden: boolean): void {
  document.querySelector(selector)?.toggleAttribute("hidden", isHidden);
}
