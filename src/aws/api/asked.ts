import type { ResourceShape } from "../../domain/known-action.ts";
import type { Asked } from "../asked.ts";
import type { Upstream } from "../service.ts";
import type { ApiOperation } from "./model.ts";
import { type NameKind, NAME_KINDS, plainName } from "./name-kinds.ts";
import { filledIn } from "./resources.ts";
import { parseTemplate, type Placeholder } from "./template.ts";

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
  return resources.flatMap((text): readonly Asked[] => {
    const { head, parts } = parseTemplate(text);
    const place = parts.findIndex((part) => typeof part !== "string");
    const before = place === -1 ? parts : parts.slice(0, place);
    const start = filledIn([head ?? "arn:{partition}:", ...before].join(""), upstream);
    const [member, ...after] = place === -1 ? [] : parts.slice(place);
    const known: Asked = { action, covers, resource: { prefix: start, rest: restOf(member, after.length) } };
    return isDoubtful(parts) ? [known, unknown] : [known];
  });
}

function restOf(member: string | Placeholder | undefined, after: number): ResourceShape["rest"] {
  if (member === undefined || typeof member === "string") return "nothing";
  return after === 0 && FLAT.has(member.kind) ? "name" : "path";
}

function isDoubtful(parts: readonly (string | Placeholder)[]): boolean {
  return parts.some((part) => typeof part !== "string" && DOUBTFUL.has(part.kind));
}
