import { Readable } from "node:stream";
import type { RefusalAnswer } from "../../src/aws/service.ts";

/** Settings of an SDK's client whose every request is answered with one refusal. */
export function refusedClient({ status, headers, body }: RefusalAnswer) {
  const response = { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const requestHandler = { handle: () => Promise.resolve({ response }) } as never;
  return { region: "us-east-1", endpoint: "http://127.0.0.1:1", credentials, requestHandler, maxAttempts: 1 };
}
