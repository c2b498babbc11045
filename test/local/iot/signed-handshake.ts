import { createHash, createHmac } from "node:crypto";

/** What a handshake is signed with. */
export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a test may want otherwise. */
export interface HandshakeOptions {
  /** What is signed. */
  readonly host?: string;
  readonly region?: string;
  readonly service?: string;
  readonly path?: string;
  readonly atMs?: number;
  /** Whether the session token is signed too, as other services want it. */
  readonly signsToken?: boolean;
  /** Parameters that are signed besides. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Host that clients of AWS IoT dial. */
export const IOT_HOST = "abcdefghijklmn-ats.iot.us-east-1.amazonaws.com";

const DEFAULTS: Omit<Required<HandshakeOptions>, "atMs"> = {
  host: IOT_HOST,
  region: "us-east-1",
  service: "iotdevicegateway",
  path: "/mqtt",
  signsToken: false,
  more: {},
};

/**
 * Path and query by which a client of AWS IoT opens MQTT over WebSocket, written as the Developer Guide's example does it:
 * nothing of the stand-in's verifier or of Postern's signer is in it.
 */
export function signedHandshake(signer: Signer, options: HandshakeOptions = {}): string {
  const { host, region, service, path, atMs, signsToken, more } = { ...DEFAULTS, ...options };
  const time = new Date(atMs ?? Date.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const { sessionToken = "" } = signer;
  const token = sessionToken === "" ? "" : `X-Amz-Security-Token=${encodeURIComponent(sessionToken)}`;
  const query = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${encodeURIComponent(`${signer.accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${time}`,
    "X-Amz-SignedHeaders=host",
    ...Object.entries(more).map(([name, value]) => `${name}=${encodeURIComponent(value)}`),
    ...(signsToken ? [token] : []),
  ]
    .toSorted()
    .join("&");
  const canonical = ["GET", path, query, `host:${host}`, "", "host", sha256("")].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  let key: Buffer = Buffer.from(`AWS4${signer.secretAccessKey}`);
  for (const part of scope.split("/")) key = hmac(key, part);
  const signature = hmac(key, toSign).toString("hex");
  const behind = token === "" || signsToken ? "" : `&${token}`;
  return `${path}?${query}&X-Amz-Signature=${signature}${behind}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
