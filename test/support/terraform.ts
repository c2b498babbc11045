import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "@cdktf/hcl2json";

/** The module. */
export const MODULE = join(import.meta.dirname, "../../deploy/terraform");
const STAND_IN = join(import.meta.dirname, "terraform/here.tf");

const PROGRAM = "terraform";
/** No file of the user's, and no question to the network whether there is a newer Terraform. */
const ENV = {
  ...process.env,
  TF_CLI_CONFIG_FILE: "/dev/null",
  CHECKPOINT_DISABLE: "1",
  TF_IN_AUTOMATION: "1",
};

/** Why tests that run Terraform are skipped; undefined where it is installed. */
export const NO_TERRAFORM =
  terraform(MODULE, "version").code === 0
    ? undefined
    : "terraform is not installed, so its files are read and not evaluated here";

/** What a run of Terraform came to. */
export interface TerraformRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs Terraform in a folder. */
export function terraform(folder: string, ...args: readonly string[]): TerraformRun {
  const { status, stdout, stderr } = spawnSync(PROGRAM, args, {
    cwd: folder,
    env: ENV,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { code: status, out: stdout ?? "", err: stderr ?? "" };
}

/** Blocks of a file as JSON: type → name → settings; expressions stay text. */
export type Blocks = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Every file of a folder of Terraform's, as JSON, by name. */
export async function readFolder(folder: string): Promise<ReadonlyMap<string, Blocks>> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".tf"));
  const files = names.map(async (name) => {
    const blocks = await parse(name, readFileSync(join(folder, name), "utf8"));
    return [name, blocks as Blocks] as const;
  });
  return new Map(await Promise.all(files));
}

/** What the module is given by an example. */
export async function variablesOf(example: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(MODULE, "examples", example, "main.tf");
  const { module } = (await parse(file, readFileSync(file, "utf8"))) as {
    readonly module: { readonly postern: readonly [Readonly<Record<string, unknown>>] };
  };
  const { source: _source, ...variables } = module.postern[0];
  return variables;
}

/** What the module writes. */
export interface Written {
  /** By the end of a role's name. */
  readonly trust: Readonly<Record<string, unknown>>;
  readonly policies: Readonly<Record<string, unknown>>;
  readonly callers_boundary: unknown;
  readonly workload_trust: unknown;
  readonly workload_policy: unknown;
  readonly workload_boundary: unknown;
  readonly iot_policy: unknown;
  readonly posternYaml: string;
  readonly endpointPolicy: unknown;
}

/** A module that Terraform evaluates without a provider. */
export interface Evaluated {
  /**
   * Gives the module variables, and reads what it writes for them.
   *
   * @throws Error with what Terraform says, where it takes them not
   */
  readonly evaluate: (variables: Readonly<Record<string, unknown>>) => Written;
  readonly close: () => void;
}

/**
 * Copies those files of the module that make nothing at AWS and ask it nothing, with a stand-in for the one that says what
 * AWS said.
 */
export async function openModule(): Promise<Evaluated> {
  const folder = mkdtempSync(join(tmpdir(), "postern-terraform-"));
  for (const [name, blocks] of await readFolder(MODULE)) {
    const isPure = ["resource", "data", "terraform"].every((kind) => blocks[kind] === undefined);
    if (isPure) copyFileSync(join(MODULE, name), join(folder, name));
  }
  copyFileSync(join(MODULE, "postern.yaml.tftpl"), join(folder, "postern.yaml.tftpl"));
  copyFileSync(STAND_IN, join(folder, "here.tf"));
  return {
    evaluate: (variables) => {
      writeFileSync(join(folder, "terraform.tfvars.json"), JSON.stringify(variables));
      const { code, err } = terraform(folder, "apply", "-auto-approve", "-no-color", "-compact-warnings");
      // Terraform breaks its lines, and draws a frame around them.
      if (code !== 0) throw new Error(err.replaceAll(/[\s│╷╵]+/g, " "));
      return readOutputs(terraform(folder, "output", "-json").out);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

function readOutputs(text: string): Written {
  const outputs = JSON.parse(text) as Readonly<Record<string, { readonly value: string } | undefined>>;
  const valueOf = (name: string): string => outputs[name]?.value ?? "";
  return {
    ...(JSON.parse(valueOf("written")) as Written),
    posternYaml: valueOf("postern_yaml"),
    endpointPolicy: JSON.parse(valueOf("vpc_endpoint_policy")),
  };
}
