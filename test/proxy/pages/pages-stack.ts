import { type Stack, type StackOptions, startStack } from "../../support/stack.ts";

const ACCOUNT = "123456789012";

/** The ARN of a role of the world. */
export function roleOf(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

/**
 * Starts a stack with Postern's own pages on.
 *
 * @param selfService settings, in YAML
 * @param rules in YAML, each a line in braces; they stand before the others
 */
export function startPages(
  selfService: string,
  rules: readonly string[] = [],
  options: StackOptions = {},
): Promise<Stack> {
  const { config = (yaml: string) => yaml } = options;
  const lines = rules.map((rule) => `    - ${rule}\n`).join("");
  const changed = (yaml: string) => {
    const others = config(yaml).replace(/^selfService:.*\n(?: .*\n)*/m, "");
    return `${others.replace("  rules:\n", () => `  rules:\n${lines}`)}\nselfService: ${selfService}\n`;
  };
  return startStack({ ...options, config: changed });
}
