import { textOf } from "./files.ts";

/** A line of a Dockerfile: its instruction in capitals, and what stands behind it. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** From one `FROM` to the next. */
export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly steps: readonly Instruction[];
}

/** The repository's Dockerfile, stage by stage. */
export function readDockerfile(): readonly Stage[] {
  const stages: { name: string; from: string; steps: Instruction[] }[] = [];
  for (const { name, rest } of instructions()) {
    const [from = "", , as = ""] = rest.split(" ");
    if (name === "FROM") stages.push({ from, name: as, steps: [] });
    else stages.at(-1)?.steps.push({ name, rest });
  }
  return stages;
}

/** Every instruction, the arguments before the first `FROM` among them. */
export function instructions(): readonly Instruction[] {
  return textOf("Dockerfile")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ name: line.slice(0, line.indexOf(" ")), rest: line.slice(line.indexOf(" ") + 1) }));
}

/** What stands behind each instruction of this name. */
export const all = (stage: Stage, instruction: string): readonly string[] =>
  stage.steps.filter(({ name }) => name === instruction).map(({ rest }) => rest);

/** The last instruction of this name, in its exec form. */
export const exec = (stage: Stage, instruction: string): readonly string[] =>
  JSON.parse(
    all(stage, instruction)
      .at(-1)
      ?.replace(/^.*?(?=\[)/, "") ?? "[]",
  ) as string[];
