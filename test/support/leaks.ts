/** What must stand nowhere, by what it is. */
export type Secrets = ReadonlyMap<string, string>;

/** A token and each of its parts: of the first a reader learns nothing, but nobody has to tell the parts from one another. */
export function partsOf(name: string, token: string): readonly (readonly [name: string, secret: string])[] {
  const parts = token.split(".");
  return [
    [name, token],
    ...(parts.length === 3 ? parts : []).map((part, i) => [`${name}, part ${i + 1}`, part] as const),
  ];
}

/**
 * Finds secrets in a text, however somebody who looks closely would: in capitals or not, between control characters, and
 * taken out of percent-encoding, JSON and base64, once or twice.
 */
export function leaksIn(text: string, secrets: Secrets): readonly string[] {
  return [...new Set(text.split("\n"))].flatMap((line) => {
    const readings = readingsOf(line);
    const found = [...secrets].find(([, secret]) => readings.some((one) => one.includes(secret)));
    return found === undefined ? [] : [`${found[0]}: ${line}`];
  });
}

function readingsOf(text: string): readonly string[] {
  const plain = joined(text);
  const once = joined(decoded(plain));
  const twice = joined(decoded(once));
  const inside = base64In(twice);
  return [text, plain, once, twice, inside, base64In(inside)];
}

// oxlint-disable-next-line no-control-regex
const BETWEEN = /\\u00[0-9a-f]{2}|\\[nrt]|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b]/g;

/** Without what may stand between two characters. */
function joined(text: string): string {
  return text.replaceAll(BETWEEN, "");
}

function decoded(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function base64In(text: string): string {
  return [...text.matchAll(/[\w+/-]{16,}/g)]
    .map(([run]) => Buffer.from(run, "base64").toString("latin1"))
    .join("\n");
}
