import { parseSync, Visitor } from "oxc-parser";
import type { EcmaScriptModule, ParseResult, StaticExportEntry } from "oxc-parser";

type Program = ParseResult["program"];

/** One import of a file, `import type` and `import("…")` in a type included. */
export interface Import {
  readonly specifier: string;
  /** True for `import("…")` as an expression: the only kind that loads when it runs. */
  readonly dynamic: boolean;
  /** Names taken as values; `*` for a namespace, `default` for the default. */
  readonly names: readonly string[];
}

/** What the rules need to know of one source file. */
export interface Source {
  readonly imports: readonly Import[];
  /** True when some `import(…)` has an argument that is not a plain string. */
  readonly computedImport: boolean;
  readonly defaultExport: boolean;
  /** True for `export *`, and for a file that does nothing but pass on what others export. */
  readonly barrel: boolean;
  /** Clocks, chance and I/O reached through globals, as written: `Date.now`, `process`. */
  readonly impureGlobals: readonly string[];
  readonly syntaxError: string | undefined;
}

/** Reads a TypeScript file without running it. */
export function readSource(path: string, text: string): Source {
  const { module, program, errors } = parseSync(path, text);
  const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    plainString(text.slice(start, end)),
  );
  const exports = module.staticExports.flatMap(({ entries }) => entries);
  return {
    imports: [
      ...staticImports(module, exports),
      ...typeImports(program),
      ...dynamic.flatMap((specifier) => specifier ?? []).map(loaded),
    ],
    computedImport: dynamic.includes(undefined),
    defaultExport: exports.some(({ exportName }) => nameOf(exportName) === "default"),
    barrel: isBarrel(program, exports),
    impureGlobals: impureGlobals(program),
    syntaxError: errors[0]?.message,
  };
}

function staticImports(module: EcmaScriptModule, exports: readonly StaticExportEntry[]): readonly Import[] {
  const imported = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    dynamic: false,
    names: entries.filter(({ isType }) => !isType).map(({ importName }) => nameOf(importName)),
  }));
  const passedOn = exports.flatMap(({ moduleRequest, importName, isType }) =>
    moduleRequest === null
      ? []
      : [{ specifier: moduleRequest.value, dynamic: false, names: isType ? [] : [nameOf(importName)] }],
  );
  return [...imported, ...passedOn];
}

function nameOf({ kind, name }: { readonly kind: string; readonly name: string | null }): string {
  return name ?? (kind === "Default" ? "default" : "*");
}

function typeImports(program: Program): readonly Import[] {
  const found: Import[] = [];
  new Visitor({
    TSImportType: ({ source }) => {
      found.push({ specifier: source.value, dynamic: false, names: [] });
    },
  }).visit(program);
  return found;
}

function loaded(specifier: string): Import {
  return { specifier, dynamic: true, names: ["*"] };
}

function plainString(code: string): string | undefined {
  return /^(?<quote>["'])(?<inside>[^"'\\]*)\k<quote>$/.exec(code)?.groups?.["inside"];
}

function isBarrel(program: Program, exports: readonly StaticExportEntry[]): boolean {
  const onlyPassesOn =
    program.body.length > 0 &&
    program.body.every((node) => node.type === "ExportNamedDeclaration" && node.source !== null);
  return onlyPassesOn || exports.some(({ importName }) => importName.kind.startsWith("All"));
}

const IMPURE_CALLS = new Set(["fetch", "setTimeout", "setInterval", "setImmediate"]);
const IMPURE_OBJECTS = new Set(["process", "console", "performance"]);
const IMPURE_MEMBERS = new Set(["Date.now", "Math.random", "crypto.randomUUID", "crypto.getRandomValues"]);

function impureGlobals(program: Program): readonly string[] {
  const found: string[] = [];
  new Visitor({
    CallExpression: ({ callee }) => {
      if (callee.type === "Identifier" && IMPURE_CALLS.has(callee.name)) found.push(callee.name);
    },
    MemberExpression: ({ object, property }) => {
      if (object.type !== "Identifier") return;
      if (IMPURE_OBJECTS.has(object.name)) found.push(object.name);
      const member = property.type === "Identifier" ? `${object.name}.${property.name}` : "";
      if (IMPURE_MEMBERS.has(member)) found.push(member);
    },
    NewExpression: ({ callee, arguments: given }) => {
      if (callee.type === "Identifier" && callee.name === "Date" && given.length === 0)
        found.push("new Date()");
    },
  }).visit(program);
  return found;
}
