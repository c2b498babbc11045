import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { answerRaw, parserRefusal } from "../../src/proxy/answer-raw.ts";

it("answers on the bare connection as everywhere else, and tells the same to the record", async () => {
  const socket = new PassThrough();
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  const outcome = answerRaw(socket, { code: "header-not-allowed", status: 431 }, "GET");
  await once(socket, "end");
  const [head = "", body = ""] = Buffer.concat(pieces).toString().split("\r\n\r\n");
  expect(head.split("\r\n")).toEqual([
    "HTTP/1.1 431 Request Header Fields Too Large",
    "content-type: application/json",
    `content-length: ${body.length}`,
    "cache-control: no-store",
    "x-postern-reason: header-not-allowed",
    `x-postern-request-id: ${outcome.requestId}`,
    "connection: close",
  ]);
  expect(JSON.parse(body)).toMatchObject({ reason: "header-not-allowed", requestId: outcome.requestId });
  expect(outcome).toMatchObject({ method: "GET", status: 431, outcome: "refused", upstream: "none" });
});

it("knows what Node's parser could read in two ways", () => {
  expect(parserRefusal("HPE_UNEXPECTED_CONTENT_LENGTH").code).toBe("target-ambiguous");
  expect(parserRefusal("HPE_INVALID_TRANSFER_ENCODING").code).toBe("target-ambiguous");
  expect(parserRefusal("HPE_INVALID_METHOD").code).toBe("target-malformed");
  expect(parserRefusal("HPE_INVALID_METHOD").status).toBeUndefined();
  expect(parserRefusal("HPE_HEADER_OVERFLOW").status).toBe(431);
  expect(parserRefusal("ERR_HTTP_REQUEST_TIMEOUT").status).toBe(408);
  expect(parserRefusal(undefined)).toEqual({ code: "target-malformed", detail: undefined });
});
