import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "./stack.ts";
import { bearer, type Echo, type Open, open } from "./web-sockets.ts";

/** So many that looking at each takes longer than an answer. */
const TUNNELS = 950;

/** Changes `config/dev.yaml` so that one caller may have many WebSockets to an application that sends back what it is sent. */
export const manyTunnels =
  (echo: Echo) =>
  (yaml: string): string =>
    `${echo.config()(yaml)}\nlimits: { tunnelsPerCaller: ${TUNNELS} }\n`;

/** WebSockets over which messages go all the time. */
export interface Flood {
  /** Ends it, and gives what came back of all that was sent from the moment that this was called. */
  readonly passed: () => Promise<readonly string[]>;
}

/** Opens many, and sends on each of them. */
export async function floodOf(stack: Stack, token: string): Promise<Flood> {
  const headers = bearer(token);
  const wish = { headers, perMessageDeflate: false };
  const sockets: Open[] = [];
  for (let i = 0; i < TUNNELS; i += 50)
    sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => open(stack, wish)))));
  let word = "early";
  const late: string[] = [];
  for (const { socket } of sockets)
    socket.on("message", (data: Buffer) => {
      if (String(data) === "late") late.push(String(data));
    });
  const send = (): void => {
    for (const { socket } of sockets) if (socket.readyState === socket.OPEN) socket.send(word);
  };
  const timer = setInterval(send, 10);
  await sleep(100);
  return {
    passed: async () => {
      word = "late";
      send();
      await Promise.all(sockets.map(({ closed }) => closed));
      clearInterval(timer);
      return late;
    },
  };
}
