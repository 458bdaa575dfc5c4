/** The metrics of a process that waits to lead. */
import { Gauge, Registry } from "prom-client";
import { METRICS } from "./definitions.ts";

const LEADER = "rollup_leader";

/** Shows that a process does not lead. All else is missing, so no alert takes 0 for a fault. */
export class StandbyMetrics {
  readonly #registry = new Registry();

  constructor() {
    const { help } = METRICS[LEADER];
    new Gauge({ name: LEADER, help, registers: [this.#registry] }).set(0);
  }

  /**
   * Renders the metrics.
   *
   * @returns The text format of Prometheus, and its content type.
   */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    const { contentType } = this.#registry;
    return { contentType, text: await this.#registry.metrics() };
  }
}
