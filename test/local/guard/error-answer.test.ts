import { parseXml } from "@rgrove/parse-xml";
import { describe, expect, it } from "vitest";
import { renderJsonError, renderQueryError, renderS3Error } from "../../../src/local/guard/error-answer.ts";
import { LocalError } from "../../../src/local/request.ts";

const error = new LocalError("AccessDenied", 'no <a> & "b"\u0001', 403, { HeadersNotSigned: "x-amz-acl" });

describe("the answers to errors", () => {
  it("are XML for S3, whatever the message holds", () => {
    const answer = renderS3Error(error, "REQ1", "/b/k\u0000");
    expect(answer).toMatchObject({
      status: 403,
      headers: { "content-type": "application/xml", "x-amz-request-id": "REQ1" },
    });
    expect(parseXml(answer.body).text).toContain('AccessDeniedno <a> & "b"\ufffdx-amz-acl/b/k\ufffdREQ1');
    expect(answer.body).toContain("<HeadersNotSigned>x-amz-acl</HeadersNotSigned>");
  });

  it("name the error twice for the JSON protocols", () => {
    const answer = renderJsonError(new LocalError("AccessDeniedException", "no", 400), "REQ1");
    expect(answer).toMatchObject({
      status: 400,
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amzn-errortype": "AccessDeniedException",
        "x-amzn-requestid": "REQ1",
      },
    });
    expect(JSON.parse(answer.body)).toEqual({
      __type: "com.amazon.coral.service#AccessDeniedException",
      message: "no",
    });
  });

  it("tell STS clients whose fault it was", () => {
    expect(renderQueryError(error, "REQ1").body).toContain(
      "<Error><Type>Sender</Type><Code>AccessDenied</Code>",
    );
    expect(renderQueryError(new LocalError("InternalFailure", "x", 500), "REQ1").body).toContain(
      "<Type>Receiver</Type>",
    );
  });
});
