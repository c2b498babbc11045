import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { type SdkOptions, type Stack, startStack, type StackOptions } from "./stack.ts";
import { throwAwayTls } from "./throw-away-tls.ts";

/** How clients dial Postern: what they sign and frame depends on it. */
export const SCHEMES = ["http", "https"] as const;

/** Where buckets stand before the host. The throw-away certificate is good for them. */
const S3_HOST = "s3.localhost";

/** A stack that is dialled by one scheme, with what clients need to dial it. */
export interface ClientStack extends Stack {
  readonly scheme: (typeof SCHEMES)[number];
  /** By address: clients put the bucket into the path. */
  readonly endpoint: string;
  /** By name: clients may put the bucket before it. */
  readonly hostEndpoint: string;
  /** The authority to trust; undefined without TLS. */
  readonly caFile: string | undefined;
  /** Dials by the scheme, trusting the authority. */
  readonly agent: HttpAgent | HttpsAgent;
  /** As {@link Stack.sdkOf}, trusting the authority, and looking no name up. */
  readonly clientOf: (user: string) => Promise<ClientOptions>;
}

type SdkLogger = NonNullable<S3ClientConfig["logger"]>;

const SILENT: SdkLogger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Options of an AWS SDK client in JavaScript, with the way it dials. */
export interface ClientOptions extends SdkOptions {
  /** Without it the SDK says on the console what a test expects. */
  readonly logger: SdkLogger;
  readonly requestHandler: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
}

/** Starts a stack whose data listener speaks the scheme. */
export async function startClientStack(
  scheme: ClientStack["scheme"],
  options: StackOptions = {},
): Promise<ClientStack> {
  const tls = scheme === "https" ? throwAwayTls() : undefined;
  const config = (yaml: string): string => {
    const changed = withHostSuffix(options.config?.(yaml) ?? yaml);
    return tls === undefined ? changed : tls.config(changed);
  };
  const stack = await startStack({ ...options, config });
  const requestHandler = agents(tls?.caPem);
  const endpoint = `${scheme}://127.0.0.1:${stack.ports.listen}`;
  return {
    ...stack,
    scheme,
    endpoint,
    hostEndpoint: `${scheme}://${S3_HOST}:${stack.ports.listen}`,
    caFile: tls?.caFile,
    agent: scheme === "http" ? requestHandler.httpAgent : requestHandler.httpsAgent,
    clientOf: async (user) => ({
      ...(await stack.sdkOf(user)),
      endpoint,
      logger: SILENT,
      requestHandler,
    }),
    close: async () => {
      requestHandler.httpAgent.destroy();
      requestHandler.httpsAgent.destroy();
      await stack.close();
      tls?.remove();
    },
  };
}

/** The shipped rules, with buckets before the host. */
function withHostSuffix(yaml: string): string {
  if (yaml.includes("hostSuffix:")) return yaml;
  return yaml.replace("s3: { service: s3 }", `s3: { service: s3, addressing: { hostSuffix: ${S3_HOST} } }`);
}

function agents(ca: string | undefined): ClientOptions["requestHandler"] {
  return {
    httpAgent: new HttpAgent({ keepAlive: true, lookup: toLoopback }),
    httpsAgent: new HttpsAgent({ keepAlive: true, lookup: toLoopback, ...(ca !== undefined && { ca }) }),
  };
}

/** No resolver knows names below `localhost` for certain: every name is loopback here. */
const toLoopback: LookupFunction = (_name, { all }, found) => {
  if (all === true) found(null, [{ address: "127.0.0.1", family: 4 }]);
  else found(null, "127.0.0.1", 4);
};
