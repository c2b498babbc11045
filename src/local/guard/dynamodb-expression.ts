/** A piece of an expression: a name (`#alias` resolved), a `:value`, or anything else. */
export interface Token {
  readonly kind: "name" | "value" | "other";
  /** Of a name the attribute, of a value the placeholder with its colon, else the text itself. */
  readonly text: string;
  /** The attribute is reached through another one: `a.b`, `a[0].b`. */
  readonly nested: boolean;
}

const PIECES = /[#:]?[A-Za-z_0-9]+|<>|<=|>=|\S/g;
const NAME = /^[#A-Za-z_]/;

/** Words that are never attribute names unless written as an alias. */
const WORDS: ReadonlySet<string> = new Set(
  `and or not between in set remove add delete attribute_exists attribute_not_exists attribute_type begins_with
  contains size if_not_exists list_append`.split(/\s+/),
);

/** Cuts an expression up; aliases are looked up in `ExpressionAttributeNames`. */
export function tokens(expression: string, aliases: Readonly<Record<string, unknown>>): readonly Token[] {
  let previous = "";
  return Array.from(expression.matchAll(PIECES), ([piece]) => {
    const nested = previous === ".";
    previous = piece;
    return token(piece, nested, aliases);
  });
}

function token(piece: string, nested: boolean, aliases: Readonly<Record<string, unknown>>): Token {
  if (piece.startsWith(":")) return { kind: "value", text: piece, nested: false };
  if (!NAME.test(piece) || WORDS.has(piece.toLowerCase()))
    return { kind: "other", text: piece, nested: false };
  const alias = piece.startsWith("#") ? aliases[piece] : piece;
  return { kind: "name", text: typeof alias === "string" ? alias : piece, nested };
}
