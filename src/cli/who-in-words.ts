import type { Paint } from "./terminal.ts";

/** What `/.postern/whoami` tells, as far as people are told it. */
interface Who {
  readonly kind: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly username?: unknown;
  readonly clientId?: string;
  readonly groups?: readonly string[];
  readonly expires?: string;
  readonly upstreams: Readonly<Record<string, readonly RoleTold[]>>;
}

interface RoleTold {
  readonly rule: string;
  readonly role: string;
  readonly assumedRole?: string;
  readonly credentialsExpire?: string;
  readonly wish?: boolean;
  readonly iotPolicyHint?: string;
}

/** Says who a caller is and which roles the rules give, a line an entry. */
export function whoInWords(told: object, nowMs: number): readonly string[] {
  const who = { upstreams: {}, kind: "user", ...told } as Who;
  const width = Math.max(0, ...Object.keys(who.upstreams).map((name) => name.length));
  return [
    ...callerLines(who, nowMs),
    "",
    ...Object.entries(who.upstreams).flatMap(([upstream, roles]) =>
      roleLines(upstream.padEnd(width), roles, nowMs),
    ),
  ];
}

/** Colours those lines: who it is, and what nothing is allowed on. */
export const paintWho: Paint = (lines, { strong, faint }) =>
  lines.map((line, i) => {
    if (i === 0) return strong(line);
    return line.endsWith("  nothing") ? faint(line) : line.replace(/^ {2}(?:groups|token) {2}/, faint);
  });

function callerLines(who: Who, nowMs: number): readonly string[] {
  const { kind, issuer, subject, username, clientId, groups = [], expires } = who;
  if (kind === "guest") return ["A guest, who has no token."];
  const name = typeof username === "string" && username !== subject ? `${username} (${subject})` : subject;
  return [
    kind === "machine" ? `The app client ${clientId} of ${issuer}, a machine.` : `${name} of ${issuer}.`,
    ...(groups.length === 0 ? [] : [`  groups  ${groups.join(", ")}`]),
    ...(expires === undefined ? [] : [`  token   ends ${inWords(expires, nowMs)}`]),
  ];
}

function roleLines(upstream: string, roles: readonly RoleTold[], nowMs: number): readonly string[] {
  if (roles.length === 0) return [`  ${upstream}  nothing`];
  return roles.flatMap(({ rule, role, assumedRole, credentialsExpire, wish, iotPolicyHint }) => [
    `  ${upstream}  ${role === "pool" ? "the identity pool's choice" : role}${wish === true ? ", on wish" : ""}  by "${rule}"`,
    ...(assumedRole === undefined ? [] : [`      is ${assumedRole}`]),
    ...(credentialsExpire === undefined
      ? []
      : [`      credentials end ${inWords(credentialsExpire, nowMs)}`]),
    ...(iotPolicyHint === undefined ? [] : [`      ${iotPolicyHint}`]),
  ]);
}

/** A moment, and how far ahead it is. */
function inWords(moment: string, nowMs: number): string {
  const minutes = Math.round((Date.parse(moment) - nowMs) / 60_000);
  return minutes < 0 ? moment : `${moment} (in ${minutes} min)`;
}
