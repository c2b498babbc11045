import type { Exchange } from "../../../domain/exchange.ts";
import { plainText } from "../../../domain/plain-text.ts";
import type { RecentExchange } from "../../../telemetry/recent-exchanges.ts";
import type { CachedIdentities, CachedIdentity } from "../view.ts";
import { agoInWords, countInWords, rateInWords, spanInWords, tookInWords } from "./amounts.ts";
import type { Cell, Line, Row } from "./sheet.ts";

/** Whose credentials are at hand, and for how long. */
export function identityRows({ newest }: CachedIdentities, nowMs: number): readonly Row[] {
  return newest.map(({ caller, kind, source, endsAtMs, usedAtMs, ...role }) => [
    [caller, quiet(kind)],
    roleOf(role),
    [plainText(source)],
    [leftOf(endsAtMs - nowMs)],
    [agoInWords(nowMs - usedAtMs)],
  ]);
}

/** How many are not in the table. */
export function identitiesInWords({ total, newest }: CachedIdentities): Cell {
  if (total === 0) return ["Nobody's credentials are at hand."];
  const all = total === 1 ? "One is at hand." : `${countInWords(total)} are at hand.`;
  return [total > newest.length ? `${all} The ${newest.length} that were used last:` : all];
}

function roleOf({ role, assumedRoleArn }: Pick<CachedIdentity, "role" | "assumedRoleArn">): Cell {
  const assumed = assumedRoleArn === undefined ? undefined : plainText(assumedRoleArn);
  const name = assumed === undefined ? undefined : /:assumed-role\/([^/]+)\//.exec(assumed)?.[1];
  if (role === "pool") return [name ?? "the pool's choice", quiet("chosen by the identity pool")];
  return [plainText(role.slice(role.lastIndexOf("/") + 1)), quiet(plainText(role))];
}

const SOON_MS = 60_000;

function leftOf(ms: number): Line {
  if (ms <= 0) return quiet("ended");
  return ms < SOON_MS ? { text: spanInWords(ms), tone: "warn" } : spanInWords(ms);
}

/** How the questions to identity pools, STS and AWS IoT go. */
export function exchangeRows(exchanges: readonly RecentExchange[], nowMs: number): readonly Row[] {
  return exchanges.map(({ operation, total, failed, lately, trouble }) => [
    [operation],
    [countInWords(lately.total), quiet(`${rateInWords(lately.total / 300)}/s`)],
    failedOf(lately.failed, failed, total),
    [tookInWords(lately.p95Ms)],
    trouble === undefined ? ["none"] : [TROUBLES[trouble.outcome], quiet(agoInWords(nowMs - trouble.atMs))],
  ]);
}

function failedOf(lately: number, failed: number, total: number): Cell {
  const text = countInWords(lately);
  const sinceStart = quiet(`${countInWords(failed)} of ${countInWords(total)} since start`);
  return [lately === 0 ? text : { text, tone: "bad" }, sinceStart];
}

const TROUBLES: Readonly<Record<Exchange["outcome"], string>> = {
  ok: "none",
  refused: "AWS refused it",
  misconfigured: "AWS says that it is not set up for this",
  throttled: "AWS says that it is asked too often",
  unavailable: "AWS could not answer",
  timeout: "no answer in time",
  malformed: "an answer that nobody can read",
  "too-large": "an answer that is too large",
  "held-back": "held back by Postern's own limits",
};

function quiet(text: string): Line {
  return { text, tone: "quiet" };
}
