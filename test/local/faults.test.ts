import { crc32, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { CutConnection } from "../../src/local/disturbed-answer.ts";
import { createFaults, suffer } from "../../src/local/faults.ts";
import type { LocalAnswer } from "../../src/local/request.ts";

const throttle = { kind: "throttle" } as const;
const whole = () => Promise.resolve({ status: 200, headers: {}, body: "whole body" });
const saying = (body: string, name: string, value: string) => () =>
  Promise.resolve({ status: 200, headers: { [name]: value }, body });
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

describe("outages", () => {
  const cut = { kind: "cut" };

  it("cut every call of the services they name, until they are over", async () => {
    const faults = createFaults();
    const up = faults.down("sts", "cognito-identity");
    const other = faults.down("sts");
    expect(await faults.meet("sts", "AssumeRole")).toEqual(cut);
    expect(await faults.meet("cognito-identity", "GetId")).toEqual(cut);
    expect(await faults.meet("user-pool", "jwks.json")).toBeUndefined();
    up();
    expect(await faults.meet("cognito-identity", "GetId")).toBeUndefined();
    expect(await faults.meet("sts", "AssumeRole")).toEqual(cut);
    other();
    expect(await faults.meet("sts", "AssumeRole")).toBeUndefined();
  });

  it("use up no other fault, and go with all the others", async () => {
    const faults = createFaults();
    faults.add({ times: 1, effect: throttle });
    const up = faults.down("sts");
    expect(await faults.meet("sts", "AssumeRole")).toEqual(cut);
    up();
    expect(await faults.meet("sts", "AssumeRole")).toBe(throttle);
    faults.down("sts");
    faults.clear();
    expect(await faults.meet("sts", "AssumeRole")).toBeUndefined();
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

  it("lets an answer come a byte at a time, which tells its whole length beforehand", async () => {
    const answer = await suffer("s3", { kind: "drip", ms: 0 }, whole);
    const chunks = await chunksOf(answer);
    expect(chunks.map(String)).toEqual("whole body".split(""));
    expect(answer.headers["content-length"]).toBe("10");
  });

  it.each([
    [undefined, /^whole body {190}$/],
    ["space", /^whole body {190}$/],
    ["junk", /^whole bodyx{190}$/],
  ] as const)("lets an answer go on in %s", async (filler, text) => {
    const big = { kind: "big", bytes: 200, ...(filler !== undefined && { filler }) } as const;
    const said = { status: 200, headers: { "content-length": "10" }, body: "whole body" };
    const answer = await suffer("s3", big, () => Promise.resolve(said));
    expect(Buffer.concat(await chunksOf(answer)).toString()).toMatch(text);
    expect(answer.headers).toEqual({});
  });

  it("makes an answer exactly as big as it is told, and never smaller than it was", async () => {
    for (const [bytes, size] of [
      [10_000_000, 10_000_000],
      [65_546, 65_546],
      [3, 10],
    ] as const) {
      const chunks = await chunksOf(await suffer("s3", { kind: "big", bytes }, whole));
      expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(size);
    }
  });

  it("gives another answer without running the call", async () => {
    const answer = { status: 302, headers: { location: "/" }, body: "elsewhere" };
    expect(await suffer("sts", { kind: "answer", answer }, never)).toBe(answer);
  });

  it("lets an answer stop in the middle without an end, and be left there", async () => {
    const { headers, body } = await suffer("s3", { kind: "stall", afterBytes: 4 }, whole);
    expect(headers["content-length"]).toBe("10");
    const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe("whol");
    const never = chunks.next();
    expect(await Promise.race([never, new Promise((resolve) => setImmediate(resolve))])).toBeUndefined();
    expect(await chunks.return?.()).toEqual({ done: true, value: undefined });
  });

  it("puts interim answers before an answer, and fields behind it", async () => {
    const interim = await suffer("s3", { kind: "interim", statuses: [102, 103] }, whole);
    expect(interim).toEqual({ ...(await whole()), interim: [102, 103] });
    const trailers = { "x-trailer": "1", other: "2" };
    const trailed = await suffer("s3", { kind: "trailers", trailers }, saying("body", "content-length", "4"));
    expect(trailed).toMatchObject({ trailers, headers: { trailer: "x-trailer, other" } });
    expect(trailed.headers["content-length"]).toBeUndefined();
    expect(Buffer.concat(await chunksOf(trailed)).toString()).toBe("body");
  });

  it("compresses an answer, and DynamoDB's checksum is then of what is sent", async () => {
    const said = saying("{}", "x-amz-crc32", "0");
    const { headers, body } = await suffer("dynamodb", { kind: "gzip" }, said);
    expect(gunzipSync(body as Buffer).toString()).toBe("{}");
    expect(headers).toEqual({ "content-encoding": "gzip", "x-amz-crc32": String(crc32(body as Buffer)) });
  });

  it("redirects to elsewhere without running the call", async () => {
    const location = "https://elsewhere.example/";
    const answer = await suffer("s3", { kind: "redirect", location }, never);
    expect(answer).toMatchObject({ status: 307, headers: { location } });
    expect(answer.body).toContain("<Code>TemporaryRedirect</Code>");
    const moved = await suffer("s3", { kind: "redirect", location, status: 301 }, never);
    expect(moved.body).toContain("<Code>PermanentRedirect</Code>");
  });

  it("leaves answers without credentials as they are", async () => {
    for (const kind of ["expired-credentials", "empty-credentials"] as const) {
      expect(await suffer("sts", { kind }, whole)).toEqual(await whole());
    }
  });
});

async function chunksOf({ body }: LocalAnswer): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks;
}
