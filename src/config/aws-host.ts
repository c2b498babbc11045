import { DNS_SUFFIXES } from "../aws/endpoint.ts";
import { getOrAdd } from "../domain/get-or-add.ts";
import { readS3Host } from "./s3-host.ts";
import { noUse, OF_ANOTHER, type Place, REGION } from "./standing.ts";

/** A host of AWS, read. */
export interface AwsHost extends Place {
  /** The partitions that have hosts under its suffix. */
  readonly partitions: readonly string[];
}

/** What is called at a host. */
interface Called {
  /** The signing name. */
  readonly service: string;
  /** Of a Lambda function that is called by its URL; Lambda's own API has the same signing name. */
  readonly function?: object | undefined;
}

/**
 * Reads a host of AWS as what it is to a service.
 *
 * @param host in lower case
 * @returns undefined for a host that is not AWS's
 */
export function readAwsHost(called: Called, host: string): AwsHost | undefined {
  const url = splitBy(FUNCTION_URLS, host);
  const { rest, partitions } = url ?? splitBy(ENDPOINTS, host) ?? {};
  if (rest === undefined || partitions === undefined) return undefined;
  return { ...readRest(called, rest, url !== undefined), partitions };
}

const IS_URL = "this host is the URL of a Lambda function: write which, as function: { name: NAME }";

function readRest({ service, function: its }: Called, rest: string, isUrl: boolean): Place {
  if (its !== undefined) return isUrl ? readFunctionHost(rest) : noUse(OF_ANOTHER);
  if (isUrl) return noUse(service === "lambda" ? IS_URL : OF_ANOTHER);
  return (READERS.get(service) ?? readOther)(rest);
}

const READERS: ReadonlyMap<string, (rest: string) => Place> = new Map([
  ["s3", readS3Host],
  ["dynamodb", readDynamodbHost],
  ["execute-api", readApiHost],
  ["iotdevicegateway", readIotHost],
]);

/** Suffix → the partitions that have hosts under it. None of them ends in another. */
type Suffixes = ReadonlyMap<string, readonly string[]>;

const ENDPOINTS = bySuffix("usual", "dualStack");
const FUNCTION_URLS = bySuffix("functionUrl");

function bySuffix(...kinds: readonly (keyof (typeof DNS_SUFFIXES)[string])[]): Suffixes {
  const found = new Map<string, string[]>();
  for (const [partition, suffixes] of Object.entries(DNS_SUFFIXES))
    for (const kind of kinds) getOrAdd(found, suffixes[kind], (): string[] => []).push(partition);
  return found;
}

function splitBy(suffixes: Suffixes, host: string) {
  for (const [suffix, partitions] of suffixes)
    if (host.endsWith(`.${suffix}`)) return { rest: host.slice(0, -suffix.length - 1), partitions };
  return undefined;
}

/** The regional endpoint, that of streams, that of an account, or a VPC endpoint. */
const DYNAMODB_HOST = new RegExp(
  String.raw`^(?:(?<account>\d{12})\.ddb(?:-fips)?|(?:streams[.-])?dynamodb(?:-fips)?|` +
    String.raw`(?<vpce>vpce-[a-z0-9-]+)\.(?:streams\.)?dynamodb(?:-fips|-streams)?)` +
    String.raw`\.(?<region>${REGION})(?<inside>\.vpce)?$`,
);

function readDynamodbHost(rest: string): Place {
  const { account, vpce, region, inside } = DYNAMODB_HOST.exec(rest)?.groups ?? {};
  if (region === undefined || (vpce === undefined) !== (inside === undefined)) return noUse(OF_ANOTHER);
  return { standing: { kind: "tables", account }, region };
}

/** An API's own host, alone or with the VPC endpoint that leads to it, or that of a VPC endpoint (API Gateway, private APIs). */
const API_HOST = new RegExp(
  String.raw`^(?:(?<id>[a-z0-9]+)(?:-vpce-[a-z0-9]+)?|(?<vpce>vpce-[a-z0-9-]+))` +
    String.raw`\.execute-api(?:-fips)?\.(?<region>${REGION})(?<inside>\.vpce)?$`,
);

function readApiHost(rest: string): Place {
  const { id, vpce, region, inside } = API_HOST.exec(rest)?.groups ?? {};
  if (region === undefined || (vpce === undefined) !== (inside === undefined)) return noUse(OF_ANOTHER);
  return { standing: { kind: "api", id }, region };
}

/** That of an account, one that is for every account, or a VPC endpoint (IoT developer guide, device endpoints, FIPS, VPC endpoints). */
const IOT_HOST = new RegExp(
  String.raw`^(?:(?!vpce-)[a-z0-9-]+\.iot|data\.iot-fips|(?<vpce>vpce-[a-z0-9-]+)\.data\.iot)` +
    String.raw`\.(?<region>${REGION})(?<inside>\.vpce)?$`,
);

function readIotHost(rest: string): Place {
  const { vpce, region, inside } = IOT_HOST.exec(rest)?.groups ?? {};
  if (region === undefined || (vpce === undefined) !== (inside === undefined)) return noUse(OF_ANOTHER);
  return { standing: { kind: "service" }, region };
}

const FUNCTION_HOST = new RegExp(String.raw`^(?<urlId>[a-z0-9]+)\.lambda-url\.(?<region>${REGION})$`);

function readFunctionHost(rest: string): Place {
  const { urlId, region } = FUNCTION_HOST.exec(rest)?.groups ?? {};
  return urlId === undefined ? noUse(OF_ANOTHER) : { standing: { kind: "function", urlId }, region };
}

const REGION_LABEL = new RegExp(`^${REGION}$`);

/** Of other services only the region can be told: what their hosts begin with is often not their signing name. */
function readOther(rest: string): Place {
  if (API_HOST.test(rest)) return noUse(OF_ANOTHER);
  const region = rest.split(".").find((label) => REGION_LABEL.test(label));
  return { standing: { kind: "service" }, region };
}
