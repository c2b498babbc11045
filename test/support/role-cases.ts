/** A mapping as both sides take it. */
interface Mapping {
  readonly type: "Token" | "Rules";
  readonly ambiguousRoleResolution: "AuthenticatedRole" | "Deny";
  readonly rules?: readonly MappingRule[];
}

interface MappingRule {
  readonly claim: string;
  readonly matchType: "Equals" | "Contains" | "StartsWith" | "NotEqual";
  readonly value: string;
  readonly roleArn: string;
}

/** What a pool is asked, and the role that it must give, or why it must give none. */
export interface RoleCase {
  readonly name: string;
  readonly asked: {
    readonly mapping: Mapping | undefined;
    readonly claims: Readonly<Record<string, unknown>>;
    readonly customRoleArn?: string;
    readonly authenticatedRole: string | undefined;
  };
  readonly answer:
    | { readonly roleArn: string }
    | { readonly refused: "custom-role" | "ambiguous" | "no-default" | "too-many-rules" };
}

const ADMIN = "arn:aws:iam::123456789012:role/admin";
const EDITOR = "arn:aws:iam::123456789012:role/editor";
const COMMA = "arn:aws:iam::123456789012:role/this,that";
const DEFAULT = "arn:aws:iam::123456789012:role/default";

const given = (roleArn: string) => ({ roleArn });
const REFUSED_CUSTOM = { refused: "custom-role" } as const;
const AMBIGUOUS = { refused: "ambiguous" } as const;
const NO_DEFAULT = { refused: "no-default" } as const;

type Asked = RoleCase["asked"];
type Row = readonly [name: string, asked: Partial<Asked>, answer: RoleCase["answer"]];

/** The pool has a default role, unless a row says that it has none. */
const cases = (mapping: Mapping | undefined, rows: readonly Row[]): readonly RoleCase[] =>
  rows.map(([name, asked, answer]) => ({
    name,
    asked: { mapping, claims: {}, authenticatedRole: DEFAULT, ...asked },
    answer,
  }));

const NO_ROLE = { authenticatedRole: undefined };
const roles = (...of: readonly string[]) => ({ "cognito:roles": of });
const prefers = (role: string) => ({ "cognito:preferred_role": role });

const UNMAPPED = cases(undefined, [
  ["no mapping: the default role", {}, given(DEFAULT)],
  [
    "no mapping: the default role, whatever the token prefers",
    { claims: { ...roles(ADMIN), ...prefers(ADMIN) } },
    given(DEFAULT),
  ],
  ["no mapping and no default role", NO_ROLE, NO_DEFAULT],
  ["no mapping: no role can be asked for", { claims: roles(ADMIN), customRoleArn: ADMIN }, REFUSED_CUSTOM],
]);

