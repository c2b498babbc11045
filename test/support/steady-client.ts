import { once } from "node:events";
import { type Agent, type IncomingMessage, request as plainRequest } from "node:http";
import { request as secureRequest, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** What a steady client does. */
export interface SteadyOptions {
  readonly request: () => RequestOptions & { readonly agent: Agent };
  readonly perSecond: number;
  /** Between an attempt that failed and the only other one. */
  readonly backOffMs: number;
}

/** What came of its requests so far. */
export interface Told {
  readonly good: number;
  /** Requests whose second attempt has not begun. */
  readonly waiting: number;
  /** Attempts that failed, and were made again: why. */
  readonly retried: readonly string[];
  /** Requests of which both attempts failed: why. */
  readonly failed: readonly string[];
}

/** A client that asks all the time. */
export interface SteadyClient {
  readonly told: () => Told;
  /** Resolves when every request is over. */
  readonly stop: () => Promise<Told>;
}

/**
 * Asks so many times a second, whatever becomes of the requests before, on connections that it keeps. An attempt fails
 * where there is no connection, where that ends before the whole answer is there, and where the answer is none of 200.
 */
export function startSteadyClient({ request, perSecond, backOffMs }: SteadyOptions): SteadyClient {
  const retried: string[] = [];
  const failed: string[] = [];
  const under = new Set<Promise<void>>();
  let good = 0;
  let waiting = 0;
  const one = async (): Promise<void> => {
    const first = await attempt(request());
    if (first === undefined) return void good++;
    retried.push(first);
    waiting++;
    await sleep(backOffMs);
    waiting--;
    const second = await attempt(request());
    if (second === undefined) good++;
    else failed.push(second);
  };
  const startedMs = performance.now();
  let begun = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - startedMs) / 1000) * perSecond; begun < due; begun++) {
      const going = one().finally(() => under.delete(going));
      under.add(going);
    }
  }, 5);
  const told = (): Told => ({ good, waiting, retried, failed });
  return {
    told,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(under);
      return told();
    },
  };
}

/** Why it failed; undefined where it did not. */
async function attempt(options: RequestOptions): Promise<string | undefined> {
  try {
    const sent = (options.protocol === "https:" ? secureRequest : plainRequest)(options).end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    for await (const _ of answer);
    return answer.statusCode === 200
      ? undefined
      : `${answer.statusCode} ${String(answer.headers["x-postern-reason"])}`;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
