import { filled, type RuleValues } from "./operator-text.ts";
import { compileTemplate, type Template } from "../template.ts";
import { compilePattern } from "../text-pattern.ts";

/** An ARN is `arn:partition:service:region:account:resource`; colons of the resource are its own. */
const ARN_PARTS = 6;

/** An ARN like another, part by part, so that no wildcard reaches over a colon; undefined for what is no ARN. */
export function likeArn(written: readonly string[]): RuleValues | undefined {
  const rows = written.map((text) => cutTemplate(compileTemplate(text)));
  if (rows.some((parts) => parts.length !== ARN_PARTS)) return undefined;
  return filled(rows, (arns) => {
    const patterns = arns.map((parts) => parts.map(compilePattern));
    return (value) => {
      const parts = cutArn(value);
      if (parts === undefined) return "unknown";
      return patterns.some((tests) => tests.every((test, i) => test(parts[i] ?? "")));
    };
  });
}

/** Cut at the colons that the rule writes: those of a claim stay within its part. */
function cutTemplate({ parts }: Template): readonly Template[] {
  const cut: Template["parts"][number][][] = [[]];
  for (const part of parts) {
    const pieces = typeof part === "string" ? cutAtColons(part, ARN_PARTS - cut.length) : [part];
    for (const [i, piece] of pieces.entries()) {
      if (i === 0) cut.at(-1)?.push(piece);
      else cut.push([piece]);
    }
  }
  return cut.map((parts) => ({ parts }));
}

function cutArn(value: string): readonly string[] | undefined {
  if (!value.startsWith("arn:")) return undefined;
  const parts = cutAtColons(value, ARN_PARTS - 1);
  return parts.length === ARN_PARTS ? parts : undefined;
}

/** Cuts at the first colons, as many as are said. */
function cutAtColons(text: string, times: number): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  for (let colon = text.indexOf(":"); colon !== -1 && pieces.length < times; colon = text.indexOf(":", at)) {
    pieces.push(text.slice(at, colon));
    at = colon + 1;
  }
  return [...pieces, text.slice(at)];
}
