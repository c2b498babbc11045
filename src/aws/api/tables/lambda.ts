import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

/** How a function is invoked (Lambda API reference, Invoke). */
const INVOCATION = ["x-amz-invocation-type", "x-amz-log-type", "x-amz-client-context", "x-amz-tenant-id"];

const ARN = "arn:{partition}:lambda:{region}:{account}:";

/** AWS Lambda (API reference, 2015-03-31 and later routes; Service Authorization Reference, AWS Lambda). */
export const LAMBDA: ApiModel = {
  endpointPrefix: "lambda",
  actionPrefix: "lambda",
  protocols: ["rest-json"],
  operations: operations(
    "lambda",
    [
      [
        [`${ARN}function:{FunctionName|function(?Qualifier)}`],
        `
          AddPermission POST /2015-03-31/functions/{FunctionName}/policy
          CreateFunctionUrlConfig POST /2021-10-31/functions/{FunctionName}/url
          DeleteFunction DELETE /2015-03-31/functions/{FunctionName}
          DeleteFunctionEventInvokeConfig DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config
          DeleteFunctionUrlConfig DELETE /2021-10-31/functions/{FunctionName}/url
          DeleteProvisionedConcurrencyConfig DELETE /2019-09-30/functions/{FunctionName}/provisioned-concurrency
          GetFunction GET /2015-03-31/functions/{FunctionName}
          GetFunctionConfiguration GET /2015-03-31/functions/{FunctionName}/configuration
          GetFunctionEventInvokeConfig GET /2019-09-25/functions/{FunctionName}/event-invoke-config
          GetFunctionScalingConfig GET /2025-11-30/functions/{FunctionName}/function-scaling-config
          GetFunctionUrlConfig GET /2021-10-31/functions/{FunctionName}/url
          GetPolicy GET /2015-03-31/functions/{FunctionName}/policy
          GetProvisionedConcurrencyConfig GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency
          GetRuntimeManagementConfig GET /2021-07-20/functions/{FunctionName}/runtime-management-config
          Invoke=InvokeFunction POST /2015-03-31/functions/{FunctionName}/invocations
          InvokeWithResponseStream=InvokeFunction POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations
          ListDurableExecutionsByFunction GET /2025-12-01/functions/{FunctionName}/durable-executions
          PutFunctionEventInvokeConfig PUT /2019-09-25/functions/{FunctionName}/event-invoke-config
          PutFunctionScalingConfig PUT /2025-11-30/functions/{FunctionName}/function-scaling-config
          PutProvisionedConcurrencyConfig PUT /2019-09-30/functions/{FunctionName}/provisioned-concurrency
          PutRuntimeManagementConfig PUT /2021-07-20/functions/{FunctionName}/runtime-management-config
          RemovePermission DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}
          UpdateFunctionEventInvokeConfig POST /2019-09-25/functions/{FunctionName}/event-invoke-config
          UpdateFunctionUrlConfig PUT /2021-10-31/functions/{FunctionName}/url`,
      ],
      [
        [`${ARN}function:{FunctionName|function}`],
        `
          CreateAlias POST /2015-03-31/functions/{FunctionName}/aliases
          CreateFunction POST /2015-03-31/functions
          DeleteAlias DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}
          DeleteFunctionCodeSigningConfig DELETE /2020-06-30/functions/{FunctionName}/code-signing-config
          DeleteFunctionConcurrency DELETE /2017-10-31/functions/{FunctionName}/concurrency
          GetAlias GET /2015-03-31/functions/{FunctionName}/aliases/{Name}
          GetFunctionCodeSigningConfig GET /2020-06-30/functions/{FunctionName}/code-signing-config
          GetFunctionConcurrency GET /2019-09-30/functions/{FunctionName}/concurrency
          GetFunctionRecursionConfig GET /2024-08-31/functions/{FunctionName}/recursion-config
          InvokeAsync POST /2014-11-13/functions/{FunctionName}/invoke-async
          ListAliases GET /2015-03-31/functions/{FunctionName}/aliases
          ListFunctionEventInvokeConfigs GET /2019-09-25/functions/{FunctionName}/event-invoke-config/list
          ListFunctionUrlConfigs GET /2021-10-31/functions/{FunctionName}/urls
          ListProvisionedConcurrencyConfigs GET /2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL
          ListVersionsByFunction GET /2015-03-31/functions/{FunctionName}/versions
          PublishVersion POST /2015-03-31/functions/{FunctionName}/versions
          PutFunctionConcurrency PUT /2017-10-31/functions/{FunctionName}/concurrency
          PutFunctionRecursionConfig PUT /2024-08-31/functions/{FunctionName}/recursion-config
          UpdateAlias PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}
          UpdateFunctionCode PUT /2015-03-31/functions/{FunctionName}/code
          UpdateFunctionConfiguration PUT /2015-03-31/functions/{FunctionName}/configuration`,
      ],
      [
        [`${ARN}function:{FunctionName|function}`, "{CodeSigningConfigArn}"],
        "PutFunctionCodeSigningConfig PUT /2020-06-30/functions/{FunctionName}/code-signing-config",
      ],
      [
        ["{DurableExecutionArn}"],
        `
          CheckpointDurableExecution POST /2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint
          GetDurableExecution GET /2025-12-01/durable-executions/{DurableExecutionArn}
          GetDurableExecutionHistory GET /2025-12-01/durable-executions/{DurableExecutionArn}/history
          GetDurableExecutionState GET /2025-12-01/durable-executions/{DurableExecutionArn}/state
          StopDurableExecution POST /2025-12-01/durable-executions/{DurableExecutionArn}/stop`,
      ],
      [
        ["{CodeSigningConfigArn}"],
        `
          DeleteCodeSigningConfig DELETE /2020-04-22/code-signing-configs/{CodeSigningConfigArn}
          GetCodeSigningConfig GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}
          ListFunctionsByCodeSigningConfig GET /2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions
          UpdateCodeSigningConfig PUT /2020-04-22/code-signing-configs/{CodeSigningConfigArn}`,
      ],
      [
        [`${ARN}capacity-provider:{CapacityProviderName}`],
        `
          CreateCapacityProvider POST /2025-11-30/capacity-providers
          DeleteCapacityProvider DELETE /2025-11-30/capacity-providers/{CapacityProviderName}
          GetCapacityProvider GET /2025-11-30/capacity-providers/{CapacityProviderName}
          ListFunctionVersionsByCapacityProvider GET /2025-11-30/capacity-providers/{CapacityProviderName}/function-versions
          UpdateCapacityProvider PUT /2025-11-30/capacity-providers/{CapacityProviderName}`,
      ],
      [
        [`${ARN}event-source-mapping:{UUID}`],
        `
          DeleteEventSourceMapping DELETE /2015-03-31/event-source-mappings/{UUID}
          GetEventSourceMapping GET /2015-03-31/event-source-mappings/{UUID}
          UpdateEventSourceMapping PUT /2015-03-31/event-source-mappings/{UUID}`,
      ],
      [
        [`${ARN}layer:{LayerName}:{VersionNumber}`],
        `
          AddLayerVersionPermission POST /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy
          DeleteLayerVersion DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}
          GetLayerVersion GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}
          GetLayerVersionPolicy GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy
          RemoveLayerVersionPermission DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}`,
      ],
      [[`${ARN}layer:{LayerName}`], "PublishLayerVersion POST /2018-10-31/layers/{LayerName}/versions"],
      [["{?Arn}"], "GetLayerVersionByArn=GetLayerVersion GET /2018-10-31/layers?find=LayerVersion"],
      [
        ["{ResourceArn}"],
        `
          DeleteResourcePolicy DELETE /2026-07-09/resource-policy/{ResourceArn}
          GetResourcePolicy GET /2026-07-09/resource-policy/{ResourceArn}
          PutResourcePolicy PUT /2026-07-09/resource-policy/{ResourceArn}`,
      ],
      [
        ["{Resource}"],
        `
          ListTags GET /2017-03-31/tags/{Resource}
          TagResource POST /2017-03-31/tags/{Resource}
          UntagResource DELETE /2017-03-31/tags/{Resource}`,
      ],
      // Nobody can tell of which execution a callback is.
      [
        "unknown",
        `
          SendDurableExecutionCallbackFailure POST /2025-12-01/durable-execution-callbacks/{CallbackId}/fail
          SendDurableExecutionCallbackHeartbeat POST /2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat
          SendDurableExecutionCallbackSuccess POST /2025-12-01/durable-execution-callbacks/{CallbackId}/succeed`,
      ],
      // IAM knows no resource for them, and they make something.
      [
        "unknown",
        `
          CreateCodeSigningConfig POST /2020-04-22/code-signing-configs
          CreateEventSourceMapping POST /2015-03-31/event-source-mappings`,
      ],
      [
        NO_RESOURCE,
        `
          GetAccountSettings GET /2016-08-19/account-settings
          ListCapacityProviders GET /2025-11-30/capacity-providers
          ListCodeSigningConfigs GET /2020-04-22/code-signing-configs
          ListEventSourceMappings GET /2015-03-31/event-source-mappings
          ListFunctions GET /2015-03-31/functions
          ListLayerVersions GET /2018-10-31/layers/{LayerName}/versions
          ListLayers GET /2018-10-31/layers`,
      ],
    ],
    {
      // Which function is fed by the mapping may be changed.
      UpdateEventSourceMapping: { mayReach: [`${ARN}function:{FunctionName|function}`] },
      InvokeAsync: { covers: ["InvokeFunction"] },
      Invoke: { headers: [...INVOCATION, "x-amz-durable-execution-name"] },
      InvokeWithResponseStream: { headers: INVOCATION },
    },
  ),
};
