/**
 * Makes of a task one that never runs beside itself: however often it is asked for meanwhile, it runs once more. What it
 * throws it has to deal with itself.
 */
export function inTurn(task: () => Promise<void>): () => void {
  let isAsked = false;
  let isBusy = false;
  const run = async (): Promise<void> => {
    isBusy = true;
    while (isAsked) {
      isAsked = false;
      await task();
    }
    isBusy = false;
  };
  return () => {
    isAsked = true;
    if (!isBusy) void run();
  };
}
