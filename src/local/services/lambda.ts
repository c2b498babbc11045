import type { LambdaAdmitted } from "../guard/admit-api.ts";
import { identityOf, seenBy } from "../gateway/seen-request.ts";
import { percentEncode } from "../guard/percent.ts";
import { singleHeader } from "../guard/request-head.ts";
import { LocalError } from "../request.ts";
import type { LocalAnswer } from "../request.ts";
import type { LambdaFunction, World } from "../world.ts";

/** The stand-in's Lambda. */
export interface Lambda {
  /**
   * Does what was admitted: a function answers with what it is told.
   *
   * @throws LocalError `ResourceNotFoundException` 404.
   */
  readonly handle: (admitted: LambdaAdmitted) => LocalAnswer;
}

/**
 * Makes the functions of a world.
 *
 * @param now Epoch milliseconds.
 */
export function createLambda({ functions = [], account, region }: World, now: () => number): Lambda {
  return {
    handle: (admitted) => {
      const { functionName, operation } = admitted.call;
      const found = functions.find(({ name }) => name === functionName);
      const arn = `arn:aws:lambda:${region}:${account}:function:${functionName}`;
      if (found === undefined) {
        throw new LocalError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
      }
      if (operation === "InvokeFunctionUrl") return byUrl(admitted, found, now());
      if (operation === "GetFunction")
        return json(200, { Configuration: { FunctionName: functionName, FunctionArn: arn } });
      return invoke(admitted);
    },
  };
}

/** AWS Lambda API reference, `Invoke`: an event is taken, a dry run does nothing. */
function invoke({ head, body, call: { qualifier = "$LATEST" } }: LambdaAdmitted): LocalAnswer {
  const type = singleHeader(head, "x-amz-invocation-type") ?? "RequestResponse";
  if (type === "Event") return { status: 202, headers: {} };
  if (type === "DryRun") return { status: 204, headers: {} };
  const payload = body.length === 0 ? "null" : body;
  const headers = { "content-type": "application/json", "x-amz-executed-version": qualifier };
  return { status: 200, headers, body: payload };
}

/**
 * The event that a function gets of a request to its URL, given back as its answer.
 *
 * Source: Lambda Developer Guide, "Invoking Lambda function URLs", "Request payload format" (version 2.0).
 */
function byUrl(
  { head, body, session }: LambdaAdmitted,
  { urlId = "" }: LambdaFunction,
  nowMs: number,
): LocalAnswer {
  const { headers, query } = seenBy(head, "signed");
  const { accessKey, accountId, userArn, userId } = identityOf(session);
  const iam = { accessKey, accountId, callerId: userId, cognitoIdentity: null, userArn, userId };
  const lists = Object.entries(query).map(([name, values]) => [name, values.join(",")]);
  return json(200, {
    version: "2.0",
    routeKey: "$default",
    rawPath: head.path,
    rawQueryString: rawQueryOf(head.query),
    headers,
    ...(lists.length > 0 && { queryStringParameters: Object.fromEntries(lists) as unknown }),
    requestContext: {
      accountId,
      apiId: urlId,
      authorizer: { iam },
      domainName: headers["host"],
      domainPrefix: urlId,
      http: { method: head.method, path: head.path, protocol: "HTTP/1.1" },
      stage: "$default",
      timeEpoch: nowMs,
    },
    body: body.toString("base64"),
    isBase64Encoded: true,
  });
}

function rawQueryOf(query: LambdaAdmitted["head"]["query"]): string {
  const own = query.filter(([name]) => !name.startsWith("X-Amz-"));
  return own.map((pair) => pair.map((bytes) => percentEncode(bytes, "encode-slash")).join("=")).join("&");
}

function json(status: number, content: unknown): LocalAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}
