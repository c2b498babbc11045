import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:events:{region}:{account}:";

/** Amazon EventBridge (API reference, 2015-10-07; Service Authorization Reference, Amazon EventBridge). */
export const EVENTS: ApiModel = {
  endpointPrefix: "events",
  actionPrefix: "events",
  protocols: ["json"],
  target: "AWSEvents",
  jsonVersion: "1.1",
  operations: operations("events", [
    [[`${ARN}event-bus/{Entries[].EventBusName=default|bus}`], "PutEvents"],
    [[`${ARN}event-bus/{Name=default|bus}`], "CreateEventBus DeleteEventBus DescribeEventBus UpdateEventBus"],
    [[`${ARN}rule/{Name|rule(EventBusName)}`], "DeleteRule DescribeRule DisableRule EnableRule PutRule"],
    [[`${ARN}rule/{Rule|rule(EventBusName)}`], "ListTargetsByRule PutTargets RemoveTargets"],
    [["{ResourceARN}"], "ListTagsForResource TagResource UntagResource"],
    [[`${ARN}archive/{ArchiveName}`], "DeleteArchive DescribeArchive"],
    [
      [`${ARN}archive/{ArchiveName}`, "arn:{partition}:kms:{region}:{account}:key/{KmsKeyIdentifier|key}"],
      "UpdateArchive",
    ],
    [
      [
        `${ARN}archive/{ArchiveName}`,
        "{EventSourceArn}",
        "arn:{partition}:kms:{region}:{account}:key/{KmsKeyIdentifier|key}",
      ],
      "CreateArchive",
    ],
    [[`${ARN}replay/{ReplayName}`], "CancelReplay DescribeReplay"],
    [[`${ARN}replay/{ReplayName}`, "{EventSourceArn}", "{Destination.Arn}"], "StartReplay"],
    [[`${ARN}api-destination/{Name}`, "{ConnectionArn}"], "CreateApiDestination UpdateApiDestination"],
    [[`${ARN}api-destination/{Name}`], "DeleteApiDestination DescribeApiDestination"],
    [
      [`${ARN}connection/{Name}`],
      `CreateConnection DeauthorizeConnection DeleteConnection DescribeConnection UpdateConnection`,
    ],
    [[`${ARN}endpoint/{Name}`], "CreateEndpoint DeleteEndpoint DescribeEndpoint UpdateEndpoint"],
    [
      ["arn:{partition}:events:{region}::event-source/{Name|path}"],
      `ActivateEventSource CreatePartnerEventSource DeactivateEventSource DeletePartnerEventSource
       DescribeEventSource DescribePartnerEventSource`,
    ],
    [
      ["arn:{partition}:events:{region}::event-source/{EventSourceName|path}"],
      "ListPartnerEventSourceAccounts",
    ],
    // They say what others may do to a bus, or name a source of a partner in each entry.
    ["unknown", "PutPartnerEvents PutPermission RemovePermission"],
    [
      NO_RESOURCE,
      `ListApiDestinations ListArchives ListConnections ListEndpoints ListEventBuses ListEventSources
       ListPartnerEventSources ListReplays ListRuleNamesByTarget ListRules TestEventPattern`,
    ],
  ]),
};
