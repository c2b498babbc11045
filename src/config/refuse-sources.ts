import { notKnown, unknownVariables } from "../policy/template.ts";
import type { Source } from "./credentials-schema.ts";
import type { Draft } from "./draft.ts";
import type { Found, Path } from "./problem.ts";
import { nameSchema } from "./values.ts";

/** Finds what is wrong with the credential sources: their names, which is the default, and the templates in them. */
export function refuseSources({ sources }: Draft): readonly Found[] {
  if (sources.length === 0) {
    return [
      { path: ["credentials"], message: "it names no source; pool: { type: identity-pool, … } is one" },
    ];
  }
  const marked = sources.filter(({ fit }) => fit?.default === true);
  return [
    ...sources.flatMap(({ key, fit }) =>
      [...name(key), ...(fit === undefined ? [] : templates(fit))].map((one) => ({
        ...one,
        path: ["credentials", key, ...one.path],
      })),
    ),
    ...marked.slice(1).map(({ key }) => ({
      path: ["credentials", key, "default"],
      message: `${marked[0]?.key} is the default already`,
    })),
  ];
}

function name(key: string): Found[] {
  return (nameSchema.safeParse(key).error?.issues ?? []).map(({ message }) => ({ path: [], message }));
}

function templates(source: Source): Found[] {
  const tags = "tags" in source ? source.tags : {};
  const name = "sessionName" in source ? source.sessionName : "";
  const inTags = Object.entries(tags).flatMap(([key, text]) => template(["tags", key], text));
  return [...template(["sessionName"], name), ...inTags, ...tagKeys(Object.keys(tags))];
}

function template(path: Path, text: string): Found[] {
  return unknownVariables(text).map((variable) => ({ path, message: notKnown(variable) }));
}

/** STS takes `Tenant` and `tenant` for one key, and `postern-sub` is Postern's own (AWS STS, session tags). */
function tagKeys(keys: readonly string[]): Found[] {
  const seen = new Map<string, string>([["postern-sub", "Postern's own postern-sub"]]);
  return keys.flatMap((key) => {
    const other = seen.get(key.toLowerCase());
    seen.set(key.toLowerCase(), other ?? key);
    return other === undefined
      ? []
      : [{ path: ["tags", key], message: `to STS this is the same key as ${other}` }];
  });
}