/** What does not hang on how ambiguity is resolved. */
const token = (ambiguousRoleResolution: Mapping["ambiguousRoleResolution"]) =>
  cases({ type: "Token", ambiguousRoleResolution }, [
    ["the preferred role", { claims: { ...roles(ADMIN, EDITOR), ...prefers(EDITOR) } }, given(EDITOR)],
    ["the preferred role alone", { claims: prefers(EDITOR) }, given(EDITOR)],
    [
      "the preferred role, with no default role there",
      { ...NO_ROLE, claims: prefers(EDITOR) },
      given(EDITOR),
    ],
    [
      "a role asked for that the token lists, before the preferred one",
      { claims: { ...roles(ADMIN, EDITOR), ...prefers(EDITOR) }, customRoleArn: ADMIN },
      given(ADMIN),
    ],
    [
      "a role asked for that the token lists, where nothing is preferred",
      { claims: roles(ADMIN, EDITOR), customRoleArn: ADMIN },
      given(ADMIN),
    ],
    [
      "a role asked for that the token does not list",
      { claims: { ...roles(EDITOR), ...prefers(EDITOR) }, customRoleArn: ADMIN },
      REFUSED_CUSTOM,
    ],
    [
      "a role asked for that is the default and not listed",
      { claims: roles(EDITOR), customRoleArn: DEFAULT },
      REFUSED_CUSTOM,
    ],
    ["a role asked for where the token lists none", { customRoleArn: ADMIN }, REFUSED_CUSTOM],
    [
      "a role asked for in other letters",
      { claims: roles(ADMIN), customRoleArn: ADMIN.toUpperCase() },
      REFUSED_CUSTOM,
    ],
    [
      "a role asked for by the beginning of its name",
      { claims: roles(`${ADMIN}istrator`), customRoleArn: ADMIN },
      REFUSED_CUSTOM,
    ],
    ["the only role, preferred or not", { claims: roles(ADMIN) }, given(ADMIN)],
    ["the only role of a text", { claims: { "cognito:roles": ADMIN } }, given(ADMIN)],
    ["the only role of a list, with a comma in its name", { claims: roles(COMMA) }, given(COMMA)],
    [
      "a role asked for with a comma in its name",
      { claims: roles(ADMIN, COMMA), customRoleArn: COMMA },
      given(COMMA),
    ],
    [
      "a role asked for out of a text with commas",
      { claims: { "cognito:roles": `${ADMIN}, ${EDITOR}` }, customRoleArn: EDITOR },
      given(EDITOR),
    ],
    [
      "a role asked for out of a text with commas and no blanks",
      { claims: { "cognito:roles": `${ADMIN},${EDITOR}` }, customRoleArn: ADMIN },
      given(ADMIN),
    ],
    [
      "a role asked for that a text with commas does not list",
      { claims: { "cognito:roles": `${ADMIN},${EDITOR}` }, customRoleArn: DEFAULT },
      REFUSED_CUSTOM,
    ],
    [
      "a list for a preferred role, which is none",
      { claims: { ...roles(ADMIN), "cognito:preferred_role": [EDITOR] } },
      given(ADMIN),
    ],
  ]);

/** A tie of two groups leaves `cognito:preferred_role` out; several roles, or none at all, decide nothing. */
const TIES: readonly Row[] = [
  ["a tie: several roles and none preferred", { claims: roles(ADMIN, EDITOR) }, AMBIGUOUS],
  ["a tie out of a text", { claims: { "cognito:roles": `${ADMIN},${EDITOR}` } }, AMBIGUOUS],
  ["a token without roles", {}, AMBIGUOUS],
  ["a token with an empty list of roles", { claims: roles() }, AMBIGUOUS],
  ["a token with an empty text for roles", { claims: { "cognito:roles": "" } }, AMBIGUOUS],
];

const rule = (
  matchType: MappingRule["matchType"],
  value: string,
  roleArn = ADMIN,
  claim = "tenant",
): MappingRule => ({ claim, matchType, value, roleArn });

const rules = (...of: readonly MappingRule[]): Mapping => ({
  type: "Rules",
  ambiguousRoleResolution: "Deny",
  rules: of,
});

/** Each comparison with each form that a claim can have, and whether the rule matches. */
const COMPARISONS: readonly (readonly [MappingRule["matchType"], string, unknown, boolean])[] = [
  ["Equals", "acme", "acme", true],
  ["Equals", "acme", "Acme", false],
  ["Equals", "acme", "acme ", false],
  ["Equals", "acme", "acme-eu", false],
  ["Equals", "acme", undefined, false],
  ["Equals", "acme", null, false],
  ["Equals", "acme", ["globex", "acme"], true],
  ["Equals", "acme", ["acme-eu"], false],
  ["Equals", "globex,acme", ["globex", "acme"], false],
  ["Equals", "acme", [], false],
  ["Equals", "true", true, true],
  ["Equals", "7", 7, true],
  ["Equals", "acme", { name: "acme" }, false],
  ["Contains", "cm", "acme", true],
  ["Contains", "CM", "acme", false],
  ["Contains", "x", "acme", false],
  ["Contains", "cm", undefined, false],
  ["Contains", "cm", ["globex", "acme"], true],
  ["Contains", "x,a", ["globex", "acme"], false],
  ["Contains", "{", { name: "acme" }, false],
  ["StartsWith", "ac", "acme", true],
  ["StartsWith", "acme", "acme", true],
  ["StartsWith", "cme", "acme", false],
  ["StartsWith", "ac", undefined, false],
  ["StartsWith", "ac", ["globex", "acme"], true],
  ["StartsWith", "cme", ["globex", "acme"], false],
  ["NotEqual", "acme", "globex", true],
  ["NotEqual", "acme", "acme", false],
  ["NotEqual", "acme", undefined, false],
  ["NotEqual", "acme", null, false],
  ["NotEqual", "acme", [], false],
  ["NotEqual", "acme", ["globex", "initech"], true],
  ["NotEqual", "acme", ["globex", "acme"], false],
];

