import { randomUUID } from "node:crypto";
import { Pool } from "undici";
import type { LocalAws } from "../../src/local/aws.ts";

/** Somebody whom nobody has seen before, signed in once. */
export interface Person {
  readonly sub: string;
  readonly token: string;
}

/** A token that outlives every credential of a test. */
const DAY_MS = 86_400_000;

/** So many people, each a subject of their own, with the claims and the groups of one user of the world. */
export function crowdOf(
  aws: LocalAws,
  size: number,
  username: "analyst" | "member" = "member",
): Promise<readonly Person[]> {
  return Promise.all(
    Array.from({ length: size }, async () => {
      const sub = randomUUID();
      return { sub, token: await signIn(aws, username, { sub }) };
    }),
  );
}

/** An ID token of the app client `web`, good for a day; those with one `origin_jti` come from one sign-in. */
export function signIn(
  aws: LocalAws,
  username: "admin" | "analyst" | "member",
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  return aws.identity.tokens.issueIdToken({ username, clientId: "web", lifetimeMs: DAY_MS, claims });
}

/** Where a person, and nobody else, may read and write: IAM sees to it by the tag that their session has. */
export function homeOf({ sub }: Person): string {
  return `/s3/home/${sub}/name.txt`;
}

/** What a client asks. */
export interface Question {
  readonly token: string;
  readonly path: string;
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  /** `x-postern-reason`. */
  readonly reason: string | undefined;
  readonly body: string;
}

/** A client that asks as much at once as it is told to. */
export interface Client {
  readonly ask: (question: Question) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

/** Makes a client of one address, with connections enough for everything in flight. */
export function createClient(url: string): Client {
  const pool = new Pool(url, { connections: 1000, pipelining: 1 });
  return {
    ask: async ({ token, path, method = "GET", headers = {}, body = null, signal }) => {
      const reply = await pool.request({
        path,
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        body,
        signal,
      });
      const reason = reply.headers["x-postern-reason"];
      return { status: reply.statusCode, reason: reason?.toString(), body: await reply.body.text() };
    },
    close: () => pool.destroy(),
  };
}

/** Does a piece of work for each, so many at a time. */
export async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Calls to the identity pool and STS that arrived there, by operation. */
export function exchangesAt(aws: LocalAws): Readonly<Record<string, number>> {
  const exchanges = [...aws.calls.all()].filter(([call]) => /^(?:cognito-identity|sts):/.test(call));
  return Object.fromEntries(exchanges.map(([call, count]) => [call.replace(/^.*:/, ""), count]));
}

/** For so long at most: a deadline of Postern's own would come first. */
const HELD_MS = 20_000;
const STEP_MS = 20;

/**
 * Keeps the calls of an operation at the stand-in waiting until it is told to let them go: one latency after another,
 * until there are no more.
 */
export function holdUp(aws: LocalAws, operation: string): () => void {
  const takings = Array.from({ length: HELD_MS / STEP_MS }, () =>
    aws.faults.add({ operation, effect: { kind: "latency", ms: STEP_MS } }),
  );
  return () => takings.forEach((takeAway) => takeAway());
}
