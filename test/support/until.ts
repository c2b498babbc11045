import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds; what never does fails by the test's own deadline. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
