import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { all, exec, instructions, readDockerfile, type Stage } from "../support/deploy/dockerfile.ts";
import { AGREED, ROOT, textOf } from "../support/deploy/files.ts";

const stages = readDockerfile();
const [build, dependencies, image] = stages as readonly [Stage, Stage, Stage];
const copiesOf = (stage: Stage): readonly string[] => all(stage, "COPY");

describe("the image", () => {
  it("serves by default, by the committed bin", () => {
    expect(exec(image, "ENTRYPOINT").at(0)).toBe("node");
    expect(exec(image, "ENTRYPOINT").at(-1)).toBe("/app/bin/postern.js");
    expect(exec(image, "CMD")).toEqual(["serve"]);
    expect(existsSync(join(ROOT, "bin/postern.js"))).toBe(true);
  });

  it("asks its own health by the same bin", () => {
    expect(exec(image, "HEALTHCHECK")).toEqual(["node", "/app/bin/postern.js", "health"]);
  });

  it("runs no code but its own, and writes to its sockets' folder alone", () => {
    expect(exec(image, "ENTRYPOINT").slice(1, -1)).toEqual([
      "--disable-proto=throw",
      "--disable-sigusr1",
      "--disallow-code-generation-from-strings",
      "--permission",
      "--allow-fs-read=*",
      "--allow-fs-write=/run/postern",
    ]);
    expect(all(image, "VOLUME")).toEqual(["/run/postern"]);
  });

  it("runs as a numbered user that is not root", () => {
    expect(all(image, "USER")).toEqual([`${AGREED.user}:${AGREED.user}`]);
  });

  it("opens the data face and the probes, and never the operator's face", () => {
    expect(all(image, "EXPOSE")).toEqual([`${AGREED.data.split(":")[1]} ${AGREED.probesPort}`]);
  });

  it("carries neither the stand-in AWS nor packages that only it or the tests use", () => {
    expect(all(build, "RUN").some((run) => run.includes("rm -r dist/local "))).toBe(true);
    const installs = stages.flatMap((stage) => all(stage, "RUN")).filter((run) => run.startsWith("npm ci"));
    expect(installs).toHaveLength(2);
    for (const install of installs) expect(install).toContain(" --ignore-scripts ");
    expect(all(dependencies, "RUN")[0]).toContain(" --omit=dev ");
    expect(copiesOf(image).filter((copy) => copy.includes("--from="))).toEqual([
      "--from=build /usr/local/bin/node /usr/local/bin/node",
      "--from=dependencies /app/node_modules ./node_modules",
      "--from=build /app/dist ./dist",
      `--from=dependencies --chown=${AGREED.user}:${AGREED.user} /app/run /run/postern`,
    ]);
  });

  it("copies nothing that .dockerignore keeps back, and .dockerignore lets nothing else in", () => {
    const letIn = textOf(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"));
    const copied = stages
      .flatMap(copiesOf)
      .filter((copy) => !copy.startsWith("--from"))
      .flatMap((copy) => copy.split(" ").slice(0, -1));
    expect(new Set(letIn.map((line) => line.slice(1)))).toEqual(new Set(copied));
    expect(textOf(".dockerignore")).toMatch(/^\*$/m);
  });

  it("says what it is, in the version that the package has", () => {
    const [label = ""] = all(image, "LABEL");
    expect(label).toContain('org.opencontainers.image.licenses="Apache-2.0"');
    const version = instructions().find(({ rest }) => rest.startsWith("VERSION="))?.rest;
    const { version: ofPackage } = JSON.parse(textOf("package.json")) as { version: string };
    expect(version).toBe(`VERSION=${ofPackage}`);
    expect(AGREED.version).toBe(ofPackage);
  });

  it("has no shell and no package manager: its base is distroless, its node that of the build", () => {
    const defaults = Object.fromEntries(
      instructions()
        .filter(({ name }) => name === "ARG")
        .map(({ rest }) => rest.split("=") as [string, string]),
    );
    expect(defaults).toMatchObject({
      NODE: expect.stringMatching(/^node:24-/),
      BASE: expect.stringMatching(/^gcr\.io\/distroless\/cc-/),
    });
    expect([build.from, dependencies.from, image.from]).toEqual(["${NODE}", "${NODE}", "${BASE}"]);
    expect(all(image, "RUN")).toEqual([]);
  });
});
