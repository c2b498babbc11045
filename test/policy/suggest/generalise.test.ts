import { describe, expect, it } from "vitest";
import { coverOf, folded, isNameless, patternOf } from "../../../src/policy/suggest/generalise.ts";

const SUB = "00000000-aaaa-4000-8000-000000000004";
const S3 = "arn:aws:s3:::";
const IOT = "arn:aws:iot:us-east-1:123456789012:";

describe("the pattern of a resource", () => {
  it.each([
    [`${S3}reports/2026/q3.txt`, `${S3}reports/2026/q3.txt`],
    [`${S3}reports`, `${S3}reports`],
    [`${S3}home/${SUB}/notes.txt`, `${S3}home/\${claim:sub}/notes.txt`],
    [`${S3}home/a/${SUB}`, `${S3}home/a/\${claim:sub}`],
    [`arn:aws-cn:s3:::home/${SUB}/x`, "arn:aws-cn:s3:::home/${claim:sub}/x"],
    ["arn:aws:dynamodb:us-east-1:123456789012:table/Orders/index/byState", undefined],
    [`${IOT}topic/things/${SUB}/lamp`, `${IOT}topic/things/\${claim:sub}/lamp`],
    [`${IOT}topic/${SUB}`, `${IOT}topic/\${claim:sub}`],
    [`${IOT}topicfilter/things/${SUB}/#`, `${IOT}topicfilter/things/\${claim:sub}/#`],
    [`${IOT}client/${SUB}`, `${IOT}client/\${claim:sub}`],
    [`${IOT}client/sensor-1`, undefined],
    ["*", "*"],
    [`${S3}*`, `${S3}*`],
    ["arn:aws:dynamodb:us-east-1:123456789012:table/*", undefined],
    [`${S3}reports/a\u0000b\n"\\c`, undefined],
    [`${S3}reports//a/`, undefined],
  ])("of %j is %j", (resource, pattern = resource) => {
    expect(patternOf(resource, SUB)).toBe(pattern);
    expect(isNameless(pattern)).toBe(false);
  });

  it.each([
    `${S3}home/x-${SUB}/a`,
    `${S3}home/${SUB}.txt`,
    `${S3}${SUB}/a`,
    `${S3}of-${SUB}`,
    `${IOT}client/${SUB}-phone`,
    `${IOT}topic/things/of-${SUB}/lamp`,
    `${IOT}thing/${SUB}`,
    `arn:aws:dynamodb:us-east-1:123456789012:table/of-${SUB}`,
  ])(
    "has none for a name that holds a subject and is no segment of a key, rather than showing it: %s",
    (resource) => {
      const pattern = patternOf(resource, SUB);
      expect(isNameless(pattern)).toBe(true);
      expect(pattern).not.toContain(SUB);
    },
  );

  it("looks for the subject in names, not in the rest of an ARN", () => {
    for (const subject of ["s3", "a", "1", "table", "dynamodb", "us-east-1"])
      for (const resource of [`${S3}reports/q`, "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"])
        expect(patternOf(resource, subject)).toBe(resource);
  });

  it("takes an empty segment for nobody's subject", () => {
    expect(patternOf(`${S3}home//a`, "")).toBe(`${S3}home//a`);
    expect(patternOf(`${S3}home//a`)).toBe(`${S3}home//a`);
  });

  it.each(["*", "?", "a*", "${claim:sub}", "{a}", "$"])(
    "has no name for a key that would mean more than itself: %s",
    (name) => {
      for (const key of [name, `${name}/below`, `${SUB}/${name}`])
        expect(isNameless(patternOf(`${S3}reports/${key}`, SUB))).toBe(true);
    },
  );

  it("has none for a subject that no claim can stand for, rather than showing it", () => {
    const pattern = patternOf(`${S3}home/a+b/x`, "a+b");
    expect(isNameless(pattern)).toBe(true);
    expect(pattern).not.toContain("a+b");
  });

  it("has one of what nobody wrote, whoever is called so", () => {
    for (const resource of ["*", `${S3}*`]) expect(patternOf(resource, "*")).toBe(resource);
    expect(patternOf(`${S3}b/x:*`, SUB)).toBe(`${S3}b/?`);
  });

  it("has none for anything else with a wildcard in it", () => {
    const path = "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/x:*";
    const table = "arn:aws:dynamodb:us-east-1:123456789012:table/Ord*";
    for (const resource of [`${S3}rep*`, table, `${S3}*/a`, path])
      expect(isNameless(patternOf(resource))).toBe(true);
  });
});

const keys = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${folder}k${i}`);

const many = (of: (i: number) => string): string[] => Array.from({ length: 12 }, (_, i) => of(i));

describe("folders", () => {
  it("stand for what is in them once that is more than ten names", () => {
    const ten = keys(`${S3}reports/2026/`, 10);
    expect(folded(ten)).toEqual(ten);
    expect(folded(keys(`${S3}reports/2026/`, 11))).toEqual([`${S3}reports/2026/*`]);
  });

  it("stand for folders in them, and for all that is below", () => {
    const years = keys(`${S3}reports/`, 11).map((year) => `${year}/a/b.txt`);
    expect(folded([...years, `${S3}other/x`])).toEqual([`${S3}reports/*`, `${S3}other/x`]);
  });

  it("are never wider than a bucket, and never one of tables", () => {
    const buckets = keys(S3, 30);
    const objects = buckets.map((bucket) => `${bucket}/a`);
    const tables = keys("arn:aws:dynamodb:us-east-1:123456789012:table/", 30);
    const indexes = keys("arn:aws:dynamodb:us-east-1:123456789012:table/Orders/index/", 30);
    for (const patterns of [buckets, objects, tables, indexes]) expect(folded(patterns)).toEqual(patterns);
  });

  it("are never wider than the first level of topics, and never one of clients", () => {
    expect(folded(many((i) => `${IOT}topic/things/lamp-${i}`))).toEqual([`${IOT}topic/things/*`]);
    for (const names of [many((i) => `${IOT}topic/room-${i}/lamp`), many((i) => `${IOT}client/sensor-${i}`)])
      expect(folded(names)).toEqual(names);
  });

  it("take in what lies in one that stands already", () => {
    expect(folded([`${S3}reports/*`, `${S3}reports/2026/a`, `${S3}reports`])).toEqual([
      `${S3}reports/*`,
      `${S3}reports`,
    ]);
  });

  it("count names that no pattern can mean, and stand for them too", () => {
    const patterns = [...keys(`${S3}reports/`, 10), patternOf(`${S3}reports/*`)];
    expect(folded(patterns)).toEqual([`${S3}reports/*`]);
  });

  it("are told apart eight deep, so that a long key costs no more than a short one", () => {
    const deep = `${S3}reports/${"a/".repeat(500)}`;
    expect(folded(keys(deep, 11))).toEqual([`${S3}reports/${"a/".repeat(7)}*`]);
  });

  it("cover what is in them, and a pattern covers itself", () => {
    const among = new Set([`${S3}reports/2026/*`, `${S3}reports`]);
    expect(coverOf(`${S3}reports/2026/a/b`, among)).toBe(`${S3}reports/2026/*`);
    expect(coverOf(`${S3}reports`, among)).toBe(`${S3}reports`);
    expect(coverOf(`${S3}reports/2025/a`, among)).toBeUndefined();
    expect(coverOf(`${S3}reports/2026`, among)).toBeUndefined();
  });
});
