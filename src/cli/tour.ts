import { REFUSALS } from "../domain/refusal.ts";
import type { Outcome } from "../telemetry/outcome.ts";
import { terminal } from "./terminal.ts";

/** A request of the tour. */
interface Stop {
  readonly who: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the status must be: a tour that goes otherwise has found a fault. */
  readonly expected: number;
}

const MEMBER = "00000000-aaaa-4000-8000-000000000004";

const STOPS: readonly Stop[] = [
  { who: "analyst", method: "GET", path: "/s3/reports/q3.txt", expected: 200 },
  { who: "analyst", method: "DELETE", path: "/s3/reports/q3.txt", expected: 403 },
  { who: "admin", method: "PUT", path: "/s3/reports/hello.txt", body: "hello", expected: 200 },
  { who: "member", method: "GET", path: `/s3/home/${MEMBER}/notes.txt`, expected: 200 },
  { who: "analyst", method: "POST", path: "/dynamodb/", ...queryOf("acme"), expected: 200 },
  { who: "service", method: "POST", path: "/dynamodb/", ...queryOf("acme"), expected: 200 },
  { who: "guest", method: "GET", path: "/s3/public/index.txt", expected: 200 },
];

/** What {@link runTour} needs. */
export interface TourOptions {
  /** Of Postern's data face. */
  readonly url: string;
  readonly tokenOf: (user: string) => Promise<string>;
  /** The outcome that Postern recorded of a request. */
  readonly outcomeOf: (requestId: string) => Outcome | undefined;
}

/**
 * Does the main job once with real requests and prints what happened as a table. Resolves to whether all went as it
 * should.
 */
export async function runTour({ url, tokenOf, outcomeOf }: TourOptions): Promise<boolean> {
  const rows: string[][] = [["WHO", "REQUEST", "ANSWER", "WHY"]];
  const { faint, good: well, bad } = terminal.colours();
  const paints = [faint];
  let good = true;
  for (const { who, method, path, headers, body, expected } of STOPS) {
    const token = who === "guest" ? undefined : await tokenOf(who);
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body }),
    });
    await answer.arrayBuffer();
    terminal.progress(`${method} ${path}`);
    const outcome = outcomeOf(answer.headers.get("x-postern-request-id") ?? "");
    rows.push([who, `${method} ${path}`, String(answer.status), why(outcome)]);
    paints.push(answer.status === expected ? (row) => row.replace(/ \d{3} /, well) : bad);
    good &&= answer.status === expected;
  }
  terminal.done();
  for (const [i, row] of rows.entries()) terminal.out((paints[i] ?? faint)(aligned(row, rows)));
  return good;
}

/** The orders of a customer. */
function queryOf(customer: string) {
  return {
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.Query" },
    body: JSON.stringify({
      TableName: "Orders",
      KeyConditionExpression: "customerId = :c",
      ExpressionAttributeValues: { ":c": { S: customer } },
    }),
  };
}

function why(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "no outcome was recorded";
  if (outcome.reason !== undefined)
    return `${outcome.reason}: ${REFUSALS[outcome.reason].sentence} (${outcome.detail ?? ""})`;
  const role = outcome.role?.replace(/^.*role\//, "") ?? "";
  return `${outcome.operation} by "${outcome.rule}", role ${role === "pool" ? "chosen by the pool" : role}`;
}

function aligned(row: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = row.map((cell, i) =>
    i === row.length - 1 ? cell : cell.padEnd(Math.max(...rows.map((one) => one[i]?.length ?? 0))),
  );
  return `  ${cells.join("  ")}`;
}
