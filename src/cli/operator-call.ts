import { once } from "node:events";
import { type IncomingMessage, request as requestByHttp, type RequestOptions } from "node:http";
import { request as requestByHttps } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { endpointProblem } from "../config/address.ts";
import type { Environment } from "../config/load.ts";
import { jsonOf, TIMEOUT_MS } from "./ask.ts";
import { readTokenFile } from "./caller-token.ts";
import { misuse } from "./complaint.ts";
import { whyNoAnswer } from "./operator-trouble.ts";
import { portsOf } from "./ports.ts";

/** Where a running Postern's operator is, and what is shown there; each as the option of its name says. */
export interface OperatorAddress {
  /** A URL, or `unix:` and a path. Default that of this machine. */
  readonly operator: string | undefined;
  /** By which option that is said. */
  readonly option: "--operator" | "--url";
  readonly tokenFile: string | undefined;
  /** Files, as PEM. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** A running Postern's operator. */
export interface Operator {
  /** As people call it. */
  readonly name: string;
  /**
   * Asks once: by POST where there is something to send, else by GET.
   *
   * @throws Complaint where nothing answers in time
   */
  readonly call: (path: string, question?: string, timeoutMs?: number) => Promise<OperatorAnswer>;
  /** Whether something listens there. */
  readonly isThere: () => Promise<boolean>;
}

/** What was answered. */
export interface OperatorAnswer {
  readonly status: number;
  /** Undefined where it is no JSON object: then it is not Postern. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Finds where to ask. @throws Complaint where it is no address, or a file cannot be read */
export function operatorAt(address: OperatorAddress, env: Environment): Operator {
  const name = address.operator ?? `http://127.0.0.1:${portsOf(env).POSTERN_OPERATOR_PORT}`;
  const place = placeOf(name, address.option);
  const { tokenFile } = address;
  const shown = tokenFile === undefined ? {} : { authorization: `Bearer ${readTokenFile(tokenFile).trim()}` };
  const tls = tlsOf(address, place.isSecure);
  const request = place.isSecure ? requestByHttps : requestByHttp;
  return {
    name,
    call: async (path, question, timeoutMs = TIMEOUT_MS) => {
      const sent = request({
        ...place.options,
        ...tls,
        path,
        method: question === undefined ? "GET" : "POST",
        headers: { host: place.host, ...shown, ...(question !== undefined && lines(question)) },
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      });
      try {
        const [answer] = (await once(sent.end(question), "response")) as [IncomingMessage];
        return {
          status: answer.statusCode ?? 0,
          json: jsonOf({ ok: true, text: await text(answer) }),
        };
      } catch (error) {
        throw whyNoAnswer(name, error, timeoutMs);
      }
    },
    isThere: () => canConnect(place.options),
  };
}

function lines(question: string): Readonly<Record<string, string>> {
  return {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(question)),
    "x-postern-admin": "1",
  };
}

interface Place {
  readonly isSecure: boolean;
  readonly host: string;
  readonly options: Pick<RequestOptions, "socketPath" | "hostname" | "port">;
}

function placeOf(name: string, option: string): Place {
  const socketPath = /^unix:(?<path>\/.*)$/.exec(name)?.groups?.["path"];
  if (socketPath !== undefined) return { isSecure: false, host: "localhost", options: { socketPath } };
  // A token goes there: what holds for an upstream's address holds for this one.
  const problem = endpointProblem(name);
  if (problem !== undefined) throw misuse(`${option} ${name}: ${problem}`);
  const { protocol, host, hostname, port } = new URL(name);
  const isSecure = protocol === "https:";
  const options = { hostname: hostname.replace(/^\[|\]$/g, ""), port: port || (isSecure ? "443" : "80") };
  return { isSecure, host, options };
}

function tlsOf({ ca, cert, key }: OperatorAddress, isSecure: boolean): object {
  if ([ca, cert, key].every((file) => file === undefined)) return {};
  if (!isSecure) throw misuse("--ca, --cert and --key are for an operator's https: URL");
  if ((cert === undefined) !== (key === undefined)) throw misuse("--cert and --key go together");
  return { ca: read(ca), cert: read(cert), key: read(key) };
}

function read(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readTokenFile(file);
}

async function canConnect({ socketPath, hostname, port }: Place["options"]): Promise<boolean> {
  const socket =
    typeof socketPath === "string"
      ? connect(socketPath)
      : connect({ host: hostname ?? "127.0.0.1", port: Number(port) });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.on("error", () => {}).destroy();
  }
}
