import { vi } from "vitest";
import { main } from "../../src/main.ts";

/** What a command line came to. */
export interface Spoken {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, with these environment variables set, and listens to what it says. */
export async function speak(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Spoken> {
  return listening(() => main(argv), env);
}

/** As {@link speak}, for anything that comes to an exit code. */
export async function listening(
  run: () => Promise<number>,
  env: Readonly<Record<string, string>> = {},
): Promise<Spoken> {
  const said = { out: "", err: "" };
  const ear = (side: "out" | "err") => (text: string | Uint8Array) => {
    said[side] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(ear("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(ear("err")),
  ];
  for (const [name, value] of Object.entries({ FORCE_COLOR: "", ...env })) vi.stubEnv(name, value);
  try {
    return { code: await run(), ...said };
  } finally {
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}
