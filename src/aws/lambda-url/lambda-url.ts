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
    requirements: requirementsOf(upstream),
    method,
    path,
    query,
    headers,
    payload: { kind: "streamed" },
  };
}

/** AWS asks for both since November 2026, of all URLs (Lambda developer guide, access control of function URLs). */
export const ACTIONS = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"] as const;

function requirementsOf(upstream: Upstream): readonly Requirement[] {
  const { arn: resource, whole } = functionArn(upstream);
  return ACTIONS.map((action) => ({ action, resource, ...(whole !== undefined && { within: [whole] }) }));
}
