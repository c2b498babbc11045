import type { SigningCredentials } from "./signing-key.ts";

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
export function mqttTarget(request: MqttUrlRequest): Promise<string> {
  return Promise.reject(new Error(request.host));
}
