import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Nobody is given one twice. */
const given = new Set<number>();

/**
 * A port that is free now, and that nobody is given who asks for any: systems take those from above 32767, for connections
 * of their own too, and one from among them may be taken by the time that it is used.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  if (given.has(port)) return await freePort();
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return await freePort();
  }
  server.close();
  await once(server, "close");
  given.add(port);
  return port;
}
