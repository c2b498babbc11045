import { type Asked, readAsked } from "../admin/asked.ts";
import { plainJson } from "../admin/plain-json.ts";
import type { Environment } from "../config/load.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Explained } from "../proxy/explain/question.ts";
import { withoutTokens } from "../telemetry/without-tokens.ts";
import { command, type Parsed, textOf } from "./command.ts";
import { misuse } from "./complaint.ts";
import { readConfigFile } from "./config-file.ts";
import { EXIT } from "./exit.ts";
import { type AskedQuestion, readQuestion } from "./explain-question.ts";
import { wordsFor } from "./explained.ts";
import type { Operator } from "./operator-call.ts";
import { ASK_COMPLETES, ASK_HELP, ASK_OPTIONS, operatorOf } from "./operator-options.ts";
import { whyRefused } from "./operator-trouble.ts";
import { paintExplained } from "./paint.ts";
import { type Paint, terminal } from "./terminal.ts";

const HELP = `Usage: postern explain [USER] METHOD TARGET [options]
       postern explain [USER] mqtt PACKET NAME [options]

Says what would become of a request, or of an MQTT packet, and why: who the caller is, what is asked for in IAM's words,
what each rule says of it, the role, and the request that would be signed. Nothing is exchanged, and nothing is sent; a
running Postern may ask the token's issuer for its keys.
Exit code 0 if it would be let through, 1 if not.

  postern explain analyst DELETE /s3/reports/q3.txt
  postern explain --claims '{"cognito:groups":["analysts"]}' GET /s3/reports/q3.txt --config postern.yaml
  postern explain analyst GET ws://127.0.0.1:4480/chat
  postern explain analyst mqtt subscribe 'things/1/#' --client device-1

USER signs in at the stand-in AWS; the USER guest has no token. Without one of them, --token and --claims the caller is
whom the headers name, or the token in POSTERN_TOKEN or AWS_SESSION_TOKEN. TARGET may be a whole URL; ws: is for the
handshake of a WebSocket. PACKET is connect, publish, subscribe or receive; NAME is a client id, a topic or a filter.

  --token TOKEN        other users of this machine can see it in the list of processes: better POSTERN_TOKEN
  --claims JSON|@FILE  of a token that nobody has to sign; what they leave out is that of a user
  --issuer NAME        whose claims they are, where there are several issuers
  -H, --header 'NAME: VALUE'
  -d, --data TEXT|@FILE
  --upstream NAME      of a packet, where several upstreams take MQTT
  --client ID          of the packet's connection, with whose role it has to be allowed
  --will TOPIC         of a connect
  --retain             of a publish, or of a will
  --source-ip IP       where it comes from; default 127.0.0.1
  --at TIME            when, as 2026-01-15T12:00:00Z; default now
  -c, --config FILE    ask a configuration, without a running Postern: signatures of tokens are not checked then
${ASK_HELP}
  --json               all that is known, as JSON`;

const TEXT = { type: "string" } as const;

/** `postern explain`. */
export const explain = command(
  {
    name: "explain",
    help: HELP,
    options: {
      token: TEXT,
      claims: TEXT,
      issuer: TEXT,
      header: { type: "string", short: "H", multiple: true },
      data: { type: "string", short: "d" },
      upstream: TEXT,
      client: TEXT,
      will: TEXT,
      retain: { type: "boolean" },
      "source-ip": TEXT,
      at: TEXT,
      config: { type: "string", short: "c" },
      ...ASK_OPTIONS,
      json: { type: "boolean" },
    },
    words: 4,
    completes: { ...ASK_COMPLETES, words: "users", config: "files", claims: "files", data: "files" },
  },
  async (parsed, env) => {
    if (textOf(parsed, "config") !== undefined && textOf(parsed, "url") !== undefined)
      throw misuse("--config asks a file and --url a running Postern: one of them");
    const { question, about } = await readQuestion(parsed, env);
    const told = await answerTo(question, parsed, env);
    if (told === undefined) return EXIT.config;
    if (parsed.values["json"] === true) print(JSON.stringify(told, plainJson, 2).split("\n"));
    else print(wordsFor(told, about), paintExplained);
    return told.verdict === "permit" ? EXIT.ok : EXIT.failure;
  },
);

/** A token that stands in what is asked about is not printed: what a terminal shows is copied and kept. */
function print(lines: readonly string[], paint?: Paint): void {
  terminal.lines(lines.map(withoutTokens), paint);
}

/** Undefined where the configuration is not one to ask. */
async function answerTo(
  question: AskedQuestion,
  parsed: Parsed,
  env: Environment,
): Promise<Explained | undefined> {
  const config = textOf(parsed, "config");
  const body = JSON.stringify(question);
  if (config === undefined) return askOperator(body, operatorOf(parsed, env));
  const loaded = readConfigFile(config, env);
  if (loaded === undefined) return undefined;
  if ("token" in question) terminal.err("The signature of the token was not checked: no keys are at hand.");
  const { createRehearsal } = await import("../sidecar/rehearsal.ts");
  return createRehearsal(loaded.config, { now: Date.now })(understood(body));
}

/** As the operator's listener reads it, so that both understand the same. */
function understood(body: string): Asked {
  try {
    return readAsked(Buffer.from(body));
  } catch (error) {
    throw error instanceof Refusal ? misuse(error.detail ?? error.message) : error;
  }
}

async function askOperator(body: string, operator: Operator): Promise<Explained> {
  const { status, json } = await operator.call("/explain", body);
  if (status === 200 && typeof json?.["verdict"] === "string") return json as unknown as Explained;
  throw whyRefused(operator.name, status, json, "Postern does not answer the question");
}
