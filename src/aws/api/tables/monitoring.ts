import type { ApiModel } from "../model.ts";
import { NO_RESOURCE, operations } from "./operations.ts";

const ARN = "arn:{partition}:cloudwatch:{region}:{account}:";

/**
 * Amazon CloudWatch (API reference, 2010-08-01; Service Authorization Reference, Amazon CloudWatch), signed for as
 * `monitoring`.
 */
export const MONITORING: ApiModel = {
  endpointPrefix: "monitoring",
  actionPrefix: "cloudwatch",
  protocols: ["json", "query", "rpc-v2-cbor"],
  target: "GraniteServiceVersion20100801",
  jsonVersion: "1.0",
  apiVersion: "2010-08-01",
  operations: operations("cloudwatch", [
    [[`${ARN}alarm:{AlarmName|text}`], "PutCompositeAlarm PutLogAlarm PutMetricAlarm SetAlarmState"],
    [[`${ARN}alarm:{AlarmNames[]|text}`], "DeleteAlarms DisableAlarmActions EnableAlarmActions"],
    [[`${ARN}alarm-mute-rule:{AlarmMuteRuleName|text}`], "DeleteAlarmMuteRule GetAlarmMuteRule"],
    [
      [`${ARN}alarm-mute-rule:{Name|text}`, `${ARN}alarm:{MuteTargets.AlarmNames[]|text}`],
      "PutAlarmMuteRule",
    ],
    [["arn:{partition}:cloudwatch::{account}:dashboard/{DashboardName}"], "GetDashboard PutDashboard"],
    [["arn:{partition}:cloudwatch::{account}:dashboard/{DashboardNames[]}"], "DeleteDashboards"],
    [[`${ARN}insight-rule/{RuleName|text}`], "GetInsightRuleReport PutInsightRule"],
    [[`${ARN}insight-rule/{RuleNames[]|text}`], "DeleteInsightRules DisableInsightRules EnableInsightRules"],
    [[`${ARN}metric-stream/{Name}`], "DeleteMetricStream GetMetricStream PutMetricStream"],
    [[`${ARN}metric-stream/{Names[]}`], "StartMetricStreams StopMetricStreams"],
    [["{ResourceARN}"], "ListTagsForResource TagResource UntagResource"],
    // They tell of alarms that they need not name, or may name a data set by its ARN.
    ["unknown", "DescribeAlarmHistory DescribeAlarms GetDataset ListAlarmMuteRules"],
    // IAM knows no resource for them, and they change something.
    [
      "unknown",
      `DeleteAnomalyDetector PutAnomalyDetector PutManagedInsightRules StartOTelEnrichment StopOTelEnrichment`,
    ],
    [
      NO_RESOURCE,
      `DescribeAlarmsForMetric DescribeAnomalyDetectors DescribeInsightRules GetMetricData GetMetricStatistics
       GetMetricWidgetImage GetOTelEnrichment ListDashboards ListManagedInsightRules ListMetricStreams
       ListMetrics PutMetricData`,
    ],
  ]),
};
