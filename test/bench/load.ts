/** The client of every measurement, a process of its own: so many requests over so many keep-alive connections. */
import { Pool } from "undici";

import type { Subject } from "./subject.ts";

/** One order of load; the answer is a `Delivery`. */
export interface Load extends Subject {
  readonly connections: number;
  readonly requests: number;
}

/** What became of a load: `refused` counts the answers by status, but for 200. */
export interface Delivery {
  readonly refused: Readonly<Record<number, number>>;
}

process.on("disconnect", () => process.exit());
process.on("message", (load: Load) => {
  void deliver(load).then((delivery) => process.send?.(delivery));
});

async function deliver({ url, headers = {}, connections, requests }: Load): Promise<Delivery> {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const refused: Record<number, number> = {};
  let left = requests;
  const client = async (): Promise<void> => {
    while (left-- > 0) {
      const { statusCode, body } = await pool.request({ method: "GET", path: pathname + search, headers });
      await body.dump();
      if (statusCode !== 200) refused[statusCode] = (refused[statusCode] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  await pool.close();
  return { refused };
}
