/** Dashboard, alerts and runbook against the metrics that a node serves. */
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { ALERTS, renderAlerts } from "../../src/generate/alerts.ts";
import { renderDashboard } from "../../src/generate/dashboard.ts";
import { METRICS } from "../../src/metrics/definitions.ts";
import { Monitor } from "../../src/metrics/monitor.ts";
import { createOperatorWorld } from "../helpers/operator-world.ts";

/** Functions and words of PromQL that queries here use. */
const PROMQL = /^(sum|by|le|rate|increase|histogram_quantile|absent|and)$/;

/** Names of metrics in a query, without those of labels. */
function metricsIn(query: string): string[] {
  const withoutLabels = query
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\bby \([^)]*\)/g, "")
    .replaceAll(/\[\w+\]/g, "");
  return [...withoutLabels.matchAll(/[a-z_]\w*/g)]
    .map(([name]) => name)
    .filter((name) => !PROMQL.test(name));
}

/** Labels that a query selects or groups by. */
function labelsIn(query: string): string[] {
  const selected = [...query.matchAll(/\{(\w+)[!=]/g)].map(([, name]) => name!);
  const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names]) =>
    names!.split(", "),
  );
  return [...selected, ...grouped].filter((name) => name !== "le");
}

describe("docs: monitoring", () => {
  const queries: string[] = [];
  let served: ReadonlySet<string>;

  before(async () => {
    const { operator } = await createOperatorWorld();
    const monitor = new Monitor(operator);
    served = new Set(monitor.names);
    monitor.close();
    const { panels } = JSON.parse(renderDashboard()) as {
      panels: { targets?: { expr: string }[] }[];
    };
    queries.push(...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)));
    queries.push(...ALERTS.map(({ when }) => when));
  });

  it("asks only for metrics that a node serves", () => {
    const unknown = queries
      .flatMap(metricsIn)
      .filter((name) => !served.has(name) && !served.has(name.replace(/_(bucket|sum|count)$/, "")));
    expect(queries.length).to.be.greaterThan(40);
    expect(unknown).to.deep.equal([]);
  });

  it("groups and selects only by labels that the metric has", () => {
    for (const query of queries) {
      const labels = metricsIn(query).flatMap((name) => {
        const known = Object.entries(METRICS).find(
          ([own]) => own === name.replace(/_(bucket|sum|count)$/, ""),
        );
        return known !== undefined && "labels" in known[1] ? known[1].labels : [];
      }) as string[];
      expect(labels, query).to.include.members(labelsIn(query));
    }
  });

  it("shows every metric of this package in the dashboard, or uses it in an alert", () => {
    const used = new Set(
      queries.flatMap(metricsIn).map((name) => name.replace(/_(bucket|sum|count)$/, "")),
    );
    const unused = Object.keys(METRICS).filter((name) => !used.has(name));
    expect(unused).to.deep.equal([]);
  });

  it("has a section in the runbook for each alert, and none for others", async () => {
    const runbook = await readFile("docs/runbook.md", "utf8");
    const sections = runbook.split(/^## /m).slice(1);
    const titles = sections.map((section) => section.split("\n")[0]);
    expect(titles).to.deep.equal(ALERTS.map(({ name }) => name));
    for (const section of sections) {
      expect(section).to.match(/\*\*Means\.\*\*[^]*\*\*Look\.\*\*[^]*\*\*Do\.\*\*/);
    }
    for (const { name } of ALERTS) {
      expect(renderAlerts()).to.include(`docs/runbook.md#${name.toLowerCase()}`);
    }
  });
});
