import type { Head } from "../../domain/head.ts";
import { Refusal } from "../../domain/refusal.ts";
import type { Parameters } from "../parameters.ts";
import { S3_TABLE, type S3Row } from "./table.ts";
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

/** A row of the table, and the selector that chose it. */
export interface FoundRow {
  readonly row: S3Row;
  readonly selector: string | undefined;
}

/**
 * Finds what a request asks: by level, method, selector, and whether it names a source to copy.
 *
 * @throws Refusal target-ambiguous, operation-unknown, query-not-allowed
 */
export function findS3Row({ method, headers }: Head, { level }: S3Target, query: Parameters): FoundRow {
  const selector = selectorOf(query);
  const copy = method === "PUT" && level === "object" && headers.has("x-amz-copy-source");
  const place = `${level} ${method}${selector === undefined ? "" : ` ${selector}`}${copy ? " copy" : ""}`;
  const row = S3_TABLE[place];
  if (row === undefined) throw new Refusal("operation-unknown", { detail: `S3 ${place}` });
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
  return selector;
}

/** Whether S3 looks at the value of a selector that has none, or finds one without a value, is nowhere written down. */
function checkValue(selector: string, value: string): void {
  const fits =
    selector === "list-type" ? value === "2" : selector === "uploadId" ? value !== "" : value === "";
  if (!fits) throw new Refusal("query-not-allowed", { detail: `the selector ${selector} with such a value` });
}
