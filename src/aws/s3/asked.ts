import type { ResourceShape } from "../../domain/known-action.ts";
import type { Asked } from "../asked.ts";
import { TAGGING_BUCKET } from "./create-bucket.ts";
import { impliedBy } from "./headers.ts";
import { COPIED, S3_TABLE, type S3Row } from "./table.ts";
import type { S3Target } from "./target.ts";
import type { Upstream } from "../service.ts";

type Level = S3Target["level"];

/** Every action that S3's table of operations can need, on what. */
export function askedOfS3({ partition }: Upstream): readonly Asked[] {
  const arns = `arn:${partition}:s3:::`;
  const shapes: Readonly<Record<Level, ResourceShape>> = {
    service: { prefix: `${arns}*`, rest: "nothing" },
    bucket: { prefix: arns, rest: "name" },
    object: { prefix: arns, rest: "path" },
  };
  return Object.entries(S3_TABLE).flatMap(([place, row]) => {
    const level = levelOf(place);
    const resource = shapes[row.body === "objects" ? "object" : level];
    const own = ownOf(row).map(([action, covers]) => ({ action, resource, covers }));
    const implied = impliedOf(row, level).map((action) => ({ action, resource, covers: [] }));
    return [...own, ...implied, ...sourceOf(place, shapes.object)];
  });
}

function levelOf(place: string): Level {
  const [level] = place.split(" ");
  return level === "service" || level === "bucket" ? level : "object";
}

function ownOf({
  action,
  versioned,
  covers = [],
}: Omit<S3Row, "name">): (readonly [string, readonly string[]])[] {
  return versioned === undefined
    ? [[action, covers]]
    : [
        [action, covers],
        [versioned, [action, ...covers]],
      ];
}

function impliedOf(row: S3Row, level: Level): readonly string[] {
  const byHeaders = (row.headers ?? []).flatMap((header) => impliedBy(header, level));
  return row.body === "bucket" ? [...byHeaders, TAGGING_BUCKET] : byHeaders;
}

function sourceOf(place: string, resource: ResourceShape): readonly Asked[] {
  if (!place.endsWith(" copy")) return [];
  return ownOf(COPIED).map(([action, covers]) => ({ action, resource, covers }));
}
