import type { Changes } from "../sheet/sheet.ts";

/** Until the stream is tried again where the server gave none: it drains, or too many look. */
const RETRY_MS = 5000;

/**
 * Follows what the server tells, and says where the page's time stands whether it does. Nothing is followed while nobody
 * sees the page.
 */
export function follow(onChanges: (changes: Changes) => void): void {
  const pulse = document.querySelector('[data-word="taken"] span');
  let taken = pulse?.textContent ?? "";
  let source: EventSource | undefined;
  let retry = 0;
  const say = (text: string, tone: string): void => {
    if (!(pulse instanceof HTMLElement) || pulse.textContent === text) return;
    pulse.textContent = text;
    pulse.dataset["tone"] = tone;
  };
  const close = (): void => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  const open = (): void => {
    close();
    source = new EventSource("/events");
    source.addEventListener("message", ({ data }) => {
      const changes = JSON.parse(String(data)) as Changes;
      const [now] = changes.words.taken ?? [];
      if (typeof now === "string") taken = now;
      say("Live", "good");
      onChanges(changes);
    });
    source.addEventListener("error", () => {
      say(`The stream broke and is tried again. ${taken}.`, "bad");
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
    });
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  if (!document.hidden) open();
}
