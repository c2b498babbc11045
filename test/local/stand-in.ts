import { readFileSync } from "node:fs";
import * as ddb from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { startLocalAws } from "../../src/local/aws.ts";
import type { LocalAws, LocalAwsOptions } from "../../src/local/aws.ts";
import { readWorld } from "../../src/local/parse-world.ts";

/** The world of `postern dev`. */
export const WORLD = readWorld(
  readFileSync(new URL("../../config/local-world.yaml", import.meta.url), "utf8"),
);

/** A stand-in AWS on a free port. */
export function startStandIn(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  return startLocalAws({ world: WORLD, address: { host: "127.0.0.1", port: 0 }, ...options });
}

/** How the SDK's clients reach it as an administrator, each call once. */
export function asAdmin(aws: LocalAws): S3ClientConfig & ddb.DynamoDBClientConfig {
  const credentials = aws.sessions.issue({
    roleArn: "arn:aws:iam::123456789012:role/admin",
    sessionName: "test",
    expiresAtMs: Date.now() + 3_600_000,
  });
  return { region: "us-east-1", endpoint: aws.url, maxAttempts: 1, credentials };
}

/** The SDK's client straight at the stand-in. */
export function s3Of(aws: LocalAws, more: S3ClientConfig = {}): S3Client {
  return new S3Client({ ...asAdmin(aws), ...more });
}

/** The SDK's client straight at the stand-in. */
export function dynamoDbOf(aws: LocalAws): ddb.DynamoDBClient {
  return new ddb.DynamoDBClient(asAdmin(aws));
}
