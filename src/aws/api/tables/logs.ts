import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:logs:{region}:{account}:";

/** What gives out logged events by itself; queries do so, too. */
const EVENTS_READ = ["FilterLogEvents", "GetLogEvents"];

/**
 * Amazon CloudWatch Logs (API reference, 2014-03-28; Service Authorization Reference, Amazon CloudWatch Logs). IAM
 * is asked about a log group as all the streams in it, `log-group:NAME:log-stream:`, which rules on `log-
 * group:NAME:*` are about.
 */
export const LOGS: ApiModel = {
  endpointPrefix: "logs",
  actionPrefix: "logs",
  protocols: ["json"],
  target: "Logs_20140328",
  jsonVersion: "1.1",
  operations: operations(
    "logs",
    [
      [
        [`${ARN}log-group:{logGroupName|path}:log-stream:`],
        `CreateExportTask CreateLogGroup DeleteLogGroup DeleteMetricFilter DeleteRetentionPolicy
         DeleteSubscriptionFilter DescribeMetricFilters DescribeSubscriptionFilters ListTagsLogGroup
         PutMetricFilter PutRetentionPolicy TagLogGroup UntagLogGroup`,
      ],
      [
        [`${ARN}log-group:{logGroupIdentifier|path}:log-stream:`],
        `DeleteDataProtectionPolicy DeleteTransformer GetDataProtectionPolicy GetTransformer
         PutBearerTokenAuthentication PutDataProtectionPolicy PutLogGroupDeletionProtection PutTransformer`,
      ],
      [
        [
          `${ARN}log-group:{logGroupName|path}:log-stream:`,
          `${ARN}log-group:{logGroupIdentifier|path}:log-stream:`,
        ],
        "DescribeLogStreams FilterLogEvents GetLogGroupFields",
      ],
      [
        [`${ARN}log-group:{logGroupName|path}:log-stream:{logStreamName|text}`],
        "CreateLogStream DeleteLogStream PutLogEvents",
      ],
      [
        [
          `${ARN}log-group:{logGroupName|path}:log-stream:{logStreamName|text}`,
          `${ARN}log-group:{logGroupIdentifier|path}:log-stream:{logStreamName|text}`,
        ],
        "GetLogEvents",
      ],
      [
        [`${ARN}log-group:{logGroupName|path}:log-stream:`, "{resourceIdentifier}"],
        "AssociateKmsKey DisassociateKmsKey",
      ],
      [["{logGroupArnList[]}"], "CreateLogAnomalyDetector"],
      [
        ["{anomalyDetectorArn}"],
        `DeleteLogAnomalyDetector GetLogAnomalyDetector UpdateAnomaly UpdateLogAnomalyDetector`,
      ],
      [[`${ARN}delivery:{id}`], "DeleteDelivery GetDelivery"],
      [[`${ARN}delivery-source:{name}`], "GetDeliverySource PutDeliverySource"],
      [
        [`${ARN}delivery-destination:{name}`],
        "DeleteDeliveryDestination GetDeliveryDestination PutDeliveryDestination",
      ],
      [
        [`${ARN}delivery-destination:{deliveryDestinationName}`],
        `DeleteDeliveryDestinationPolicy GetDeliveryDestinationPolicy PutDeliveryDestinationPolicy`,
      ],
      [[`${ARN}destination:{destinationName}`], "DeleteDestination PutDestination PutDestinationPolicy"],
      [[`${ARN}lookup-table:{lookupTableName}`], "CreateLookupTable"],
      [["{lookupTableArn}"], "DeleteLookupTable GetLookupTable UpdateLookupTable"],
      [["{resourceArn}"], "ListTagsForResource TagResource UntagResource"],
      // A query may name groups in its own words, and its results are told by an id alone.
      ["unknown", "GetLogRecord GetQueryResults StartQuery"],
      // It sends what is logged elsewhere from then on.
      ["unknown", "PutSubscriptionFilter"],
      // They need more than they name, or may name a query by its name.
      [
        "unknown",
        `CreateDelivery CreateScheduledQuery DeleteDeliverySource DeleteScheduledQuery GetScheduledQuery
         GetScheduledQueryHistory ListAnomalies ListLogAnomalyDetectors UpdateDeliveryConfiguration
         UpdateScheduledQuery`,
      ],
      [
        NO_RESOURCE,
        `DescribeAccountPolicies DescribeConfigurationTemplates DescribeDeliveries DescribeDeliveryDestinations
         DescribeDeliverySources DescribeDestinations DescribeExportTasks DescribeFieldIndexes
         DescribeImportTaskBatches DescribeImportTasks DescribeIndexPolicies DescribeLogGroups
         DescribeLookupTables DescribeQueries DescribeQueryDefinitions DescribeResourcePolicies GetIntegration
         GetLogFields ListAggregateLogGroupSummaries ListIntegrations ListLogGroups ListLogGroupsForQuery
         ListScheduledQueries ListSourcesForS3TableIntegration StopQuery TestMetricFilter TestTransformer`,
      ],
      // IAM knows no resource for them, and they change something that they name.
      [
        "unknown",
        `AssociateSourceToS3TableIntegration CancelExportTask CancelImportTask CreateImportTask
         DeleteAccountPolicy DeleteIndexPolicy DeleteIntegration DeleteQueryDefinition DeleteResourcePolicy
         DisassociateSourceFromS3TableIntegration PutAccountPolicy PutIndexPolicy PutIntegration
         PutQueryDefinition PutResourcePolicy`,
      ],
    ],
    {
      FilterLogEvents: {
        covers: ["GetLogEvents"],
        // It reads the streams that it names or that begin with a prefix, or all of them.
        mayReach: [
          `${ARN}log-group:{logGroupName|path}:log-stream:*`,
          `${ARN}log-group:{logGroupIdentifier|path}:log-stream:*`,
        ],
      },
      CreateExportTask: {
        covers: EVENTS_READ,
        mayReach: [`${ARN}log-group:{logGroupName|path}:log-stream:*`],
      },
      CreateScheduledQuery: { covers: EVENTS_READ },
      UpdateScheduledQuery: { covers: EVENTS_READ },
      GetLogEvents: { covers: ["FilterLogEvents"] },
      GetLogRecord: { covers: EVENTS_READ },
      GetQueryResults: { covers: EVENTS_READ },
      StartQuery: { covers: EVENTS_READ },
    },
  ),
};
