import { z } from "zod";
import { UPSTREAM_KEY } from "../policy/conditions/keys.ts";
import { boundTo } from "../policy/conditions/upstreams.ts";
import { distinct, nameSchema, sessionDuration, strings, written } from "./values.ts";

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

const ruleAsWritten = z.strictObject({
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
  upstreams: distinct(nameSchema)
    .min(1)
    .optional()
    .describe("Upstreams by name: it is for requests of these alone. Without it, of all."),
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
  limits: z
    .strictObject({
      inFlight: z.int().min(1).optional().describe("Requests at a time by this rule; more are refused."),
      inFlightPerCaller: z.int().min(1).optional().describe("The same of one caller; all guests are one."),
    })
    .optional()
    .describe("Of an allow: how much of Postern its requests may take."),
});

const NOT_AS_KEY = "write upstreams: [NAME] beside when";
const NOTHING = "nothing is in it; leave it out, or say what is meant";

/**
 * A rule of the policy. What it takes to be one is `policy/document.ts`'s to say; here it has its shape. Its `upstreams`
 * become a condition as soon as they are read.
 */
export const ruleSchema = ruleAsWritten
  .superRefine(({ when, upstreams }, context) => {
    for (const [operator, keys] of Object.entries(when ?? {}))
      for (const key of Object.keys(keys).filter(isUpstreamKey))
        context.addIssue({ code: "custom", path: ["when", operator, key], message: NOT_AS_KEY });
    // With another condition in it nobody would see any more that nothing is.
    const maps = when === undefined ? [] : [when, ...Object.values(when)];
    if (upstreams !== undefined && maps.some((map) => Object.keys(map).length === 0))
      context.addIssue({ code: "custom", path: ["when"], message: NOTHING });
  })
  .transform(({ upstreams, ...rule }) => (upstreams === undefined ? rule : boundTo(rule, upstreams)));

function isUpstreamKey(key: string): boolean {
  return key.toLowerCase() === UPSTREAM_KEY.toLowerCase();
}
