import { isIP } from "node:net";
import { z } from "zod";
import { nearest } from "../domain/nearest.ts";
import { REFUSALS, type RefusalCode } from "../domain/refusal.ts";
import { knownKeys, oneForm } from "./one-form.ts";
import { moment, strings, written } from "./values.ts";

/** Who asks: `user` is one of no group. */
export type CaseCaller = "user" | "guest" | z.output<typeof caller>;

/** What is asked. */
export type CaseRequest = z.output<typeof request>;

/** What is expected: all that is given must hold. */
export type Expected = z.output<typeof expected>;

const text = z.string().min(1);

const caller = knownKeys({
  groups: strings.optional(),
  claims: z.record(text, z.unknown()).optional(),
  scopes: strings.optional(),
  issuer: text.optional(),
  client: text.optional(),
  sub: text.optional(),
  machine: text.optional(),
}).refine(
  (given) => given.machine === undefined || (given.sub ?? given.client ?? given.groups) === undefined,
  "a machine is its app client: it has no sub, client or groups besides",
);

const callerWord = z.enum(["user", "guest"], {
  error: "a caller is user, guest, or a map such as { groups: [analysts] }",
});

const headerValue = z.union([z.string(), z.number()]).transform(String);

const request = knownKeys({
  method: written(/^[A-Za-z]+$/, "a method is written like GET")
    .toUpperCase()
    .default("GET"),
  target: written(/^\/\S*$/, "a target begins with /, like /s3/reports/q3.txt"),
  headers: z.record(text, headerValue).default({}),
  body: z.unknown().optional(),
});

const LINE = /^(?<method>[A-Za-z]+) +(?<target>\/\S*)$/;

const requestLine = written(LINE, "a request is written like GET /s3/reports/q3.txt").transform(
  (line): CaseRequest => {
    const { method = "", target = "" } = LINE.exec(line)?.groups ?? {};
    return { method: method.toUpperCase(), target, headers: {} };
  },
);

const verdict = z.enum(["permit", "denial", "refusal"]);
const CODES = Object.keys(REFUSALS);

const reason = z
  .string()
  .refine(isCode, { error: ({ input }) => unknownWord(String(input), CODES) })
  .transform((code) => code as RefusalCode);

const expected = knownKeys({
  verdict: verdict.optional(),
  reason: reason.optional(),
  rule: text.optional(),
  role: text.optional(),
  source: text.optional(),
  operation: text.optional(),
}).refine((given) => Object.keys(given).length > 0, "it expects nothing");

const expectedWord = z
  .string()
  .refine((word) => isCode(word) || verdict.safeParse(word).success, {
    error: ({ input }) => unknownWord(String(input), [...verdict.options, ...CODES]),
  })
  .transform((word): Expected =>
    isCode(word) ? { reason: word as RefusalCode } : { verdict: verdict.parse(word) },
  );

function isCode(word: string): boolean {
  return Object.hasOwn(REFUSALS, word);
}

function unknownWord(word: string, words: readonly string[]): string {
  const meant = nearest(word, words);
  const remedy =
    meant === undefined
      ? "there is permit, denial, refusal and codes such as denied-no-rule"
      : `did you mean ${meant}?`;
  return `"${word}" is nothing to expect; ${remedy}`;
}

const oneCaller = oneForm<CaseCaller>({ text: callerWord, map: caller }, "a caller is user, guest, or a map");
const oneRequest = oneForm<CaseRequest>({ text: requestLine, map: request }, "a request is text or a map");

const caseSchema = knownKeys({
  name: text.optional(),
  caller: oneForm<readonly CaseCaller[]>(
    {
      text: callerWord.transform((word) => [word]),
      map: caller.transform((one) => [one]),
      list: z.array(oneCaller).min(1),
    },
    "a caller is user, guest, a map, or a list of them",
  ),
  request: oneForm<readonly CaseRequest[]>(
    {
      text: requestLine.transform((one) => [one]),
      map: request.transform((one) => [one]),
      list: z.array(oneRequest).min(1),
    },
    "a request is text, a map, or a list of them",
  ),
  sourceIp: z
    .string()
    .refine((address) => isIP(address) !== 0, "an address is written like 10.1.2.3")
    .optional(),
  at: moment.optional(),
  expect: oneForm<Expected>({ text: expectedWord, map: expected }, "what is expected is text or a map"),
});

/** A file of cases. */
export const casesSchema = knownKeys({
  config: text.optional(),
  env: z.record(text, headerValue).default({}),
  cases: z.array(caseSchema).min(1),
});
