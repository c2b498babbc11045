import { describe, expect, it } from "vitest";
import { readJsonError } from "../../src/credentials/json-error.ts";

const errorOf = (body: string, named?: string) =>
  readJsonError({ status: 400, headers: { "x-amzn-errortype": named }, body });

describe("readJsonError", () => {
  it.each([
    ['{"__type":"NotAuthorizedException","message":"no"}', undefined, "NotAuthorizedException", "no"],
    ['{"__type":"com.amazonaws#NotAuthorizedException"}', undefined, "NotAuthorizedException", ""],
    ['{"message":"gone"}', "ResourceNotFoundException:http://internal/", "ResourceNotFoundException", "gone"],
    ['{"Message":"User: x"}', "AccessDeniedException", "AccessDeniedException", "User: x"],
    ['{"__type":"A","message":"1","Message":"2"}', "B", "A", "1"],
    ["", "ThrottlingException", "ThrottlingException", ""],
    ["<html>", undefined, undefined, ""],
    ["null", undefined, undefined, ""],
    ['{"__type":7,"message":{}}', undefined, undefined, ""],
    ['{"__type":"not a name"}', undefined, undefined, ""],
  ])("of %s (%s) is %s", (body, named, code, message) => {
    expect(errorOf(body, named)).toEqual({ code, message });
  });
});
