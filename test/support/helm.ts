import { join } from "node:path";
import { ROOT } from "./deploy/files.ts";
import { isThere, printed } from "./deploy/programs.ts";

/** What renders a chart. */
export interface Renderer {
  /** By which means, in words. */
  readonly means: string;
  /** The text of all documents. Throws where the chart refuses its values, with what it says of them. */
  readonly render: (chart: string, values: readonly string[]) => string;
}

/** Where Debian puts the Go packages that it has. */
const DEBIAN = "/usr/share/gocode";
const RELEASE = "shop";

/**
 * Helm where it is installed, and else a program of this house, on Debian's Go and sprig; undefined where neither is there.
 *
 * @param folder where that program is built
 */
export function findRenderer(folder: string): Renderer | undefined {
  return byHelm() ?? byGo(folder);
}

function byHelm(): Renderer | undefined {
  if (!isThere("helm", "version")) return undefined;
  return {
    means: "Helm",
    render: (chart, values) => {
      printed("helm", ["dependency", "build", chart]);
      return printed("helm", ["template", RELEASE, chart, ...values.flatMap((file) => ["--values", file])]);
    },
  };
}

function byGo(folder: string): Renderer | undefined {
  if (!isThere("go", "version")) return undefined;
  const program = join(folder, "helm-render");
  const env = {
    ...process.env,
    GO111MODULE: "off",
    GOPATH: DEBIAN,
    GOFLAGS: "",
    GOCACHE: join(folder, "cache"),
  };
  try {
    printed("go", ["build", "-o", program, join(ROOT, "test/deploy/helm-render/main.go")], { env });
  } catch {
    return undefined;
  }
  return {
    means: "this house's own program on Go's templates and sprig",
    render: (chart, values) => printed(program, [chart, RELEASE, join(chart, "values.yaml"), ...values]),
  };
}
