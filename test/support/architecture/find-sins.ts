import { isBuiltin } from "node:module";
import { posix } from "node:path";

import { findCircles } from "./circles.ts";
import { placeOf } from "./house.ts";
import type { House, Place } from "./house.ts";
import { readSource } from "./read-source.ts";
import type { Import, Source } from "./read-source.ts";

/** What a file can do wrong. */
export type Rule =
  | "stray file"
  | "bad name"
  | "syntax"
  | "up"
  | "across"
  | "apart"
  | "nowhere"
  | "package"
  | "builtin"
  | "impure"
  | "computed import"
  | "default export"
  | "barrel"
  | "circle";

/** One breach of the plan. */
export interface Sin {
  readonly rule: Rule;
  /** Path below src. */
  readonly file: string;
  readonly says: string;
}

/** The files of src: path below src → text. */
export type Tree = ReadonlyMap<string, string>;

type Report = readonly (readonly [rule: Rule, says: string])[];

/** One file with everything that is asked about it. */
interface Subject {
  readonly house: House;
  readonly tree: Tree;
  readonly file: string;
  readonly place: Place;
}

/** Holds a tree of source files against the plan and names every breach. Pure: it reads only what it is given. */
export function findSins(house: House, tree: Tree): readonly Sin[] {
  const sources = new Map(
    [...tree].filter(([file]) => !isPlain(file)).map(([file, text]) => [file, readSource(file, text)]),
  );
  const alone = [...tree.keys()].flatMap((file) =>
    sinsOfFile(house, tree, file, sources.get(file)).map(([rule, says]) => ({ rule, file, says })),
  );
  return [...alone, ...circles(sources)];
}

/** Stylesheets, and what the compiler is told of a folder, import nothing. */
function isPlain(file: string): boolean {
  return file.endsWith(".css") || file.endsWith("/tsconfig.json");
}

function sinsOfFile(house: House, tree: Tree, file: string, source: Source | undefined): Report {
  const place = placeOf(house, file);
  const common = [...sinsOfName(file), ...(source === undefined ? [] : sinsOfForm(source))];
  if (place === undefined) return [["stray file", "lies in no room of the house"], ...common];
  if (source === undefined) return common;
  const subject = { house, tree, file, place };
  return [
    ...common,
    ...sinsOfPurity(subject, source),
    ...source.imports.flatMap((one) => sinsOfImport(subject, one)),
  ];
}

const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const SAYS_NOTHING = /(?:^|-)(?:utils?|helpers?|common|types|managers?|index)$/;

function sinsOfName(file: string): Report {
  const names = file.replace(/\.(?:tsx?|css)$|(?<=\/tsconfig)\.json$/, "").split("/");
  return names.flatMap((name): Report => {
    if (!KEBAB.test(name)) return [["bad name", `"${name}" is not kebab-case`]];
    return SAYS_NOTHING.test(name) ? [["bad name", `"${name}" says nothing of what is inside`]] : [];
  });
}

function sinsOfForm(source: Source): Report {
  const report: [Rule, string][] = [];
  if (source.syntaxError !== undefined) report.push(["syntax", source.syntaxError]);
  if (source.defaultExport) report.push(["default export", "exports a default"]);
  if (source.barrel) report.push(["barrel", "only passes on what other files export"]);
  if (source.computedImport) report.push(["computed import", "imports what only running it can tell"]);
  return report;
}

function sinsOfPurity({ house, place }: Subject, { impureGlobals }: Source): Report {
  if (!house.pureFloors.includes(place.floor)) return [];
  return impureGlobals.map((name) => ["impure", `${name} on floor ${place.floor}`] as const);
}

function sinsOfImport(subject: Subject, one: Import): Report {
  if (one.specifier.startsWith(".")) return sinsOfPath(subject, one);
  return isBuiltin(one.specifier) ? sinsOfBuiltin(subject, one) : sinsOfPackage(subject, one);
}

function sinsOfPath(subject: Subject, one: Import): Report {
  const target = resolve(subject.file, one.specifier);
  const to = subject.tree.has(target) ? placeOf(subject.house, target) : undefined;
  if (to === undefined) return [["nowhere", `${one.specifier} names no file of the house`]];
  const { file, place: from, house } = subject;
  if (from.room === to.room) return [];
  const way = `${file} → ${target}`;
  if (from.height === undefined) return [["apart", `${way}: ${from.room} shares no code with the house`]];
  if (to.height === undefined) {
    const throughDoor = file === house.apart.door && one.dynamic;
    return throughDoor ? [] : [["apart", `${way}: only ${house.apart.door} loads ${to.room}, by import()`]];
  }
  if (to.height > from.height) return [["up", `${way}: floor ${from.floor} → ${to.floor}`]];
  return to.height === from.height ? [["across", `${way}: rooms of floor ${from.floor} do not meet`]] : [];
}

function sinsOfBuiltin({ house, place }: Subject, { specifier, names }: Import): Report {
  if (!specifier.startsWith("node:")) return [["builtin", `write node:${specifier}`]];
  if (!house.pureFloors.includes(place.floor)) return [];
  const allowed = Object.hasOwn(house.pureBuiltins, specifier) ? house.pureBuiltins[specifier] : undefined;
  if (allowed === undefined) return [["builtin", `${specifier} on floor ${place.floor}`]];
  if (allowed === "whole") return [];
  return names
    .filter((name) => !allowed.includes(name))
    .map((name) => ["builtin", `${name} of ${specifier} on floor ${place.floor}`] as const);
}

function sinsOfPackage({ place }: Subject, { specifier }: Import): Report {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return place.packages.includes(name) ? [] : [["package", `${place.room} may not use ${name}`]];
}

function circles(sources: ReadonlyMap<string, Source>): readonly Sin[] {
  const graph = new Map(
    [...sources].map(([file, { imports }]) => [
      file,
      imports.map(({ specifier }) => resolve(file, specifier)).filter((target) => sources.has(target)),
    ]),
  );
  return findCircles(graph).map((circle) => ({
    rule: "circle",
    file: circle[0] ?? "",
    says: circle.join(" → "),
  }));
}

function resolve(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier);
}
