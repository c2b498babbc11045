import { describe, expect, it } from "vitest";
import { dynamodb } from "../../../src/aws/dynamodb/dynamodb.ts";
import { DYNAMODB_TABLE } from "../../../src/aws/dynamodb/table.ts";
import { aHead, anUpstream, codeOf, readWhole } from "../../support/asking.ts";
import { aCaller, anAllow, ruling } from "../../support/ruling.ts";

const upstream = anUpstream({ service: "dynamodb" });
const ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders";
const ELSEWHERE = [
  ["another account", ARN.replace("123456789012", "999999999999")],
  ["another region", ARN.replace("us-east-1", "eu-west-1")],
  ["another partition", ARN.replace("aws", "aws-cn")],
  ["another service", ARN.replace("dynamodb", "kinesis")],
] as const;
const STREAM = `${ARN}/stream/2026-05-20T20:51:10.252`;
const BACKUP = `${ARN}/backup/01489173575360-b308cd7d`;

function asks(operation: string, input: object) {
  const api = DYNAMODB_TABLE[operation]?.api ?? "DynamoDB";
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `${api}_20120810.${operation}`,
  };
  return readWhole(dynamodb, upstream, aHead("POST /", headers), JSON.stringify(input)).requirements;
}
const refusal = (operation: string, input: object) => codeOf(() => asks(operation, input));
const touched = (operation: string, input: object) =>
  asks(operation, input).map(({ action, resource, within }) => [action, resource, within]);

/** Whether a deny of an action on a table holds off what is asked. */
const denies = (deny: string, on: string, operation: string, input: object) => {
  const rules = [anAllow("all", { allow: ["dynamodb:*"] }), { name: "none", deny: [deny], on: [on] }];
  return ruling(rules, aCaller({ sub: "me" }), ...asks(operation, input)).verdict === "denial";
};

describe("S3.6 what belongs to a table", () => {
  const PARTS = [
    ["DescribeBackup", "BackupArn", BACKUP],
    ["DeleteBackup", "BackupArn", BACKUP],
    ["DescribeExport", "ExportArn", `${ARN}/export/01695097218000-d6299cf6`],
    ["DescribeImport", "ImportArn", `${ARN}/import/01658528578619-c4d4e311`],
    ["DescribeStream", "StreamArn", STREAM],
    ["GetShardIterator", "StreamArn", STREAM],
  ] as const;

  it.each(PARTS)("%s touches what %s names, within its table", (operation, member, arn) => {
    expect(touched(operation, { [member]: arn })).toEqual([[`dynamodb:${operation}`, arn, [ARN]]]);
    expect(denies("dynamodb:*", ARN, operation, { [member]: arn })).toBe(true);
  });

  it.each(PARTS)("%s is refused with another %s", (operation, member, arn) => {
    for (const [why, table] of ELSEWHERE) {
      expect(refusal(operation, { [member]: arn.replace(ARN, table) }), why).toBe("target-ambiguous");
    }
    const others = [ARN, `${ARN}/other/1`, `${arn}/more`, `${arn}*`, `${ARN}/x${arn.slice(ARN.length)}`];
    for (const other of [...others, arn.slice(0, arn.lastIndexOf("/") + 1)]) {
      expect(refusal(operation, { [member]: other }), other).toBe("body-malformed");
    }
    expect(refusal(operation, {})).toBe("body-malformed");
  });

  it.each(["TagResource", "UntagResource", "ListTagsOfResource", "GetResourcePolicy", "PutResourcePolicy"])(
    "%s touches a stream too",
    (operation) => {
      expect(touched(operation, { ResourceArn: STREAM })).toEqual([[`dynamodb:${operation}`, STREAM, [ARN]]]);
    },
  );

  it.each(["ListExports", "ListImports"])("%s touches the table that it names, or all", (operation) => {
    const all = "arn:aws:dynamodb:us-east-1:123456789012:table/*";
    expect(touched(operation, {})).toEqual([[`dynamodb:${operation}`, all, undefined]]);
    expect(touched(operation, { TableArn: ARN })).toEqual([[`dynamodb:${operation}`, ARN, undefined]]);
    expect(refusal(operation, { TableArn: "Orders" })).toBe("target-ambiguous");
  });

  it.each(["ListBackups", "ListContributorInsights", "ListStreams"])(
    "%s touches nothing that IAM knows, and a deny on the table that it names counts",
    (operation) => {
      const input = { TableName: "Orders" };
      expect(touched(operation, {})).toEqual([[`dynamodb:${operation}`, "*", undefined]]);
      expect(touched(operation, input)).toEqual([[`dynamodb:${operation}`, "*", [ARN]]]);
      expect(denies(`dynamodb:${operation}`, ARN, operation, input)).toBe(true);
    },
  );
});

const iterator = (arn: string) => ({ ShardIterator: `${arn}|1|AAAAAAAAAAEvJp6D+zaQ/8=` });

