import type { ResourceShape } from "../../domain/known-action.ts";
import type { Asked } from "../asked.ts";
import { COMPARED } from "./compared.ts";
import { TAGGING_BUCKET } from "./create-bucket.ts";
import { impliedBy } from "./headers.ts";
import { COPIED } from "./objects.ts";
import type { S3Action, S3Row } from "./row.ts";
import { S3_TABLE } from "./table.ts";
import type { S3Target } from "./target.ts";
import type { Upstream } from "../service.ts";

type Level = S3Target["level"];
type Shapes = Readonly<Record<Level, ResourceShape>>;

/**
 * Every action that S3's table of operations can need, on what. Actions that a row reaches in objects of its bucket do not
 * count as covered: a deny that means some of the objects does not hold it.
 */
export function askedOfS3({ partition, addressing: { accessPoint } }: Upstream): readonly Asked[] {
  const arns = `arn:${partition}:s3:::`;
  const byBucket: Shapes = {
    service: { prefix: `${arns}*`, rest: "nothing" },
    bucket: { prefix: arns, rest: "name" },
    object: { prefix: arns, rest: "path" },
  };
  const rows = Object.entries(S3_TABLE);
  const asked = rows.flatMap(([place, row]) => [
    ...needsOf(levelOf(place), row, byBucket),
    ...sourceOf(place, byBucket.object),
  ]);
  if (accessPoint === undefined) return asked;
  const through = shapesThrough(accessPoint, byBucket.service);
  return [...asked, ...rows.flatMap(([place, row]) => needsOf(levelOf(place), row, through))];
}

function shapesThrough(accessPoint: string, service: ResourceShape): Shapes {
  const bucket: ResourceShape = { prefix: accessPoint, rest: "nothing" };
  return { service, bucket, object: { prefix: `${accessPoint}/`, rest: "path" } };
}

function levelOf(place: string): Level {
  const [level] = place.split(" ");
  return level === "service" || level === "bucket" ? level : "object";
}

function needsOf(level: Level, row: S3Row, shapes: Shapes): readonly Asked[] {
  const resource = shapes[row.body === "objects" ? "object" : level];
  const also = row.also === undefined ? [] : actionsOf(row.also);
  const own = [...actionsOf(row, row.covers), ...also];
  const implied = impliedOf(row, level).map((action) => ({ action, resource, covers: [] }));
  return [...own.map(([action, covers]) => ({ action, resource, covers })), ...implied];
}

function actionsOf(
  { action, versioned }: S3Action,
  covers: readonly string[] = [],
): readonly (readonly [string, readonly string[]])[] {
  const plain = [action, covers] as const;
  return versioned === undefined ? [plain] : [plain, [versioned, [action, ...covers]]];
}

function impliedOf(row: S3Row, level: Level): readonly string[] {
  const byHeaders = (row.headers ?? []).flatMap((header) => impliedBy(header, level));
  const compares = row.ifMatch !== undefined || row.body === "objects";
  return [...byHeaders, ...(row.body === "bucket" ? [TAGGING_BUCKET] : []), ...(compares ? [COMPARED] : [])];
}

function sourceOf(place: string, resource: ResourceShape): readonly Asked[] {
  if (!place.endsWith(" copy")) return [];
  return actionsOf(COPIED).map(([action, covers]) => ({ action, resource, covers }));
}
