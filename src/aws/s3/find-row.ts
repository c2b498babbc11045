import type { Head } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Parameters } from "../parameters.ts";
import { nameInFull, PLACES_NOT_TAKEN } from "./not-taken.ts";
import type { S3Row } from "./row.ts";
import { S3_TABLE } from "./table.ts";
import type { S3Target } from "./target.ts";

/**
 * Query names that choose the operation, of this table and of all others in the API reference: a request may have one
 * of them.
 */
const SELECTORS: ReadonlySet<string> = new Set(
  (
    "abac accelerate acl analytics annotation attributes cors delete encryption intelligent-tiering inventory " +
    "legal-hold lifecycle list-type location logging metadataAnnotationTable metadataConfiguration " +
    "metadataInventoryTable metadataJournalTable metadataTable metrics notification object-lock " +
    "ownershipControls policy policyStatus publicAccessBlock renameObject replication requestPayment restore " +
    "retention select session tagging torrent uploadId uploads versioning versions website"
  ).split(" "),
);

/** Selector → the name of one of many; without it all of them are asked for. */
const ONE_OF: ReadonlyMap<string, string> = new Map([
  ["analytics", "id"],
  ["annotation", "annotationName"],
  ["intelligent-tiering", "id"],
  ["inventory", "id"],
  ["metrics", "id"],
]);

/** Values without which a selector means something else, or nothing. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ["list-type", "2"],
  ["select-type", "2"],
]);

/** A row of the table, and the selector that chose it. */
export interface FoundRow {
  readonly row: S3Row;
  readonly selector: string | undefined;
}

/**
 * Finds what a request asks: by level, method, selector, and whether it names a source to copy. `x-id`, by which some
 * SDKs say the operation's name, decides nothing, but must not say another.
 *
 * @throws Refusal target-ambiguous, operation-unknown, query-not-allowed
 */
export function findS3Row({ method, headers }: Head, { level }: S3Target, query: Parameters): FoundRow {
  const selector = selectorOf(query);
  const copy = method === "PUT" && level === "object" && headers.has("x-amz-copy-source");
  const place = `${level} ${method}${chosenBy(selector, query)}${copy ? " copy" : ""}`;
  const row = S3_TABLE[place];
  if (row === undefined) {
    const name = PLACES_NOT_TAKEN.get(place);
    throw new Refusal("operation-unknown", { detail: `S3 ${name === undefined ? place : nameInFull(name)}` });
  }
  const hint = query.get("x-id");
  if (hint !== undefined && hint !== row.name) {
    throw new Refusal("target-ambiguous", { detail: `S3 ${row.name} with an x-id of ${nameInFull(hint)}` });
  }
  return { row, selector };
}

function selectorOf(query: Parameters): string | undefined {
  if (query.size === 0) return undefined;
  const [selector, ...others] = [...query.keys()].filter((name) => SELECTORS.has(name));
  if (selector === undefined) return undefined;
  if (others.length > 0) {
    throw new Refusal("target-ambiguous", { detail: `selectors ${[selector, ...others].join(", ")}` });
  }
  checkValue(selector, query.get(selector) ?? "");
  if (selector === "select") checkValue("select-type", query.get("select-type") ?? "");
  return selector;
}

/** Whether S3 looks at the value of a selector that has none, or finds one without a value, is nowhere written down. */
function checkValue(name: string, value: string): void {
  const fits = name === "uploadId" ? value !== "" : value === (VALUES.get(name) ?? "");
  if (!fits) throw new Refusal("query-not-allowed", { detail: `${name} with such a value` });
}

function chosenBy(selector: string | undefined, query: Parameters): string {
  if (selector === undefined) return "";
  const one = ONE_OF.get(selector);
  return one !== undefined && query.has(one) ? ` ${selector} ${one}` : ` ${selector}`;
}
