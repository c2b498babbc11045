import type { Environment } from "../config/load.ts";
import { type Parsed, seeHelp, textOf, textsOf } from "./command.ts";
import { misuse } from "./complaint.ts";
import { type MqttWords, readMqttWords } from "./mqtt-words.ts";
import { readBytesWord, readHeaderWord, readRequestWords } from "./request-words.ts";
import { type AskedBy, supposedCaller } from "./supposed-caller.ts";

type Lines = readonly (readonly [name: string, value: string])[];

/** A question as `POST /explain` takes it. */
export type AskedQuestion = AskedBy & {
  readonly sourceIp: string | undefined;
  readonly at: string | undefined;
} & (
    | {
        readonly request: {
          readonly method: string;
          readonly target: string;
          readonly headers: Lines;
          readonly bodyBase64?: string;
        };
      }
    | { readonly mqtt: Readonly<Record<string, string | boolean | Lines | undefined>> }
  );

/** What is asked. */
export interface ReadQuestion {
  readonly question: AskedQuestion;
  /** What it is about, in a few words. */
  readonly about: string;
}

/** Reads a question from the command line. Whoever names no caller there is one of the environment. */
export async function readQuestion(parsed: Parsed, env: Environment): Promise<ReadQuestion> {
  const headers = textsOf(parsed, "header").map(readHeaderWord);
  const words = readMqttWords(parsed.words);
  const { user, ...what } =
    words === undefined ? requestOf(parsed, headers) : packetOf(parsed, words, headers);
  const headerNames = headers.map(([name]) => name.toLowerCase());
  const by = await supposedCaller(parsed, env, { user, headerNames });
  const { about, ...asked } = what;
  const from = { sourceIp: textOf(parsed, "source-ip"), at: textOf(parsed, "at") };
  return { about, question: { ...by, ...asked, ...from } };
}

const OF_PACKETS = ["upstream", "client", "will", "retain"];

function requestOf(parsed: Parsed, given: Lines) {
  const odd = OF_PACKETS.find((name) => parsed.values[name] !== undefined);
  if (odd !== undefined) throw misuse(`--${odd} is of MQTT packets; ${seeHelp("explain")}`);
  const isWebSocket = parsed.words.some((word) => WEB_SOCKET.test(word));
  const words = parsed.words.map((word) => word.replace(WEB_SOCKET, "$1http"));
  const { user, method, target, host } = readRequestWords(words, "explain");
  const own = [...(host === undefined ? [] : [["host", host] as const]), ...(isWebSocket ? HANDSHAKE : [])];
  const names = given.map(([name]) => name.toLowerCase());
  const headers = [...given, ...own.filter(([name]) => !names.includes(name))];
  const data = textOf(parsed, "data");
  const body = data === undefined ? {} : { bodyBase64: readBytesWord(data).toString("base64") };
  return { user, about: `${method} ${target}`, request: { method, target, headers, ...body } };
}

const WEB_SOCKET = /(^|\s)ws(?=s?:\/\/)/i;

/** What every client of WebSocket sends (RFC 6455 section 4.1). Any key is as good as another. */
const HANDSHAKE: Lines = [
  ["connection", "Upgrade"],
  ["upgrade", "websocket"],
  ["sec-websocket-version", "13"],
  ["sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="],
];

function packetOf(parsed: Parsed, { user, packet, name }: MqttWords, headers: Lines) {
  if (textOf(parsed, "data") !== undefined)
    throw misuse("no rule looks at what is in a message: leave --data out");
  const mqtt = {
    [packet]: name,
    will: textOf(parsed, "will"),
    ...(parsed.values["retain"] === true && { retain: true }),
    clientId: textOf(parsed, "client"),
    upstream: textOf(parsed, "upstream"),
    headers,
  };
  return { user, about: `MQTT ${packet} ${name}`, mqtt };
}
