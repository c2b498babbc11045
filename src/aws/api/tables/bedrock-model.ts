import type { Upstream } from "../../service.ts";

/** A model as a part of an ARN, and for denies what it leads to. */
interface NamedModel {
  readonly text: string;
  readonly within?: readonly string[];
}

/** Letters, digits and dots, then versions: `anthropic.claude-3-haiku-20240307-v1:0` (Bedrock user guide, model ids). */
const MODEL_ID = /^[a-z0-9][\w.-]*(?::\w+){0,2}$/;
/** Where a profile of several regions leads (Bedrock user guide, supported regions for inference profiles). */
const GEOGRAPHY = /^(?:[a-z]{2}|us-gov|apac|global)\.(?=\w+\.)/;
/** What an ARN has behind its region: no account where the model is AWS's own. */
const PLACE = /^(?<owner>(?:\d{12})?):[a-z-]+\/[\w./:-]+$/;

/**
 * What stands behind an ARN's region for a model of Bedrock: a foundation model by its id, an inference profile by its own,
 * or whatever an ARN names. A deny of the model that a profile leads to counts for the profile.
 */
export function bedrockModel(
  given: string,
  { upstream: { account } }: { readonly upstream: Upstream },
): NamedModel | "wrong" | undefined {
  const owner = PLACE.exec(given)?.groups?.["owner"];
  if (owner !== undefined) return owner === "" || owner === account ? withItsModel(given) : "wrong";
  if (!MODEL_ID.test(given)) return "wrong";
  if (!GEOGRAPHY.test(given)) return { text: `:foundation-model/${given}` };
  return account === undefined ? undefined : withItsModel(`${account}:inference-profile/${given}`);
}

const PROFILE = /:inference-profile\/(?<id>.+)$/;

function withItsModel(text: string): NamedModel {
  const model = PROFILE.exec(text)?.groups?.["id"]?.replace(GEOGRAPHY, "");
  return model === undefined ? { text } : { text, within: [`:foundation-model/${model}`] };
}
