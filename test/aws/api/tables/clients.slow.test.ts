import { Readable } from "node:stream";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as kinesis from "@aws-sdk/client-kinesis";
import * as lambda from "@aws-sdk/client-lambda";
import * as sfn from "@aws-sdk/client-sfn";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import type { ApiModel } from "../../../../src/aws/api/model.ts";
import { API_MODELS } from "../../../../src/aws/api/models.ts";
import { NOT_TAKEN } from "../../../../src/aws/api/tables/not-taken.ts";
import { parseTemplate, placesOf } from "../../../../src/aws/api/template.ts";
import { entryOf, membersOf, type Schema, valueOf } from "./sdk-schemas.ts";

interface Client {
  readonly send: (command: never) => Promise<unknown>;
}
type ClientClass = new (settings: never) => Client;

type CommandClass = new (input: object) => { readonly schema: Schema };

interface Sdk {
  readonly service: string;
  readonly model: ApiModel;
  readonly client: ClientClass;
  readonly commands: ReadonlyMap<string, CommandClass>;
}

function sdkOf(service: string, module: object, client: unknown): Sdk {
  const commands = Object.entries(module)
    .filter(([name]) => /^[A-Z]\w+Command$/.test(name))
    .map(([name, of]) => [name.slice(0, -"Command".length), of as CommandClass] as const);
  const model = API_MODELS[service];
  if (model === undefined) throw new Error(`${service} has no table`);
  return { service, model, client: client as ClientClass, commands: new Map(commands) };
}

const SDKS: readonly Sdk[] = [
  sdkOf("kinesis", kinesis, kinesis.KinesisClient),
  sdkOf("lambda", lambda, lambda.LambdaClient),
  sdkOf("monitoring", cloudwatch, cloudwatch.CloudWatchClient),
  sdkOf("sns", sns, sns.SNSClient),
  sdkOf("sqs", sqs, sqs.SQSClient),
  sdkOf("states", sfn, sfn.SFNClient),
  sdkOf("sts", sts, sts.STSClient),
];

const inputOf = (of: CommandClass): unknown => new of({}).schema[4];

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly hostname: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Without it some clients choose a host by the account of an ARN. */
const HOST = "aws.example";

/** What a command of a client would put on the wire. */
async function sentBy({ client }: Sdk, of: CommandClass): Promise<Sent> {
  const sent: Sent[] = [];
  const settings = {
    region: "us-east-1",
    endpoint: `https://${HOST}`,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token" },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: Sent) => {
        sent.push(request);
        return { response: { statusCode: 400, headers: {}, body: Readable.from([Buffer.from("{}")]) } };
      },
    },
  };
  const input = valueOf(inputOf(of)) as object;
  await new client(settings as never).send(new of(input) as never).catch(() => undefined);
  const [first] = sent;
  if (first === undefined) throw new Error("nothing was sent");
  return first;
}

const taken = SDKS.flatMap((sdk) =>
  Object.entries(sdk.model.operations).map(([name, operation]) => {
    const of = sdk.commands.get(name);
    if (of === undefined) throw new Error(`${sdk.service} has no command ${name}`);
    return { service: sdk.service, name, operation, of, sdk };
  }),
);

describe.each(SDKS)("every command of the client of $service", ({ service, model, commands }) => {
  it("is either taken or not, and nothing else is", () => {
    const left = [...NOT_TAKEN.keys()].flatMap((one) => {
      const [of, name = ""] = one.split(" ");
      return of === service ? [name] : [];
    });
    expect([...Object.keys(model.operations), ...left].toSorted()).toEqual([...commands.keys()].toSorted());
  });
});

describe("what a client sends", () => {
  it.each(taken)("$name of $service is what its table says", async ({ name, operation, of, sdk }) => {
    const { model } = sdk;
    const { method, path, hostname, headers, query, body = "" } = await sentBy(sdk, of);
    expect(hostname).toBe(`${operation.hostPrefix ?? ""}${HOST}`);
    if (operation.route !== undefined) {
      const [line = "", literals] = operation.route.split("?");
      const pattern = line.replace(/\{\w+\+?\}/g, "[^/]+");
      expect(`${method} ${path}`).toMatch(new RegExp(`^${pattern}$`));
      expect(query).toMatchObject(Object.fromEntries(new URLSearchParams(literals)));
      return;
    }
    expect([`${method} ${path}`, query]).toEqual(["POST /", {}]);
    if (model.protocols[0] === "json") {
      expect(headers["x-amz-target"]).toBe(`${model.target}.${name}`);
      expect(headers["content-type"]).toBe(`application/x-amz-json-${model.jsonVersion}`);
    } else {
      const form = new URLSearchParams(body);
      expect([form.get("Action"), form.get("Version")]).toEqual([name, model.apiVersion]);
    }
  });

  it.each(taken.filter(({ operation }) => operation.route !== undefined))(
    "$name of $service has the route of its table",
    ({ operation, of }) => {
      const { http } = new of({}).schema[3] as { readonly http: readonly [string, string] };
      expect(operation.route).toBe(`${http[0]} ${http[1]}`);
    },
  );

  it.each(taken)("$name of $service has the headers of its table", ({ operation, of }) => {
    const headers = membersOf(inputOf(of)).flatMap(({ header }) => header ?? []);
    expect((operation.headers ?? []).toSorted()).toEqual(headers.toSorted());
  });
});

describe("what the templates of resources name", () => {
  it.each(taken)("are members of the input of $name of $service", ({ operation, of }) => {
    const places = (operation.resources ?? []).flatMap((text) => placesOf(parseTemplate(text)));
    for (const { inQuery, steps } of places) {
      let structure = inputOf(of);
      for (const [i, { member, each }] of steps.entries()) {
        const found = membersOf(structure).find(({ name, query }) =>
          inQuery ? query === member : name === member,
        );
        expect(found?.name, `${i} ${member}`).toBeDefined();
        expect(found?.query !== undefined, `${member} in the query`).toBe(inQuery);
        structure = entryOf(found?.schema, each);
        expect(structure, member).toBeDefined();
      }
    }
  });
});