describe("S4.3 the records of a stream", () => {
  it("are read of the stream that their iterator names", () => {
    expect(touched("GetRecords", iterator(STREAM))).toEqual([["dynamodb:GetRecords", STREAM, [ARN]]]);
  });

  it("are items of the table to whoever denies those", () => {
    expect(denies("dynamodb:GetItem", ARN, "GetRecords", iterator(STREAM))).toBe(true);
    expect(denies("dynamodb:GetItem", ARN, "GetShardIterator", { StreamArn: STREAM })).toBe(true);
    expect(denies("dynamodb:GetRecords", STREAM, "GetShardIterator", { StreamArn: STREAM })).toBe(true);
    expect(denies("dynamodb:GetItem", ARN, "DescribeStream", { StreamArn: STREAM })).toBe(false);
  });

  it.each([
    ["no stream", "AAAAAAAAAAEvJp6D"],
    ["a stream alone", STREAM],
    ["a stream and a number", `${STREAM}|1`],
    ["a stream and nothing", `${STREAM}|1|`],
    ["two streams", `${STREAM}|1|${STREAM}|1|A`],
    ["a stream within", `000|${STREAM}|1|A`],
    ["a table", `${ARN}|1|A`],
    ["a space", `${STREAM}|1| A`],
    ["a second line", `${STREAM}|1|A\n`],
  ])("are refused with an iterator of %s", (_name, ShardIterator) => {
    expect(refusal("GetRecords", { ShardIterator })).toBe("body-malformed");
  });

  it("are refused with an iterator of others", () => {
    for (const [why, table] of ELSEWHERE)
      expect(refusal("GetRecords", iterator(`${table}/stream/1`)), why).toBe("target-ambiguous");
    expect(refusal("GetRecords", {})).toBe("body-malformed");
  });
});

describe("S4.2 what reads items without naming them", () => {
  const backup = { BackupArn: BACKUP, TargetTableName: "Copy" };
  const source = { SourceTableName: "Orders", TargetTableName: "Copy" };
  const vectors = { TableName: "Orders", IndexName: "byMeaning", Select: "COUNT" };

  it.each([
    ["GetRecords", iterator(STREAM)],
    ["RestoreTableFromBackup", backup],
    ["RestoreTableToPointInTime", source],
    ["SearchVectors", vectors],
  ])("%s tells that any key and attribute may be reached, and no other key", (operation, input) => {
    for (const { keys } of asks(operation, input)) {
      expect(keys).toEqual(
        new Map([
          ["dynamodb:leadingkeys", "unknown"],
          ["dynamodb:attributes", "unknown"],
        ]),
      );
    }
  });
});

describe("S4.3 a table that is restored", () => {
  const NEW = "arn:aws:dynamodb:us-east-1:123456789012:table/Copy";
  const onTarget = "BatchWriteItem DeleteItem GetItem PutItem Query Scan UpdateItem"
    .split(" ")
    .map((name) => [`dynamodb:${name}`, NEW, undefined]);
  const backup = { BackupArn: BACKUP, TargetTableName: "Copy" };
  const source = { SourceTableName: "Orders", TargetTableName: "Copy" };

  it("from a backup needs leave on the backup, and for all that is written", () => {
    expect(touched("RestoreTableFromBackup", backup)).toEqual([
      ["dynamodb:RestoreTableFromBackup", BACKUP, [ARN]],
      ["dynamodb:RestoreTableFromBackup", NEW, undefined],
      ...onTarget,
    ]);
  });

  it.each([source, { SourceTableArn: ARN, TargetTableName: "Copy" }])(
    "from what it was needs leave on that, and for all that is written: %j",
    (input) => {
      const own = ["dynamodb:RestoreTableToPointInTime", ARN, undefined];
      expect(touched("RestoreTableToPointInTime", input)).toEqual([own, ...onTarget]);
    },
  );

  it.each([
    ["RestoreTableFromBackup", backup],
    ["RestoreTableToPointInTime", source],
  ])("%s is denied to whoever may not read the one, or make the other", (operation, input) => {
    expect(denies("dynamodb:GetItem", ARN, operation, input)).toBe(true);
    expect(denies("dynamodb:CreateTable", NEW, operation, input)).toBe(true);
    expect(denies("dynamodb:PutItem", NEW, operation, input)).toBe(true);
    expect(denies("dynamodb:DeleteTable", ARN, operation, input)).toBe(false);
  });

  it("tells no leading keys, neither of what is read nor of what is written", () => {
    const keys = asks("RestoreTableFromBackup", backup).map((one) => one.keys?.get("dynamodb:leadingkeys"));
    expect(new Set(keys)).toEqual(new Set(["unknown"]));
  });

  it.each([
    ["no source", { TargetTableName: "Copy" }],
    ["two sources", { ...source, SourceTableArn: ARN }],
    ["no target", { SourceTableName: "Orders" }],
  ])("is refused with %s", (_name, input) => {
    expect(refusal("RestoreTableToPointInTime", input)).toBe("body-malformed");
  });

  it.each([
    { SSESpecificationOverride: { Enabled: true, KMSMasterKeyId: "alias/x" } },
    { SomethingNew: "eu-west-1" },
  ])("is refused where it reaches further: %j", (more) => {
    expect(refusal("RestoreTableToPointInTime", { ...source, ...more })).toBe("operation-unknown");
    expect(refusal("RestoreTableFromBackup", { ...backup, ...more })).toBe("operation-unknown");
  });
});
