import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { API_MODELS } from "../../../../src/aws/api/models.ts";
import { NOT_TAKEN } from "../../../../src/aws/api/tables/not-taken.ts";
import { findBoto3 } from "../../../support/found-clients.ts";

/** The folders of botocore's models, by signing name, where they are named otherwise. */
const FOLDERS: Readonly<Record<string, string>> = {
  bedrock: "bedrock-runtime",
  iotdata: "iot-data",
  monitoring: "cloudwatch",
  ses: "sesv2",
  states: "stepfunctions",
};

/** Routes that the service still had when an older client was made. */
const ELDER = new Set([
  "ses ListContacts",
  "ses ListImportJobs",
  "ses PutEmailIdentityDkimSigningAttributes",
]);

interface Model {
  readonly metadata: { readonly targetPrefix?: string; readonly jsonVersion?: string };
  readonly operations: Readonly<
    Record<string, { readonly http: { readonly method: string; readonly requestUri: string } }>
  >;
}

/** A service's newest model as botocore has it; undefined where it is too old to know the service. */
function modelOf(data: string, folder: string): Model | undefined {
  const path = join(data, folder);
  const newest = existsSync(path) ? readdirSync(path).toSorted().at(-1) : undefined;
  if (newest === undefined) return undefined;
  const file = join(path, newest, "service-2.json");
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString()) as Model;
}

/** Without the labels' names, and a slash at the end, which no service minds. */
const formOf = (route: string) => route.replace(/\{\w+\+?\}/g, "{}").replace(/\/(?=$|\?)/, "");

const clients = findBoto3();

if (clients.length === 0) it.skip("botocore is not here: its models are compared with no table", () => {});

describe.each(clients)("the models of $version", ({ path }) => {
  const ask = ["-c", "import botocore; print(botocore.__path__[0])"];
  const data = join(spawnSync(path, ask, { encoding: "utf8" }).stdout.trim(), "data");
  const known = Object.entries(API_MODELS).flatMap(([service, table]) => {
    const model = modelOf(data, FOLDERS[service] ?? service);
    return model === undefined ? [] : [{ service, table, model }];
  });

  it("are there", () => {
    expect(known.length).toBeGreaterThan(15);
  });

  it.each(known)(
    "have no operation of $service that its table does not tell",
    ({ service, table, model }) => {
      const untold = Object.keys(model.operations).filter(
        (name) => !Object.hasOwn(table.operations, name) && !NOT_TAKEN.has(`${service} ${name}`),
      );
      expect(untold).toEqual([]);
    },
  );

  it.each(known)("speak to $service as its table says", ({ service, table, model }) => {
    const { targetPrefix = table.target, jsonVersion = table.jsonVersion } = model.metadata;
    expect(targetPrefix).toBe(table.target);
    if (table.target !== undefined) expect(jsonVersion).toBe(table.jsonVersion);
    for (const [name, { http }] of Object.entries(model.operations)) {
      const route = table.operations[name]?.route;
      if (route === undefined || ELDER.has(`${service} ${name}`)) continue;
      expect(formOf(`${http.method} ${http.requestUri}`), name).toBe(formOf(route));
    }
  });
});
