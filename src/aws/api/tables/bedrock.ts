import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

/** How a model is invoked (Bedrock API reference, InvokeModel). */
const INVOCATION = [
  "x-amzn-bedrock-guardrailidentifier",
  "x-amzn-bedrock-guardrailversion",
  "x-amzn-bedrock-performanceconfig-latency",
  "x-amzn-bedrock-service-tier",
  "x-amzn-bedrock-trace",
];

/** Amazon Bedrock, runtime (API reference, 2023-09-30; Service Authorization Reference, Amazon Bedrock). */
export const BEDROCK: ApiModel = {
  endpointPrefix: "bedrock-runtime",
  actionPrefix: "bedrock",
  protocols: ["rest-json"],
  operations: operations(
    "bedrock",
    [
      [
        ["arn:{partition}:bedrock:{region}:{modelId|bedrock-model}"],
        `
          Converse=InvokeModel POST /model/{modelId}/converse
          ConverseStream=InvokeModelWithResponseStream POST /model/{modelId}/converse-stream
          CountTokens POST /model/{modelId}/count-tokens
          InvokeModel POST /model/{modelId}/invoke
          InvokeModelWithResponseStream POST /model/{modelId}/invoke-with-response-stream`,
      ],
      [
        ["arn:{partition}:bedrock:{region}:{account}:guardrail/{guardrailIdentifier}"],
        "ApplyGuardrail POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply",
      ],
      [["{invocationArn}"], "GetAsyncInvoke GET /async-invoke/{invocationArn}"],
      // It makes an invocation, and writes what comes of it to a bucket.
      ["unknown", "StartAsyncInvoke=InvokeModel POST /async-invoke"],
      [NO_RESOURCE, "ListAsyncInvokes GET /async-invoke"],
    ],
    {
      // A model answers at once or bit by bit: what is denied of one is denied of the other.
      Converse: { covers: ["InvokeModelWithResponseStream"] },
      ConverseStream: { covers: ["InvokeModel"] },
      InvokeModel: { covers: ["InvokeModelWithResponseStream"], headers: INVOCATION },
      InvokeModelWithResponseStream: {
        covers: ["InvokeModel"],
        headers: [...INVOCATION, "x-amzn-bedrock-accept"],
      },
      StartAsyncInvoke: { covers: ["InvokeModelWithResponseStream"] },
    },
  ),
};
