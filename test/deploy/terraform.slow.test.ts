import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Blocks, MODULE, NO_TERRAFORM, readFolder, terraform } from "../support/terraform.ts";

/** The arguments of a resource or a block of the provider's, as its schema has them. */
interface Shape {
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  /** What can be read and not written. */
  readonly computed?: readonly string[];
  readonly blocks?: Readonly<Record<string, Shape>>;
}

/** Of hashicorp/aws 6.25.0, of the types that the module uses. */
const PROVIDER = JSON.parse(
  readFileSync(join(import.meta.dirname, "../support/terraform/provider.json"), "utf8"),
) as Readonly<Record<"resource" | "data", Readonly<Record<string, Shape>>>>;

let files: ReadonlyMap<string, Blocks>;

beforeAll(async () => {
  files = await readFolder(MODULE);
});

type Settings = Readonly<Record<string, unknown>>;

/** Every resource or data source of a type, by `type.name`. */
function blocksOf(kind: "resource" | "data"): ReadonlyMap<string, Settings> {
  const found = new Map<string, Settings>();
  for (const blocks of files.values()) {
    for (const [type, named] of Object.entries(blocks[kind] ?? {})) {
      for (const [name, settings] of Object.entries(named as Readonly<Record<string, readonly Settings[]>>))
        found.set(`${type}.${name}`, settings[0] ?? {});
    }
  }
  return found;
}

const ofType = (type: string): readonly (readonly [string, Settings])[] =>
  [...blocksOf("resource")].filter(([name]) => name.startsWith(`${type}.`));

/** Every variable or output, by name. */
function declared(kind: "variable" | "output"): ReadonlyMap<string, Settings> {
  const all = [...files.values()].flatMap((blocks) => Object.entries(blocks[kind] ?? {}));
  return new Map(all.map(([name, settings]) => [name, (settings as readonly Settings[])[0] ?? {}]));
}

function localNames(): ReadonlySet<string> {
  const locals = [...files.values()].flatMap(
    (blocks) => (blocks["locals"] ?? []) as unknown as readonly Settings[],
  );
  return new Set(locals.flatMap((one) => Object.keys(one)));
}

