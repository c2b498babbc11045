import { EXIT } from "./exit.ts";

/** What a command gives up with: a line for people and an exit code, 1 where nothing else is said. */
export class Complaint extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failure) {
    super(message);
    this.name = "Complaint";
    this.exitCode = exitCode;
  }
}

/** A complaint about how a command was called: exit code 64. */
export function misuse(message: string): Complaint {
  return new Complaint(message, EXIT.usage);
}
