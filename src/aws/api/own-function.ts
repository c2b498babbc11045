import type { Upstream } from "../service.ts";

const REGION = String.raw`(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d`;
const QUALIFIED_FUNCTION = String.raw`(?<name>[\w-]{1,140})(?::(?<qualifier>[\w$-]{1,128}))?$`;
const FUNCTION = new RegExp(
  String.raw`^(?:(?<region>${REGION}):)?(?:(?<account>\d{12}):)?(?:function:)?(?!(?:${REGION}|\d{12}|function):)${QUALIFIED_FUNCTION}`,
);
const FUNCTION_IN_ARN = new RegExp(`^${QUALIFIED_FUNCTION}`);

/** A function's name, and a qualifier where one stands behind it. */
interface FunctionName {
  readonly name?: string;
  readonly qualifier?: string;
}

/**
 * By its name or any end of its ARN from the region on, each with a qualifier or without one (Lambda API reference,
 * Invoke: `(region:)?(account:)?(function:)?name(:qualifier)?`). A name that could be one of the former parts is none.
 *
 * @param fromArn whether it was cut off a whole ARN
 * @returns undefined where it is none, or of another region or account than the upstream's
 */
export function ownFunction(
  given: string,
  { upstream, fromArn }: { readonly upstream: Upstream; readonly fromArn: boolean },
): FunctionName | undefined {
  const found = (fromArn ? FUNCTION_IN_ARN : FUNCTION).exec(given)?.groups;
  const { region = upstream.region, account = upstream.account } = found ?? {};
  return region === upstream.region && account === upstream.account ? found : undefined;
}
