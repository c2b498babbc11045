import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:states:{region}:{account}:";

/**
 * AWS Step Functions (API reference, 2016-11-23; Service Authorization Reference, AWS Step Functions). A version or an
 * alias is its state machine to IAM (developer guide, authorization for versions and aliases).
 */
export const STATES: ApiModel = {
  endpointPrefix: "states",
  actionPrefix: "states",
  protocols: ["json"],
  target: "AWSStepFunctions",
  jsonVersion: "1.0",
  operations: operations(
    "states",
    [
      [
        [`${ARN}stateMachine:{stateMachineArn|unqualified}`],
        `DeleteStateMachine DescribeStateMachine ListStateMachineAliases ListStateMachineVersions
         PublishStateMachineVersion StartExecution StartSyncExecution UpdateStateMachine`,
      ],
      [
        [`${ARN}stateMachine:{stateMachineAliasArn|unqualified}`],
        "DeleteStateMachineAlias DescribeStateMachineAlias",
      ],
      // Either may lead the alias to versions of its own state machine only.
      [
        [
          `${ARN}stateMachine:{stateMachineAliasArn|unqualified}`,
          `${ARN}stateMachine:{routingConfiguration[].stateMachineVersionArn|unqualified}`,
        ],
        "UpdateStateMachineAlias",
      ],
      [
        [`${ARN}stateMachine:{routingConfiguration[].stateMachineVersionArn|unqualified}`],
        "CreateStateMachineAlias",
      ],
      [[`${ARN}stateMachine:{stateMachineVersionArn|unqualified}`], "DeleteStateMachineVersion"],
      [[`${ARN}stateMachine:{name}`], "CreateStateMachine"],
      [[`${ARN}activity:{name}`], "CreateActivity"],
      [["{activityArn}"], "DeleteActivity DescribeActivity GetActivityTask"],
      [
        [`${ARN}{executionArn|execution}`],
        `DescribeExecution DescribeStateMachineForExecution GetExecutionHistory ListMapRuns RedriveExecution
         StopExecution`,
      ],
      [[`${ARN}stateMachine:{stateMachineArn|unqualified}`, `${ARN}{mapRunArn|execution}`], "ListExecutions"],
      [[`${ARN}{mapRunArn|execution}`], "DescribeMapRun UpdateMapRun"],
      [["{resourceArn}"], "ListTagsForResource TagResource UntagResource"],
      // It does what a state does, in the role that it names.
      ["unknown", "TestState"],
      [
        NO_RESOURCE,
        `ListActivities ListStateMachines SendTaskFailure SendTaskHeartbeat SendTaskSuccess
         ValidateStateMachineDefinition`,
      ],
    ],
    {
      StartSyncExecution: { covers: ["StartExecution"], hostPrefix: "sync-" },
      TestState: { hostPrefix: "sync-" },
    },
  ),
};
