import type { Server } from "node:http";
import type { ServerTls } from "../inbound/secure.ts";
import { createOperator, type OperatorOptions } from "./operator.ts";
import { createProbes, type ProbesOptions } from "./probes.ts";
import { type Condition, createReadiness, type Readiness } from "./readiness.ts";
import { closeWithin, serverOf } from "./serve.ts";

/** What the two listeners beside the data face show. */
export interface FacesOptions extends Omit<ProbesOptions, "readiness">, OperatorOptions {
  /** What must come to hold before requests are taken. */
  readonly conditions: () => readonly Condition[];
  /** Whether an operator has stopped all that goes through. */
  readonly isLocked: () => boolean;
  /** What the operator's listener shows and asks for; undefined where it does not speak TLS. */
  readonly operatorTls: ServerTls | undefined;
}

/** The listeners for probes and for operators, not listening yet. */
export interface Faces {
  readonly readiness: Readiness;
  readonly probes: Server;
  readonly operator: Server;
  /**
   * Shows operators other certificates from the next connection on, and is told which token they show now. All
   * connections end where an authority may be gone, or the token is another: what was begun by it would go on, as the
   * console's events do.
   */
  readonly show: (operatorTls: ServerTls | undefined, operatorToken: string | undefined) => void;
  /** Closes both at once. */
  readonly close: () => Promise<void>;
}

/** Makes both listeners. */
export function createFaces({ conditions, isLocked, operatorTls, ...options }: FacesOptions): Faces {
  const readiness = createReadiness(conditions, isLocked);
  const { server: probes } = serverOf(createProbes({ ...options, readiness }));
  const { server: operator, show: showOperators } = serverOf(createOperator(options), operatorTls);
  let token = options.admission.token();
  return {
    readiness,
    probes,
    operator,
    show: (tls, nextToken) => {
      const isNarrower = showOperators(tls);
      if (isNarrower || nextToken !== token) operator.closeAllConnections();
      token = nextToken;
    },
    close: async () => {
      await Promise.all([closeWithin(probes, 0), closeWithin(operator, 0)]);
    },
  };
}
