/** Where a server under test is asked, and what every request to it carries. */
export interface Subject {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the parent asks: the CPU time used so far. */
export interface Question {
  readonly ask: "cpu";
}

/** The child's first message, and its answer to a question; CPU time is user and system, all threads together. */
export type Report = ({ readonly ready: true } & Subject) | { readonly cpuUs: number };

/** Plays the child's part of the protocol at the head of measure.ts, for a server that listens already. */
export function announce(subject: Subject): void {
  process.on("disconnect", () => process.exit());
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    tell({ cpuUs: user + system });
  });
  tell({ ready: true, ...subject });
}

/** A parent that has gone already would never say so again: then there is nobody to serve. */
function tell(report: Report): void {
  process.send?.(report, (error: Error | null) => {
    if (error !== null) process.exit();
  });
}
