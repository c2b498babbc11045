/** Of a text that holds bytes, A0 is a part of many letters in UTF-8 and no space: so JavaScript's own trimming is not for it. */

/** Without the blanks around it. */
export function trimSpace(text: string): string {
  return text.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

/** Without the blanks around it, and with one space for each run of blanks in it. */
export function tidySpace(text: string): string {
  return trimSpace(text).replaceAll(/[ \t\r\n]+/g, " ");
}
