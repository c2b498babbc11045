import type { ResourceShape } from "../../domain/known-action.ts";
import type { Asked } from "../asked.ts";
import type { Upstream } from "../service.ts";
import type { ApiOperation } from "./model.ts";
import { type NameKind, NAME_KINDS, plainName } from "./name-kinds.ts";
import { filledIn } from "./resources.ts";
import { parseTemplate, type Template } from "./template.ts";

const NOTHING: ResourceShape = { prefix: "*", rest: "nothing" };

/** Names without slashes. */
const FLAT: ReadonlySet<NameKind | undefined> = new Set([
  plainName,
  ...["queue", "function", "unqualified", "key"].map((kind) => NAME_KINDS[kind]),
]);

/** Names that may not tell what they stand for. */
const DOUBTFUL: ReadonlySet<NameKind | undefined> = new Set([NAME_KINDS["key"]]);

/**
 * Every action that the operations of an upstream's model can need, on what their templates can name. That a member which
 * an operation always has may be left out is not told: AWS refuses that.
 *
 * @throws Refusal internal: an upstream without the account that its ARNs need
 */
export function askedOfModel(upstream: Upstream): readonly Asked[] {
  return Object.values(upstream.model?.operations ?? {}).flatMap((operation) => askedOf(operation, upstream));
}

function askedOf({ action, covers = [], resources }: ApiOperation, upstream: Upstream): readonly Asked[] {
  const unknown: Asked = { action, covers, resource: NOTHING, unknownResource: true };
  if (resources === undefined) return [unknown];
  if (resources.length === 0) return [{ action, covers, resource: NOTHING }];
  return resources.map(parseTemplate).flatMap((template): readonly Asked[] => {
    const known: Asked = { action, covers, resource: shapeOf(template, upstream) };
    return isDoubtful(template) ? [known, unknown] : [known];
  });
}

/** What a template can name: all that begins as it does before its first member. */
function shapeOf({ head, parts }: Template, upstream: Upstream): ResourceShape {
  let prefix = filledIn(head ?? "arn:{partition}:", upstream);
  for (const [i, part] of parts.entries()) {
    if (typeof part !== "string") {
      const isFlat = head !== undefined && i === parts.length - 1 && FLAT.has(part.kind);
      return { prefix, rest: isFlat ? "name" : "any" };
    }
    prefix += filledIn(part, upstream);
  }
  return { prefix, rest: "nothing" };
}

function isDoubtful({ parts }: Template): boolean {
  return parts.some((part) => typeof part !== "string" && DOUBTFUL.has(part.kind));
}
