import { asMap, type Draft } from "./draft.ts";
import type { Found } from "./problem.ts";
import { defaultAmong, traitsOf } from "./sources.ts";

/** Whoever forgets record mode for longer has forgotten it. */
const MAX_DAYS = 14;
const DAY_MS = 86_400_000;

const UNTIL = ["policy", "until"];

/** Finds what record mode needs and does not have, and what is for record mode alone. */
export function refuseRecording(draft: Draft, nowMs: number): readonly Found[] {
  if (draft.mode === undefined) return [];
  if (draft.mode === "record") return [...untilWhen(draft, nowMs), ...bySources(draft)];
  const { until, rules } = asMap(asMap(draft.document)["policy"]);
  return [
    ...(until === undefined
      ? []
      : [{ path: UNTIL, message: "it says when record mode ends; leave it out, or write mode: record" }]),
    ...(Array.isArray(rules) && rules.length === 0
      ? [
          {
            path: ["policy", "rules"],
            message: "it is empty, and nobody could do anything; only mode: record takes none",
          },
        ]
      : []),
  ];
}

/** A moment that is past is no mistake: the rules are enforced from then on. */
function untilWhen({ until, document }: Draft, nowMs: number): Found[] {
  if (until === undefined) {
    const isWritten = asMap(asMap(document)["policy"])["until"] !== undefined;
    const message = `record mode ends by itself: write when, at most ${MAX_DAYS} days from now`;
    return isWritten ? [] : [{ path: UNTIL, message }];
  }
  if (until <= nowMs + MAX_DAYS * DAY_MS) return [];
  return [{ path: UNTIL, message: `record mode lasts at most ${MAX_DAYS} days` }];
}

/**
 * What is recorded is done with the role that the identity pool chooses: no rule says another. A source that is not there
 * or does not fit is told of elsewhere.
 */
function bySources({ sources, upstreams }: Draft): Found[] {
  const usual = defaultAmong(sources.map(({ key, raw }) => ({ name: key, default: asMap(raw)["default"] })));
  const used = [
    ...(usual === undefined ? [] : [{ name: usual, path: ["credentials", usual] }]),
    ...upstreams.flatMap(({ key, fit }) =>
      fit?.credentials === undefined
        ? []
        : [{ name: fit.credentials, path: ["upstreams", key, "credentials"] }],
    ),
  ];
  const found = used.flatMap(({ name, path }) => {
    const source = sources.find(({ key }) => key === name)?.fit;
    if (source === undefined || traitsOf(source).kind === "identity-pool") return [];
    const message = `what is recorded is done with this source, and "${name}" is no identity pool of the enhanced flow`;
    return [{ path, message }];
  });
  if (usual !== undefined || sources.length === 0) return found;
  const message =
    "record mode uses the default source, and there is none: mark an identity pool with default: true";
  return [{ path: ["policy", "mode"], message }, ...found];
}
