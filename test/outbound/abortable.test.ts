import { describe, expect, it } from "vitest";
import { abortable } from "../../src/outbound/abortable.ts";
import { OutboundError } from "../../src/outbound/call.ts";

const never = new Promise<never>(() => {});

describe("abortable", () => {
  it("settles as the promise does", async () => {
    const { signal } = new AbortController();
    await expect(abortable(Promise.resolve("ok"), signal)).resolves.toBe("ok");
    await expect(abortable(Promise.reject(new RangeError("no")), signal)).rejects.toThrow(RangeError);
  });

  it("is a timeout when the signal aborts, before or after", async () => {
    const controller = new AbortController();
    const end = abortable(never, controller.signal);
    controller.abort();
    await expect(end).rejects.toEqual(new OutboundError("timeout"));
    await expect(abortable(never, controller.signal)).rejects.toEqual(new OutboundError("timeout"));
  });

  it("does not mind how the promise ends after that", async () => {
    const controller = new AbortController();
    const late = new Promise<never>((_resolve, reject) => setImmediate(reject, new RangeError("late")));
    const end = abortable(late, controller.signal);
    controller.abort();
    const [how] = await Promise.allSettled([end, late]);
    expect(how).toMatchObject({ reason: { kind: "timeout" } });
  });
});
