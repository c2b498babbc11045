import { AwsV4Signer } from "aws4fetch";
import { encodePercent } from "../domain/percent.ts";
import { formatAmzDate, type SigningCredentials } from "./signing-key.ts";

/** Which connection is to be opened. */
export interface MqttUrlRequest {
  /** AWS's host, without a port: that is what is signed. */
  readonly host: string;
  readonly region: string;
  readonly credentials: SigningCredentials;
  /** Epoch milliseconds; the clock of the service that will verify, as well as it is known. */
  readonly nowMs: number;
}

/**
 * Path and query by which AWS IoT Core opens MQTT over WebSocket: `/mqtt?X-Amz-Algorithm=…`. The session token follows the signature,
 * unsigned. AWS takes it for some minutes only.
 */
export async function mqttTarget({ host, region, credentials, nowMs }: MqttUrlRequest): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  // A signer each: the keys that it derives are kept in it, and would be kept for every caller.
  const signer = new AwsV4Signer({
    url: `https://${host}/mqtt`,
    service: "iotdevicegateway",
    region,
    accessKeyId,
    secretAccessKey,
    datetime: formatAmzDate(nowMs),
    signQuery: true,
  });
  const token = sessionToken ? `&X-Amz-Security-Token=${encodePercent(sessionToken)}` : "";
  return `/mqtt?${signer.encodedSearch}&X-Amz-Signature=${await signer.signature()}${token}`;
}
