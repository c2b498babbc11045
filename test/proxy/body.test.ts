import { once } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { createBodyReader } from "../../src/proxy/body.ts";
import { Visit } from "../../src/proxy/visit.ts";

const { read: readBody } = createBodyReader(1000);

/** A visit whose body a test writes piece by piece. */
function aVisit(...headers: readonly string[]): { visit: Visit; request: IncomingMessage } {
  const request = new IncomingMessage(new Socket());
  request.rawHeaders = [...headers];
  const registrar = { record: () => {}, nameCaller: () => "" };
  return { request, visit: new Visit(request, new ServerResponse(request), registrar, false) };
}

describe("reading a body whole", () => {
  it("gives its bytes, in one piece or in many", async () => {
    for (const pieces of [["hello"], ["he", "l", "lo"], []]) {
      const { visit, request } = aVisit();
      const reading = readBody(visit, 5);
      for (const piece of pieces) request.push(piece);
      request.push(null);
      expect((await reading).toString()).toBe(pieces.join(""));
    }
  });

  it("refuses a length over the bound before a byte is read, and an unstated one when it is passed", async () => {
    const stated = aVisit("Content-Length", "6");
    await expect(readBody(stated.visit, 5)).rejects.toMatchObject({ code: "body-too-large" });
    expect(stated.request.readableFlowing).toBe(null);
    const found = aVisit();
    const reading = readBody(found.visit, 5);
    found.request.push("hello");
    found.request.push("!");
    await expect(reading).rejects.toMatchObject({ code: "body-too-large" });
    expect(found.request.isPaused()).toBe(true);
  });

  it("ends with a refusal where the client leaves, before or meanwhile", async () => {
    const gone = aVisit();
    await once(gone.request.destroy(), "close");
    await expect(readBody(gone.visit, 5)).rejects.toMatchObject({ code: "payload-mismatch" });
    const going = aVisit();
    const reading = readBody(going.visit, 5);
    going.request.push("he");
    going.request.destroy();
    await expect(reading).rejects.toMatchObject({ code: "payload-mismatch" });
  });

  it("holds no more than its bound for all requests together, until their answers are over", async () => {
    const reader = createBodyReader(10);
    const first = aVisit();
    const reading = reader.read(first.visit, 8);
    first.request.push("12345678");
    first.request.push(null);
    await reading;
    expect(reader.held()).toBe(8);
    await expect(reader.read(aVisit("Content-Length", "3").visit, 8)).rejects.toMatchObject({
      code: "overloaded",
    });
    const unstated = aVisit();
    const second = reader.read(unstated.visit, 8);
    unstated.request.push("abc");
    await expect(second).rejects.toMatchObject({ code: "overloaded" });
    first.visit.response.emit("close");
    expect(reader.held()).toBe(0);
    await expect(
      Promise.race([reader.read(aVisit("Content-Length", "3").visit, 8), Promise.resolve("waits")]),
    ).resolves.toBe("waits");
  });
});
