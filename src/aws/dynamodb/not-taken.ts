const AT_S3 = "it works at objects of S3 with the caller's credentials, and AWS chooses their keys";
const ELSEWHERE = "it makes, changes or deletes replicas in other regions";
const UNNAMED = "the Service Authorization Reference has no action for it";

/**
 * Operations of DynamoDB that are known and never decided, each with the reason: what they reach cannot all be read from
 * the request, or is not this upstream's.
 */
export const NOT_TAKEN: ReadonlyMap<string, string> = new Map([
  ["ExportTableToPointInTime", AT_S3],
  ["ImportTable", AT_S3],
  ["StartBulkPutItems", AT_S3],
  ["CancelBulkOperation", UNNAMED],
  ["DescribeBulkOperation", UNNAMED],
  ["ListBulkOperations", UNNAMED],
  ["CreateGlobalTable", ELSEWHERE],
  ["UpdateGlobalTable", ELSEWHERE],
  ["UpdateGlobalTableSettings", ELSEWHERE],
  ["UpdateTableReplicaAutoScaling", ELSEWHERE],
  [
    "EnableKinesisStreamingDestination",
    "it sends every change of an item to a stream of Kinesis from then on",
  ],
]);
