import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkSpot, listenOn } from "../../src/inbound/listen-on.ts";

const folder = mkdtempSync(join(tmpdir(), "postern-folder-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

async function listen(socket: string): Promise<Server> {
  const server = createServer();
  servers.push(server);
  await listenOn(server, { socket, mode: 0o600 });
  return server;
}

describe("the folder of a socket", () => {
  it("is made where there is none, for its own user alone, also by who only looks", async () => {
    await listen(join(folder, "own/a.sock"));
    expect(statSync(join(folder, "own")).mode & 0o777).toBe(0o700);
    await checkSpot({ socket: join(folder, "looked/a.sock"), mode: 0o600 });
    expect(statSync(join(folder, "looked")).mode & 0o777).toBe(0o700);
  });

  it.each<readonly [what: string, mode: number]>([
    ["everybody", 0o777],
    ["a group", 0o775],
  ])("is in none that %s can write to, who could move it", async (_what, mode) => {
    const open = join(folder, `open-${mode}`);
    mkdirSync(join(open, "own"), { recursive: true, mode: 0o755 });
    chmodSync(open, mode);
    await expect(listen(join(open, "own/a.sock"))).rejects.toThrow(`others can write to ${open}`);
    await expect(listen(join(open, "made/a.sock"))).rejects.toThrow(`others can write to ${open}`);
    chmodSync(open, 0o1777);
    await listen(join(open, "own/a.sock"));
  });

  it("is looked at through links, wherever they lead", async () => {
    const [open, closed] = [join(folder, "open"), join(folder, "closed")];
    for (const path of [open, closed]) mkdirSync(join(path, "own"), { recursive: true, mode: 0o755 });
    symlinkSync(join(open, "own"), join(closed, "to-open"));
    symlinkSync("../closed/own", join(open, "to-closed"));
    symlinkSync(join(open, "to-closed"), join(closed, "twice"));
    symlinkSync("loop", join(closed, "loop"));
    chmodSync(open, 0o777);
    for (const path of [
      `${closed}/to-open`,
      `${open}/to-closed`,
      `${closed}/twice`,
      `${closed}/twice/../own`,
    ])
      await expect(listen(`${path}/a.sock`), path).rejects.toThrow(`others can write to ${open}`);
    await expect(listen(`${closed}/loop/a.sock`)).rejects.toThrow(/ELOOP|link to link/);
    chmodSync(open, 0o755);
    await listen(`${closed}/twice/a.sock`);
  });

  // Nobody else can give something away, or mount.
  describe.runIf(process.getuid?.() === 0)("of root", () => {
    it("is by no link of another user, nor in another's folder", async () => {
      const theirs = join(folder, "theirs");
      mkdirSync(join(theirs, "own"), { recursive: true, mode: 0o755 });
      chownSync(theirs, 65_534, 65_534);
      await expect(listen(join(theirs, "own/a.sock"))).rejects.toThrow(`others can write to ${theirs}`);
      const [link, own] = [join(folder, "link"), join(folder, "linked")];
      mkdirSync(own, { mode: 0o755 });
      symlinkSync(own, link);
      lchownSync(link, 65_534, 65_534);
      await expect(listen(join(link, "a.sock"))).rejects.toThrow(`others can write to ${link}`);
    });

    it("may be in a volume that is root's and open to all, as an orchestrator makes them", async (context) => {
      const volume = join(folder, "volume");
      mkdirSync(volume);
      const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "mode=0777", "tmpfs", volume]);
      context.skip(status !== 0, "nothing can be mounted here");
      try {
        await expect(listen(join(volume, "a.sock"))).rejects.toThrow(`others can write to ${volume}`);
        const server = await listen(join(volume, "own/a.sock"));
        await new Promise((resolve) => server.close(resolve));
        expect(statSync(join(volume, "own")).mode & 0o777).toBe(0o700);
      } finally {
        spawnSync("umount", [volume]);
      }
    });
  });

  it("is not made where its own folder is not there either: the path is likely wrong", async () => {
    await expect(listen(join(folder, "no/such/a.sock"))).rejects.toThrow(/ENOENT/);
    expect(existsSync(join(folder, "no"))).toBe(false);
  });
});