const comparisons = COMPARISONS.flatMap(([matchType, value, tenant, isMet]) =>
  cases(rules(rule(matchType, value)), [
    [
      `${matchType} ${value} on ${JSON.stringify(tenant) ?? "an absent claim"}`,
      { claims: { tenant } },
      isMet ? given(ADMIN) : AMBIGUOUS,
    ],
  ]),
);

const THREE = rules(
  rule("Equals", "globex", DEFAULT),
  rule("Contains", "ac", EDITOR),
  rule("Equals", "acme", ADMIN),
);
const acme = { tenant: "acme" };

const ordered = cases(THREE, [
  ["the first rule that matches", { claims: acme }, given(EDITOR)],
  ["a rule that matches, with no default role there", { ...NO_ROLE, claims: acme }, given(EDITOR)],
  ["the role of a later rule that matches, asked for", { claims: acme, customRoleArn: ADMIN }, given(ADMIN)],
  ["the role of the first, asked for", { claims: acme, customRoleArn: EDITOR }, given(EDITOR)],
  [
    "the role of a rule that does not match, asked for",
    { claims: acme, customRoleArn: DEFAULT },
    REFUSED_CUSTOM,
  ],
  [
    "a role that the token lists and no rule gives, asked for",
    { claims: { ...acme, ...roles(COMMA) }, customRoleArn: COMMA },
    REFUSED_CUSTOM,
  ],
  [
    "a role asked for where no rule matches",
    { claims: { tenant: "initech" }, customRoleArn: ADMIN },
    REFUSED_CUSTOM,
  ],
  ["no role that the token prefers, where no rule matches", { claims: prefers(ADMIN) }, AMBIGUOUS],
]);

/** A rule that matches may stand in the last place that AWS takes. */
const many = (count: number): Mapping =>
  rules(
    ...Array.from({ length: count - 1 }, (_, i) => rule("Equals", `tenant ${i}`)),
    rule("Equals", "acme", EDITOR),
  );

const numbered = [
  ...cases(many(25), [["the 25th rule", { claims: acme }, given(EDITOR)]]),
  ...cases(many(26), [["a 26th rule", { claims: acme }, { refused: "too-many-rules" }]]),
];

const unmatched: readonly Row[] = [
  ["no rule matches", { claims: { tenant: "initech" } }, AMBIGUOUS],
  ["the claim of every rule is absent", {}, AMBIGUOUS],
];

/** The same rows where the mapping leaves what is ambiguous to the default role, and where there is none. */
const resolved = (mapping: Mapping, rows: readonly Row[]): readonly RoleCase[] => {
  const lenient = { ...mapping, ambiguousRoleResolution: "AuthenticatedRole" } as const;
  return [
    ...cases({ ...mapping, ambiguousRoleResolution: "Deny" }, rows),
    ...cases(
      lenient,
      rows.map(([name, asked]) => [name, asked, given(DEFAULT)]),
    ),
    ...cases(
      lenient,
      rows.map(([name, asked]) => [
        `${name}, and no default role is there`,
        { ...NO_ROLE, ...asked },
        NO_DEFAULT,
      ]),
    ),
  ];
};

const inWords = ({ name, asked: { mapping }, answer }: RoleCase): string => {
  const by = mapping === undefined ? "" : `${mapping.type}, ${mapping.ambiguousRoleResolution}: `;
  const outcome =
    "roleArn" in answer ? answer.roleArn.slice(answer.roleArn.indexOf("/") + 1) : answer.refused;
  return `${by}${name} → ${outcome}`;
};

/** Every case of how an identity pool chooses a role: Cognito developer guide, role-based access control. */
export const ROLE_CASES: readonly RoleCase[] = [
  ...UNMAPPED,
  ...token("AuthenticatedRole"),
  ...token("Deny"),
  ...resolved({ type: "Token", ambiguousRoleResolution: "Deny" }, TIES),
  ...comparisons,
  ...ordered,
  ...numbered,
  ...resolved(THREE, unmatched),
].map((one) => ({ ...one, name: inWords(one) }));
