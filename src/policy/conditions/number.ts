const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
/** A double tells any two decimals of so many digits apart, and no more. */
const MAX_DIGITS = 15;
/** More than any number of {@link MAX_DIGITS} needs; it also keeps the smallest ones from becoming 0. */
const MAX_LENGTH = 40;

/** Reads an integer or a decimal; undefined for anything else, and where two of them could be taken for one. */
export function readNumber(text: string): number | undefined {
  if (text.length > MAX_LENGTH || !NUMBER.test(text)) return undefined;
  const digits = text.replace(/^[+-]/, "").replace(".", "").replace(/^0+/, "");
  return digits.length > MAX_DIGITS ? undefined : Number(text);
}
