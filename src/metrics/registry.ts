/** The metrics of one node, in the form of prom-client. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MetricDefinition,
  type MetricName,
  METRICS,
} from "./definitions.ts";

type Labels = Readonly<Record<string, string>>;

/** Values of all labels of one metric together; a program error, not a client, may exceed it. */
const SERIES_MAX = 200;
/** Stands for further values of labels. */
const OTHER = "other";

/** Counts, sets and observes; a metric takes a bounded number of values of its labels. */
export class MetricRegistry {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #series = new Map<MetricName, Set<string>>();

  constructor() {
    for (const [name, definition] of Object.entries(METRICS)) {
      this.#create(name, definition);
    }
    collectDefaultMetrics({ register: this.registry });
  }

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    this.#counters.get(name)!.inc(this.#bounded(name, labels), by);
  }

  observe(name: HistogramName, labels: Labels, value: number): void {
    this.#histograms.get(name)!.observe(this.#bounded(name, labels), value);
  }

  set(name: GaugeName, value: number, labels: Labels = {}): void {
    this.#gauges.get(name)!.set(this.#bounded(name, labels), value);
  }

  /** Forgets all values of a gauge. */
  reset(name: GaugeName): void {
    this.#gauges.get(name)!.reset();
    this.#series.delete(name);
  }

  /** Removes the value of a gauge without labels. */
  unset(name: GaugeName): void {
    this.#gauges.get(name)!.remove();
  }

  #create(name: string, { kind, help, labels = [], buckets = [] }: MetricDefinition): void {
    const options = { name, help, labelNames: [...labels], registers: [this.registry] };
    if (kind === "counter") this.#counters.set(name, new Counter(options));
    else if (kind === "gauge") this.#gauges.set(name, new Gauge(options));
    else this.#histograms.set(name, new Histogram({ ...options, buckets: [...buckets] }));
  }

  #bounded(name: MetricName, labels: Labels): Labels {
    const values = Object.values(labels);
    if (values.length === 0) return labels;
    const known = this.#series.get(name) ?? new Set();
    this.#series.set(name, known);
    const key = values.join("\n");
    if (known.has(key)) return labels;
    if (known.size < SERIES_MAX) {
      known.add(key);
      return labels;
    }
    return Object.fromEntries(Object.keys(labels).map((label) => [label, OTHER]));
  }
}
