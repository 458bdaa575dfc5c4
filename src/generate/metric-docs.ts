/** Renders docs/monitoring/metrics.md: every metric of this package. */
import { type MetricDefinition, METRICS } from "../metrics/definitions.ts";
import { markdownTable } from "./markdown.ts";

const INTRODUCTION = [
  "A node serves these on its admin port under `/metrics` ([monitoring](../monitoring.md)), beside",
  "those of Node.js and the process, which prom-client names `nodejs_…` and `process_…`.",
].join(" ");

export function renderMetricDocs(): string {
  const entries: [string, MetricDefinition][] = Object.entries(METRICS);
  const rows = entries.map(([name, { kind, labels = [], help }]) => [
    `\`${name}\``,
    kind,
    labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  return [
    "<!-- generated from src/metrics/definitions.ts; run `npm run generate` -->",
    "# Metrics",
    INTRODUCTION,
    markdownTable(["metric", "kind", "labels", "meaning"], rows),
    "",
  ].join("\n\n");
}
