import type { ApiInput } from "../guard/api-actions.ts";
import { listOf, textOf } from "./operations.ts";
import type { Operations, Output } from "./operations.ts";

/**
 * Metrics by name, without their values.
 *
 * Source: Amazon CloudWatch API reference.
 */
export function createMonitoring(): Operations {
  const metrics = new Map<string, Output>();
  return {
    PutMetricData: (input) => {
      const Namespace = textOf(input, "Namespace");
      for (const datum of listOf(input, "MetricData")) {
        const metric = {
          Namespace,
          MetricName: textOf(datum, "MetricName"),
          Dimensions: dimensionsOf(datum),
        };
        metrics.set(JSON.stringify(metric), metric);
      }
      return {};
    },
    ListMetrics: (input) => {
      const { Namespace, MetricName } = input;
      const Metrics = [...metrics.values()].filter(
        (each) =>
          (Namespace === undefined || each["Namespace"] === Namespace) &&
          (MetricName === undefined || each["MetricName"] === MetricName),
      );
      return { Metrics };
    },
  };
}

function dimensionsOf(datum: ApiInput): readonly Output[] {
  return listOf(datum, "Dimensions").map(({ Name, Value }) => ({ Name, Value }));
}
