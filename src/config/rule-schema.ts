import { z } from "zod";
import { sessionDuration, strings, written } from "./values.ts";

const who = z.strictObject({
  groups: strings.optional().describe("Any of these groups."),
  claims: z
    .record(z.string().min(1), z.union([z.string().min(1), strings]))
    .refine((claims) => Object.keys(claims).length > 0, "it names no claim; leave it out")
    .optional()
    .describe("Each of these claims equals the value, or any value of a list."),
  issuers: strings.optional().describe("Any of these user pools and issuers, by name."),
  scopes: strings.optional().describe("All of these OAuth scopes."),
  clients: strings.optional().describe("Any of these app clients."),
  authenticated: z.literal(true).optional().describe("Every signed-in user."),
  machine: z.literal(true).optional().describe("Every app client with a token of its own."),
  guest: z.literal(true).optional().describe("Every request without a token."),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const WHEN_VALUE = "it must be text, a number, true or false, or a list of them";

/** What the operators and keys mean is `policy/when-problems.ts`'s to say. */
const when = z.record(
  z.string().min(1),
  z.record(z.string().min(1), z.union([scalar, z.array(scalar)], WHEN_VALUE)),
);

/** A rule of the policy. What it takes to be one is `policy/document.ts`'s to say; here it has its shape. */
export const ruleSchema = z.strictObject({
  name: written(/^[^\p{C}]+$/u, "a rule has a name in words, without control characters")
    .max(128, "a rule's name has at most 128 characters")
    .describe("What logs and metrics call this rule."),
  who: who
    .optional()
    .describe("Whom it is about: all that is given must hold. A deny without it is for all."),
  allow: strings.optional().describe("IAM actions: s3:GetObject, s3:Get*, or * for all."),
  deny: strings.optional().describe("IAM actions. A deny wins over every allow."),
  on: strings.optional().describe("ARN patterns with *, ? and ${claim:NAME}. A deny without it is for all."),
  when: when
    .optional()
    .describe(
      "Conditions as IAM writes them: operator, key, value. All of them must hold; of a list, any one.",
    ),
  role: z
    .string()
    .min(1)
    .optional()
    .describe("Of an allow: the ARN of a role, or pool: the identity pool chooses."),
  credentials: z.string().min(1).optional().describe("Of an allow: a credential source by name."),
  sessionName: z
    .string()
    .min(1)
    .optional()
    .describe("Of an allow, where STS is asked: RoleSessionName, a template. Default: that of the source."),
  sessionDuration: sessionDuration
    .optional()
    .describe("Of an allow, where STS is asked: 15m to 12h. Default: that of the source."),
  sessionPolicy: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Of an allow, where STS is asked: an IAM policy, in place of the one made from the rule."),
});
