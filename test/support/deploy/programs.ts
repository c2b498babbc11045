import { execFileSync, spawnSync } from "node:child_process";

/** Whether a program is there and answers. */
export function isThere(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore", timeout: 20_000 }).status === 0;
}

/** What a program prints. Throws where it fails, with what it complained of. */
export function printed(
  program: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv } = {},
) {
  return execFileSync(program, args, {
    encoding: "utf8",
    timeout: 120_000,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
}
