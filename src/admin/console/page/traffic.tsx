import type { ChartName, Sheet } from "../sheet/sheet.ts";
import { Section } from "./section.tsx";
import { numbers, Table } from "./table.tsx";

/** A line of a chart: what it is called, and how the browser draws it. */
interface Key {
  readonly name: string;
  readonly mark: string;
}

function Chart({
  name,
  title,
  keys,
}: {
  readonly name: ChartName;
  readonly title: string;
  readonly keys: readonly Key[];
}) {
  return (
    <>
      <ul class="keys" aria-hidden="true">
        {keys.map(({ name: text, mark }) => (
          <li data-mark={mark}>{text}</li>
        ))}
      </ul>
      <div class="chart" data-chart={name} role="img" aria-label={title} />
    </>
  );
}

/** How many requests there are, and how they end. */
export function Requests({ tables }: Sheet) {
  return (
    <Section id="requests" title="Requests a second">
      <Chart
        name="requests"
        title="Requests a second over the last five minutes, ok, refused and broken; the table says it in numbers."
        keys={[
          { name: "ok", mark: "ok" },
          { name: "refused", mark: "refused" },
          { name: "broken", mark: "broken" },
        ]}
      />
      <Table
        name="traffic"
        caption="Requests by how they ended"
        columns={[{ head: "Ended" }, ...numbers("Now, /s", "In 5 min", "Since start")]}
        rows={tables.traffic}
        empty=""
      />
    </Section>
  );
}

/** How long they take, and where. */
export function Latency({ tables }: Sheet) {
  return (
    <Section id="latency" title="Latency">
      <Chart
        name="latency"
        title="Latency over the last five minutes, of whole requests and of AWS; the table has the last minute in numbers."
        keys={[
          { name: "whole request, p95", mark: "whole" },
          { name: "whole request, p50", mark: "whole-half" },
          { name: "AWS, p95", mark: "aws" },
          { name: "AWS, p50", mark: "aws-half" },
        ]}
      />
      <Table
        name="stages"
        caption="Latency by stage in the last minute"
        columns={[{ head: "Stage, last minute" }, ...numbers("p50", "p95")]}
        rows={tables.stages}
        empty=""
      />
    </Section>
  );
}
