import type { Environment } from "../config/load.ts";

/** Colours text by what it means. */
export type Palette = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** Select Graphic Rendition (ECMA-48 section 8.3.117): on and off. */
const CODES = {
  good: [32, 39],
  bad: [31, 39],
  doubtful: [33, 39],
  strong: [1, 22],
  faint: [2, 22],
} as const;

/** The palette of a stream, which leaves text as it is where no colours are wanted. */
export function paletteFor(stream: { readonly isTTY?: boolean }, env: Environment): Palette {
  const isWanted = wantsColours(stream, env);
  const paint = ([on, off]: readonly [number, number]) =>
    isWanted ? (text: string) => `\u001b[${on}m${text}\u001b[${off}m` : (text: string) => text;
  return {
    good: paint(CODES.good),
    bad: paint(CODES.bad),
    doubtful: paint(CODES.doubtful),
    strong: paint(CODES.strong),
    faint: paint(CODES.faint),
  };
}

/** By the wishes that many programs know (no-color.org, force-color.org), else on terminals that are not dumb. */
function wantsColours({ isTTY }: { readonly isTTY?: boolean }, env: Environment): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"]) return false;
  return isTTY === true && env["TERM"] !== "dumb";
}
