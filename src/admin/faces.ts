import type { Server } from "node:http";
import { createOperator, type OperatorOptions } from "./operator.ts";
import { createProbes, type ProbesOptions } from "./probes.ts";
import { type Condition, createReadiness, type Readiness } from "./readiness.ts";
import { closeWithin, serverOf } from "./serve.ts";

/** What the two listeners beside the data face show. */
export interface FacesOptions extends Omit<ProbesOptions, "readiness">, OperatorOptions {
  /** What must come to hold before requests are taken. */
  readonly conditions: () => readonly Condition[];
}

/** The listeners for probes and for operators, not listening yet. */
export interface Faces {
  readonly readiness: Readiness;
  readonly probes: Server;
  readonly operator: Server;
  /** Closes both at once. */
  readonly close: () => Promise<void>;
}

/** Makes both listeners. */
export function createFaces({ conditions, ...options }: FacesOptions): Faces {
  const readiness = createReadiness(conditions);
  const probes = serverOf(createProbes({ ...options, readiness }));
  const operator = serverOf(createOperator(options));
  return {
    readiness,
    probes,
    operator,
    close: async () => {
      await Promise.all([closeWithin(probes, 0), closeWithin(operator, 0)]);
    },
  };
}
