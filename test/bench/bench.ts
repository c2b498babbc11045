/** `npm run bench [-- --rounds 8 --requests 20000 --connections 64 --only NAME]`: exit 1 when a budget is broken. */
import { parseArgs } from "node:util";

import { measure } from "./measure.ts";
import { summarise } from "./summary.ts";

/** One comparison: what server `b` costs of server `a`, and the most that it may. */
interface Row {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  /** The highest median ratio B/A allowed. */
  readonly budget: number;
}

/** The first row is the measurement's own: two equal servers must come out equal, or no other row means anything. */
const ROWS: readonly Row[] = [
  { name: "the bare pipe against itself", a: "pipe.ts", b: "pipe.ts", budget: 1.1 },
  { name: "Postern warm, small signed GET, access log off", a: "pipe.ts", b: "postern.ts", budget: 1.5 },
];

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "8" },
    requests: { type: "string", default: "20000" },
    connections: { type: "string", default: "64" },
    only: { type: "string", default: "" },
  },
});
const effort = {
  rounds: Number(options.rounds),
  requests: Number(options.requests),
  connections: Number(options.connections),
};

const rows = ROWS.filter(({ name }) => name.includes(options.only));
if (rows.length === 0)
  throw new Error(`no row is called "${options.only}": ${ROWS.map(({ name }) => name).join(", ")}`);

console.log("CPU µs per request of the server's process: A, B, and the paired ratios B/A\n");
for (const { name, a, b, budget } of rows) {
  const { aUs, bUs, least, median, most } = summarise(await measure(a, b, effort));
  const kept = median <= budget;
  if (!kept) process.exitCode = 1;
  console.log(name);
  console.log(`  A ${aUs.toFixed(1)}  B ${bUs.toFixed(1)}  (${a}, ${b}; medians of ${effort.rounds} rounds)`);
  console.log(`  ratio ${least.toFixed(2)} … ${median.toFixed(2)} … ${most.toFixed(2)}`);
  console.log(`  budget ${budget.toFixed(2)}: ${kept ? "kept" : "BROKEN"}`);
}
