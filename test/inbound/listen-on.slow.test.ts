import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { listenOn } from "../../src/inbound/listen-on.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-folder-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

function listen(socket: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  return listenOn(server, { socket, mode: 0o600 });
}

describe("the folder of a socket", () => {
  it("is made where there is none, for its own user alone, in one to which everybody writes", async () => {
    const volume = join(folder, "volume");
    mkdirSync(volume);
    chmodSync(volume, 0o777);
    await expect(listen(join(volume, "a.sock"))).rejects.toThrow(/others can write to/);
    await listen(join(volume, "own/a.sock"));
    expect(statSync(join(volume, "own")).mode & 0o777).toBe(0o700);
  });

  it("is not made where its own folder is not there either: the path is likely wrong", async () => {
    await expect(listen(join(folder, "no/such/a.sock"))).rejects.toThrow(/ENOENT/);
    expect(existsSync(join(folder, "no"))).toBe(false);
  });
});
