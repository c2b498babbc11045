import type { Head } from "../../domain/head.ts";
import type { Operation, Requirement } from "../../domain/operation.ts";
import { readApplicationRequest } from "../execute-api/application-request.ts";
import { refuseAsFunctionUrl } from "../execute-api/errors.ts";
import { readSegments } from "../segments.ts";
import type { Service, Upstream } from "../service.ts";
import { functionArn } from "./function-arn.ts";

/** The URL of a Lambda function. */
export const lambdaUrl: Service = {
  recognise,
  refuse: refuseAsFunctionUrl,
  // The function may write what AWS would.
  faultOf: () => undefined,
  redirectOf: () => undefined,
  speaker: "application",
  repeats: "idempotent",
};

function recognise(head: Head, upstream: Upstream): Operation {
  const { method, path, query, headers } = readApplicationRequest(head, upstream);
  // No rule reads the path, which is the function's alone: it is only held to what has one reading on the way there.
  readSegments(path);
  return {
    upstream: upstream.name,
    service: "lambda",
    region: upstream.region,
    name: "InvokeFunctionUrl",
    requirements: [requirementOf(upstream)],
    method,
    path,
    query,
    headers,
    payload: { kind: "streamed" },
  };
}

/** AWS asks for lambda:InvokeFunction besides, of URLs made since October 2025 (developer guide, function URLs). */
function requirementOf(upstream: Upstream): Requirement {
  const { arn, whole } = functionArn(upstream);
  return {
    action: "lambda:InvokeFunctionUrl",
    resource: arn,
    covers: ["lambda:InvokeFunction"],
    ...(whole !== undefined && { within: [whole] }),
  };
}
