import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const SRC = join(import.meta.dirname, "../../src");

/** Runs a module's text in a process of its own, and returns what it printed. */
async function printed(text: string, ...flags: readonly string[]): Promise<string> {
  const args = [...flags, "--import", "tsx", "--input-type=module", "--eval", text];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: SRC });
  return stdout + stderr;
}

describe("a process of Postern", () => {
  it("opens no inspector at SIGUSR1", async () => {
    const text = `
      import { url } from "node:inspector";
      import { setTimeout as sleep } from "node:timers/promises";
      import { catchStop } from "./cli/run.ts";
      catchStop();
      process.kill(process.pid, "SIGUSR1");
      await sleep(500);
      console.log(url() ?? "closed");`;
    expect(await printed(text, "--inspect-port=0")).toBe("closed\n");
  });

  it("M8 refuses a denylist of nothing but line ends within the memory that a small container has", async () => {
    const text = `
      import { parseDenylist } from "./identity/denylist.ts";
      const { problems } = parseDenylist("\\n".repeat(60_000_000));
      console.log(problems[0].line);`;
    expect(await printed(text, "--max-old-space-size=256")).toBe("1000001\n");
  });
});
