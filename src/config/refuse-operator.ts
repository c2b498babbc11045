import type { Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import { isOnMachine } from "./refuse-listeners.ts";

/** Of others than owner and group: to write. */
const FOR_OTHERS = 0o002;

/**
 * Finds an operator's face that others than operators could use: it shows who calls and what is decided, and stops the
 * sidecar.
 */
export function refuseOperator({ operator }: Draft): readonly Found[] {
  if (operator === undefined) return [];
  const { address, mode = 0, tls, tokenFile } = operator;
  const found: Found[] = [];
  const isAsked = tls?.clientCaFile !== undefined || tokenFile !== undefined;
  if (!isOnMachine(address) && tls === undefined) {
    const message = "beyond loopback what operators see and say would cross the network unencrypted; set tls";
    found.push({ path: ["operator", "address"], message });
  }
  if (!isOnMachine(address) && !isAsked) {
    const message = "beyond loopback operators show who they are; set tls.clientCaFile or tokenFile";
    found.push({ path: ["operator", "address"], message });
  }
  if ((mode & FOR_OTHERS) !== 0 && !isAsked) {
    const message = 'everybody on the machine would be an operator; leave others out, as in "0600"';
    found.push({ path: ["operator", "mode"], message });
  }
  return found;
}