describe("the Terraform module", () => {
  it("configures no provider, which its user does", () => {
    expect([...files.values()].filter((blocks) => blocks["provider"] !== undefined)).toEqual([]);
  });

  it("says of each variable and output what it means, and of each variable its type", () => {
    for (const [name, { description, type }] of declared("variable")) {
      expect(description, name).toMatch(/^[A-Z].*\.$/s);
      expect(type, name).toBeDefined();
    }
    for (const [name, { description }] of declared("output")) expect(description, name).toMatch(/^[A-Z]/);
  });

  it("refers to nothing that is not there", () => {
    const known = new Set([
      ...[...declared("variable").keys()].map((name) => `var.${name}`),
      ...[...localNames()].map((name) => `local.${name}`),
      ...blocksOf("resource").keys(),
      ...[...blocksOf("data").keys()].map((name) => `data.${name}`),
    ]);
    const references = [...files].flatMap(([file, blocks]) =>
      referencesIn(blocks).map((name) => `${file}: ${name}`),
    );
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((one) => !known.has(one.split(": ")[1] ?? ""))).toEqual([]);
  });

  it.for(["resource", "data"] as const)("writes every %s as the provider's schema has it", (kind) => {
    const all = [...blocksOf(kind)];
    expect(all.length).toBeGreaterThan(3);
    const said = all.flatMap(([name, settings]) =>
      misfits(settings, PROVIDER[kind][name.split(".")[0] ?? ""]).map((misfit) => `${name}: ${misfit}`),
    );
    expect(said).toEqual([]);
  });

  it("reads no attribute that the provider does not give", () => {
    const text = JSON.stringify([...files]).replaceAll('\\"', '"');
    const read = [...text.matchAll(/\b(?<data>data\.)?(?<type>aws_\w+)\.\w+(?:\[[^\]]*\])?\.(?<name>\w+)/g)];
    expect(read.length).toBeGreaterThan(20);
    for (const { groups = {} } of read) {
      const {
        required = [],
        optional = [],
        computed = [],
      } = PROVIDER[groups["data"] === undefined ? "resource" : "data"][groups["type"] ?? ""] ?? {};
      expect([...required, ...optional, ...computed], groups["type"]).toContain(groups["name"]);
    }
  });

  it("declares nothing that nothing refers to", () => {
    const used = new Set([...files.values()].flatMap(referencesIn));
    const names = [...localNames()].map((name) => `local.${name}`);
    const variables = [...declared("variable").keys()].map((name) => `var.${name}`);
    expect([...names, ...variables].filter((name) => !used.has(name))).toEqual([]);
  });

  it("gives every role a permissions boundary, and every boundary the perimeter", () => {
    const boundaries = ofType("aws_iam_role").map(([, { permissions_boundary: boundary }]) =>
      String(boundary),
    );
    expect(boundaries).toHaveLength(2);
    for (const boundary of boundaries) {
      const [type = "", name = ""] = boundary.replaceAll(/^\$\{|\}$/g, "").split(/[.[]/);
      const { policy } = blocksOf("resource").get(`${type}.${name}`) ?? {};
      expect(policy).toBe(`\${jsonencode(local.${name})}`);
      expect(localOf(name)).toMatch(
        /Statement = concat\(local\.perimeter, |"Statement":"\$\{concat\(local\.perimeter,/,
      );
    }
  });

  it("has no classic flow, asks for revocation, and denies where roles are ambiguous", () => {
    const [pool] = ofType("aws_cognito_identity_pool");
    expect(pool?.[1]).toMatchObject({
      allow_classic_flow: false,
      allow_unauthenticated_identities: "${local.has_guests}",
      cognito_identity_providers: [{ server_side_token_check: true }],
    });
    const [attachment] = ofType("aws_cognito_identity_pool_roles_attachment");
    expect(attachment?.[1]).toMatchObject({
      role_mapping: [{ type: "Token", ambiguous_role_resolution: "Deny" }],
    });
  });

  it("lets no app client write a custom attribute, and lets each revoke tokens", () => {
    const clients = ofType("aws_cognito_user_pool_client");
    expect(clients.map(([name]) => name).toSorted()).toEqual([
      "aws_cognito_user_pool_client.machine",
      "aws_cognito_user_pool_client.people",
    ]);
    for (const [, client] of clients) {
      expect(client).toMatchObject({
        enable_token_revocation: true,
        prevent_user_existence_errors: "ENABLED",
      });
      expect(client["write_attributes"]).toEqual(expect.arrayContaining(["email"]));
      expect(JSON.stringify(client["write_attributes"])).not.toMatch(/custom|var\./);
    }
  });

  it("writes a principal of everybody in the policy of VPC endpoints alone", () => {
    const wildcards = [...files].filter(([, blocks]) =>
      /(?:Principal|AWS|Federated|Service)\\?"? *[:=] *\\?"\*/.test(JSON.stringify(blocks)),
    );
    expect(wildcards.map(([file]) => file)).toEqual(["perimeter.tf"]);
  });

  it.for(["", ...readdirSync(join(MODULE, "examples")).map((name) => `examples/${name}`)])(
    "is formatted: %s",
    (folder, { skip }) => {
      skip(NO_TERRAFORM !== undefined, NO_TERRAFORM);
      expect(terraform(join(MODULE, folder), "fmt", "-check").out).toBe("");
    },
  );
});

/** A local value as JSON. */
function localOf(name: string): string {
  const locals = [...files.values()].flatMap(
    (blocks) => (blocks["locals"] ?? []) as unknown as readonly Settings[],
  );
  return JSON.stringify(locals.find((one) => name in one)?.[name]).replaceAll('\\"', '"');
}

/** What the expressions of a file refer to: `var.x`, `local.x`, `aws_type.x`, `data.aws_type.x`. */
function referencesIn(tree: unknown): readonly string[] {
  if (typeof tree === "string") {
    return [...tree.matchAll(/(?<![\w.-])(?:var|local|(?:data\.)?aws_\w+)\.\w+/g)].map(([found]) => found);
  }
  if (typeof tree !== "object" || tree === null) return [];
  return Object.values(tree).flatMap(referencesIn);
}

/** What Terraform itself takes in every block. */
const META = new Set(["count", "for_each", "lifecycle", "dynamic"]);

/** What a block has that the provider does not know, or has not that it asks for. */
function misfits(settings: Settings, shape: Shape = {}): readonly string[] {
  const { required = [], optional = [], blocks = {} } = shape;
  const dynamic = Object.entries(
    (settings["dynamic"] ?? {}) as Readonly<Record<string, readonly Settings[]>>,
  );
  const nested = dynamic.flatMap(([name, all]) => all.map(({ content }) => [name, content] as const));
  const own = Object.entries(settings).filter(([name]) => !META.has(name));
  const inner = [...own.filter(([name]) => name in blocks), ...nested].flatMap(([name, content]) =>
    (content as readonly Settings[]).flatMap((one) =>
      misfits(one, blocks[name]).map((misfit) => `${name}: ${misfit}`),
    ),
  );
  const known = new Set([...required, ...optional, ...Object.keys(blocks)]);
  return [
    ...[...own, ...nested].flatMap(([name]) => (known.has(name) ? [] : [`there is no ${name}`])),
    ...required.flatMap((name) => (name in settings ? [] : [`${name} is missing`])),
    ...inner,
  ];
}
