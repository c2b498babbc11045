import type { Upstream } from "../../service.ts";

/** A model as a part of an ARN, and for denies what it leads to, or may lead to. */
interface NamedModel {
  readonly text: string;
  readonly within?: readonly string[];
  readonly mayReach?: readonly string[];
}

/** Letters, digits and dots, then versions: `anthropic.claude-3-haiku-20240307-v1:0` (Bedrock user guide, model ids). */
const MODEL_ID = /^[a-z0-9][\w.-]*(?::\w+){0,2}$/;
/** Where a profile of several regions leads (Bedrock user guide, supported regions for inference profiles). */
const GEOGRAPHY = /^(?:[a-z]{2}|us-gov|apac|global)\.(?=\w+\.)/;
/** What tells the length of a model's context behind its version: `:200k` (Bedrock user guide, model ids). */
const CONTEXT = /(?<=:\w+):\w+$/;
/** What an ARN has behind its region. */
const BEHIND_REGION = /^(?<owner>(?:\d{12})?):(?<kind>[a-z-]+)\/(?<id>[\w./:-]+)$/;

const FOUNDATION_MODEL = ":foundation-model/";

/**
 * What stands behind an ARN's region for a model of Bedrock: a foundation model by its id, an inference profile by its own,
 * or whatever an ARN names. A deny of the model that a profile leads to counts for the profile. What else an ARN names,
 * such as a router, does not tell its model, and may lead to any. An id without a provider may be anything.
 */
export function bedrockModel(
  given: string,
  { upstream: { account } }: { readonly upstream: Upstream },
): NamedModel | "wrong" | undefined {
  const arn = BEHIND_REGION.exec(given)?.groups;
  if (arn !== undefined) return byArn(arn, account);
  if (!MODEL_ID.test(given)) return "wrong";
  if (!given.includes(".")) return undefined;
  if (!GEOGRAPHY.test(given)) return told(FOUNDATION_MODEL, given);
  return account === undefined ? undefined : told(`${account}:inference-profile/`, given);
}

/** AWS's own models are in no account, and all else is in one. */
function byArn(
  { owner = "", kind = "", id = "" }: Readonly<Record<string, string>>,
  account: string | undefined,
): NamedModel | "wrong" {
  if (owner !== (kind === "foundation-model" ? "" : account)) return "wrong";
  const head = `${owner}:${kind}/`;
  if (owner === "" || kind === "inference-profile") return told(head, id);
  return { text: head + id, mayReach: [`${FOUNDATION_MODEL}*`, `${owner}:inference-profile/*`] };
}

/** By an id that tells its model. */
function told(head: string, id: string): NamedModel {
  const model = FOUNDATION_MODEL + id.replace(GEOGRAPHY, "");
  const [text = "", ...within] = new Set(
    [head + id, model].flatMap((one) => [one, one.replace(CONTEXT, "")]),
  );
  return { text, within };
}
