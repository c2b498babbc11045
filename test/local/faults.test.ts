import { describe, expect, it } from "vitest";
import { CutConnection } from "../../src/local/disturbed-answer.ts";
import { createFaults, suffer } from "../../src/local/faults.ts";
import type { LocalAnswer } from "../../src/local/request.ts";

const throttle = { kind: "throttle" } as const;
const whole = () => Promise.resolve({ status: 200, headers: {}, body: "whole body" });
const never = (): Promise<LocalAnswer> => Promise.reject(new Error("was run"));

describe("switches", () => {
  it("match by service and operation, and everything when they name neither", async () => {
    const faults = createFaults();
    faults.add({ service: "s3", operation: "GetObject", effect: throttle });
    expect(await faults.meet("s3", "PutObject")).toBeUndefined();
    expect(await faults.meet("dynamodb", "GetObject")).toBeUndefined();
    expect(await faults.meet("s3", "GetObject")).toBe(throttle);
    faults.clear();
    faults.add({ effect: throttle });
    expect(await faults.meet("sts", "AssumeRole")).toBe(throttle);
  });

  it("last for so many calls, in the order in which they were added", async () => {
    const faults = createFaults();
    const error = { kind: "error", status: 500 } as const;
    faults.add({ times: 2, effect: error });
    faults.add({ times: 1, effect: throttle });
    const met = [];
    for (let call = 0; call < 4; call++) met.push(await faults.meet("s3", "GetObject"));
    expect(met).toEqual([error, error, throttle, undefined]);
  });

  it("wait and then go on", async () => {
    const faults = createFaults();
    faults.add({ times: 1, effect: { kind: "latency", ms: 20 } });
    faults.add({ effect: throttle });
    const begin = performance.now();
    expect(await faults.meet("s3", "GetObject")).toBe(throttle);
    expect(performance.now() - begin).toBeGreaterThan(15);
  });

  it("are taken away by the one who added them, and only those", async () => {
    const faults = createFaults();
    const fault = { effect: throttle };
    const remove = faults.add(fault);
    faults.add(fault);
    remove();
    remove();
    expect(await faults.meet("s3", "GetObject")).toBe(throttle);
  });
});

describe("suffering", () => {
  it.each([
    ["s3", "SlowDown", 503],
    ["dynamodb", "ThrottlingException", 400],
    ["sts", "Throttling", 400],
    ["cognito-identity", "TooManyRequestsException", 400],
  ])("throttles %s with %s", async (service, code, status) => {
    await expect(suffer(service, throttle, never)).rejects.toMatchObject({ code, status });
  });

  it("names a server error as the service does, unless told otherwise", async () => {
    const internal = suffer("s3", { kind: "error", status: 500 }, never);
    await expect(internal).rejects.toMatchObject({ code: "InternalError", status: 500 });
    const named = suffer("s3", { kind: "error", status: 503, code: "ServiceUnavailable" }, never);
    await expect(named).rejects.toMatchObject({ code: "ServiceUnavailable", status: 503 });
  });

  it("cuts a body after so many bytes although its length promises more", async () => {
    const { headers, body } = await suffer("s3", { kind: "cut", afterBytes: 4 }, whole);
    expect(headers["content-length"]).toBe("10");
    const chunks: Buffer[] = [];
    const read = async () => {
      for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
    };
    await expect(read()).rejects.toBeInstanceOf(CutConnection);
    expect(Buffer.concat(chunks).toString()).toBe("whol");
  });

  it("cuts at once without running the call", async () => {
    await expect(suffer("s3", { kind: "cut" }, never)).rejects.toBeInstanceOf(CutConnection);
  });

  it("answers 200 with what is neither XML nor JSON", async () => {
    const { status, body } = await suffer("s3", { kind: "malformed" }, never);
    expect(status).toBe(200);
    expect(() => JSON.parse(body as string)).toThrow(SyntaxError);
  });
});
