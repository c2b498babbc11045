import { endpointProblem } from "../config/address.ts";
import type { Environment } from "../config/load.ts";
import { type Answer, jsonOf } from "./ask.ts";
import { askPlainly } from "./ask-plainly.ts";
import { type Parsed, textOf } from "./command.ts";
import { Complaint, misuse } from "./complaint.ts";
import { portsOf } from "./ports.ts";

/** What a running Postern answers. */
export interface Told extends Pick<Answer, "ok"> {
  readonly json: Readonly<Record<string, unknown>>;
}

/** Where the data listener is that `--url` names, by default that of this machine. */
export function posternUrl(parsed: Parsed, env: Environment): string {
  const url = textOf(parsed, "url") ?? `http://127.0.0.1:${portsOf(env).POSTERN_PORT}`;
  // A token goes there: what holds for an upstream's address holds for this one.
  const problem = endpointProblem(url);
  if (problem !== undefined) throw misuse(`--url ${url}: ${problem}`);
  return url;
}

/**
 * Asks one of the pages of a running Postern.
 *
 * @param url of its data listener
 * @param token undefined for a guest
 * @param question a body of JSON; without one it is a GET
 * @throws Complaint where nothing answers in time, or something else does
 */
export async function askPostern(
  url: string,
  path: string,
  token: string | undefined,
  question?: object,
): Promise<Told> {
  const answer = await askPlainly(new URL(path, url), {
    method: question === undefined ? "GET" : "POST",
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(question && { "content-type": "application/json" }),
    },
    body: question && JSON.stringify(question),
  });
  const json = jsonOf(answer);
  if (json === undefined) throw notPostern(url);
  return { ok: answer.ok, json };
}

/**
 * The texts of an answer by their names there.
 *
 * @throws Complaint with Postern's own words where it refused
 */
export function textsTold<K extends string>(
  { ok, json }: Told,
  url: string,
  names: readonly K[],
): Readonly<Record<K, string>> {
  const { message = json["Message"], reason = json["Code"] } = json;
  if (!ok && typeof message === "string" && typeof reason === "string")
    throw new Complaint(`Postern refuses: ${message} (${reason})`);
  const texts = names.map((name) => [name, json[name]] as const);
  if (!ok || texts.some(([, text]) => typeof text !== "string")) throw notPostern(url);
  return Object.fromEntries(texts) as Record<K, string>;
}

function notPostern(url: string): Complaint {
  return new Complaint(`what answers at ${url} is not Postern`);
}
