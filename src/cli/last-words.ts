import type { Environment } from "../config/load.ts";
import { Complaint } from "./complaint.ts";
import { EXIT } from "./exit.ts";
import { terminal } from "./terminal.ts";

/**
 * Says in one line why a command ends. People see no stack; `POSTERN_DEBUG=1` shows it where nobody foresaw the error.
 *
 * @returns the exit code
 */
export function lastWords(error: unknown, env: Environment): number {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const { strong, bad } = terminal.errorColours();
  terminal.done();
  terminal.err(`${strong(bad("postern:"))} ${terminal.plain(message)}`);
  if (error instanceof Complaint) return error.exitCode;
  if (env["POSTERN_DEBUG"] === "1" && error instanceof Error)
    terminal.err((error.stack ?? "").split("\n").map(terminal.plain).join("\n"));
  return EXIT.failure;
}

/**
 * Runs a command so that whatever goes wrong, now or in some event that nobody waits for, ends in {@link lastWords}.
 *
 * @returns the exit code
 */
export async function withLastWords(run: () => Promise<number>, env: Environment): Promise<number> {
  const onUncaught = (error: unknown): void => process.exit(lastWords(error, env));
  for (const stream of [process.stdout, process.stderr])
    if (!stream.listeners("error").includes(onLostOutput)) stream.on("error", onLostOutput);
  process.on("uncaughtException", onUncaught);
  try {
    return await run();
  } catch (error) {
    return lastWords(error, env);
  } finally {
    process.off("uncaughtException", onUncaught);
  }
}

/** Who closes the pipe has read enough (`postern check | head -1`). Output that is lost otherwise is a failure. */
function onLostOutput(error: Error): void {
  if ("code" in error && error.code === "EPIPE") return;
  terminal.err(`postern: the output cannot be written: ${terminal.plain(error.message)}`);
  process.exit(EXIT.failure);
}
