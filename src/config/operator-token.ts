/** The token of a file that has one; undefined where it has none. What editors put at the end of a file is no part of it. */
export function operatorTokenIn(text: string): string | undefined {
  return /^(?<token>[!-~]{16,512})\r?\n?$/.exec(text)?.groups?.["token"];
}
