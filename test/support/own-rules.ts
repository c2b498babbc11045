/** Changes `config/dev.yaml` so that these rules stand in the place of its own; they are a YAML list, indented by four. */
export function withRules(yaml: string, rules: string): string {
  return yaml.replace(/^ {2}rules:\n[^]*?(?=^log:)/m, () => `  rules:\n${rules.replace(/^\n/, "")}\n`);
}

/** An ARN of a role of the shipped world. */
export function roleArn(name: string): string {
  return `arn:aws:iam::123456789012:role/${name}`;
}

/** The role of whoever AWS names in its refusal: IAM says who asked, and that is whom the signature proved. */
export function roleNamedIn(answer: string): string | undefined {
  return /assumed-role\/([\w-]+)\//.exec(answer)?.[1];
}
