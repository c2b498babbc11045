import { asMap } from "./draft.ts";
import { type Found, type Path, valueAt } from "./problem.ts";

/** Nothing but the reference: of any other text a part would be told as it stands. */
const REFERENCE = /^\$\{(?:env|file):[^}]+\}$/;

/**
 * Headers that say where spans belong, and of which no backend takes a word for a key. The names of keys are not known:
 * `X-Honeycomb-Team` and `Uptrace-Dsn` do not say that they are one.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  "x-scope-orgid",
  "x-tenant",
  "x-tenant-id",
  "x-dataset",
  "x-honeycomb-dataset",
]);

/**
 * Finds secrets that are written out: the file is read by more people than may know them, and the operator's page shows it.
 *
 * @param document before its references are filled
 */
export function refuseWrittenSecrets(document: unknown): readonly Found[] {
  const headers = Object.keys(asMap(valueAt(document, ["tracing", "headers"])));
  return [
    ...written(document, ["authorize", "secret"], "/run/secrets/authorize"),
    ...headers
      .filter((name) => !HARMLESS.has(name.toLowerCase()))
      .flatMap((name) => written(document, ["tracing", "headers", name], "/run/secrets/otlp")),
  ];
}

function written(document: unknown, path: Path, example: string): readonly Found[] {
  const secret = valueAt(document, path);
  if (secret === undefined || (typeof secret === "string" && REFERENCE.test(secret))) return [];
  return [
    { path, message: `a secret is not written here; refer to it: \${file:${example}}, or \${env:NAME}` },
  ];
}
