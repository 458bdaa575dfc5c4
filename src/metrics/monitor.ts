/** What a node shows of itself: metrics for Prometheus, and whether blocks can move. */
import { getHeapStatistics } from "node:v8";
import { formatEther } from "ethers";
import { systemClock, type Clock } from "../operator/clock.ts";
import type { Operator } from "../operator/operator.ts";
import { waitingBlocks } from "../operator/ledger/queries.ts";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { Activity, BLOCK_STAGES } from "./activity.ts";
import { L1Facts } from "./l1-facts.ts";
import type { L1Source } from "./l1-source.ts";
import { MINIMUM_BALANCE_WEI_DEFAULT } from "./defaults.ts";
import { notReadyReasons } from "./readiness.ts";
import { MetricRegistry } from "./registry.ts";

export interface MonitorOptions {
  /** Reads balance and expiry; without it both are missing. */
  readonly l1?: L1Source;
  /** Version of the package, for `rollup_info`. */
  readonly version?: string;
  /** Balance of the operator's account below which it is not ready, in wei. Default: 0.1 ETH. */
  readonly minimumBalanceWei?: bigint | undefined;
  /** Default: that of this process. */
  readonly clock?: Clock;
  /** Unix time, ms; default: that of this machine. */
  readonly unixMs?: () => number;
}

/** One answered API call. */
export interface ApiCall {
  /** Name of a known method or route; others share one name. */
  readonly method: string;
  /** Undefined if the call was answered with a result. */
  readonly error?: unknown;
  /** Time until the answer. */
  readonly seconds: number;
  /** Whether the call waits for a stage. */
  readonly waits: boolean;
}

/**
 * Watches one operator until it is closed: metrics for Prometheus, and whether blocks can move.
 *
 * @example
 * const monitor = new Monitor(rollup.operator, { version: "1.0.0" });
 * monitor.notReady; // []
 * const { text } = await monitor.render();
 * text.includes("rollup_ready 1"); // true
 * monitor.close();
 */
export class Monitor {
  /** What the operator has done since then. */
  readonly activity: Activity;
  readonly #operator: Operator;
  readonly #options: MonitorOptions;
  readonly #metrics = new MetricRegistry();
  readonly #facts: L1Facts | undefined;
  readonly #stop: () => void;

  constructor(operator: Operator, options: MonitorOptions = {}) {
    const { l1, clock = systemClock } = options;
    const metrics = this.#metrics;
    this.#operator = operator;
    this.#options = options;
    this.#facts = l1 && new L1Facts(operator, l1, clock);
    this.activity = new Activity(operator, clock, {
      onAccepted: (type) => metrics.count("rollup_transactions_accepted_total", { type }),
      onRequest: (type) => metrics.count("rollup_requests_total", { type }),
      onRejected: (code) => metrics.count("rollup_transactions_rejected_total", { code }),
      onReorg: () => metrics.count("rollup_l1_reorgs_total"),
      onProof: (kind, seconds) => metrics.observe("rollup_proof_seconds", { kind }, seconds),
      onProofRefused: () => metrics.count("rollup_proofs_refused_total"),
      onStage: (stage, seconds) => metrics.observe("rollup_stage_seconds", { stage }, seconds),
    });
    this.#stop = operator.watch({
      onRefused: (error) =>
        metrics.count("rollup_transactions_refused_total", { code: codeOf(error) }),
      onL1Call: ({ call, durationMs, error }) => {
        metrics.observe("rollup_l1_call_seconds", { call }, durationMs / 1_000);
        if (error !== undefined) metrics.count("rollup_l1_call_failures_total", { call });
      },
      onL1Transaction: (step, { gasUsed, feeWei = 0n }) => {
        metrics.count("rollup_l1_transactions_total", { step });
        metrics.count("rollup_l1_gas_total", { step }, Number(gasUsed));
        metrics.count("rollup_l1_fee_eth_total", { step }, Number(formatEther(feeWei)));
      },
    });
  }

  /** Why blocks cannot move at present; empty if they can. */
  get notReady(): readonly RollupError[] {
    const { minimumBalanceWei = MINIMUM_BALANCE_WEI_DEFAULT } = this.#options;
    return notReadyReasons(this.#operator, {
      l1ReadAgeMs: this.activity.l1ReadAgeMs,
      balanceWei: this.#facts?.balanceWei,
      minimumBalanceWei,
    });
  }

  /**
   * Takes an answered API call.
   *
   * @param call - Its method, outcome and time.
   */
  noteCall({ method, error, seconds, waits }: ApiCall): void {
    const outcome = error === undefined ? "ok" : codeOf(error);
    this.#metrics.count("rollup_api_calls_total", { method, outcome });
    if (!waits) this.#metrics.observe("rollup_api_call_seconds", {}, seconds);
  }

  /** Names of all metrics, with those of Node.js and the process. */
  get names(): readonly string[] {
    return this.#metrics.registry.getMetricsAsArray().map(({ name }) => name);
  }

  /**
   * Renders all metrics.
   *
   * @returns The text format of Prometheus, and its content type.
   */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    this.#collectOperator();
    this.#collectBlocks();
    this.#collectL1();
    const { registry } = this.#metrics;
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  /** Reads the facts of L1 now, instead of at the next interval. */
  async readL1(): Promise<void> {
    await this.#facts?.read();
  }

  /** Ends the watching. */
  close(): void {
    this.#stop();
    this.activity.close();
    this.#facts?.close();
  }

  #collectOperator(): void {
    const metrics = this.#metrics;
    const { preset, prover, chainId, sizes, submissionsWaiting, stallMs } = this.#operator;
    const { version = "unknown" } = this.#options;
    const chain = String(chainId);
    metrics.set("rollup_info", 1, { version, preset: preset.name, prover: prover.name, chain });
    metrics.set("rollup_leader", 1);
    const reasons = this.notReady;
    metrics.set("rollup_ready", reasons.length === 0 ? 1 : 0);
    metrics.reset("rollup_not_ready");
    for (const { code } of reasons) metrics.set("rollup_not_ready", 1, { code });
    metrics.set("rollup_submissions_waiting", submissionsWaiting);
    metrics.set("rollup_stall_seconds", stallMs / 1_000);
    metrics.set("rollup_heap_limit_bytes", getHeapStatistics().heap_size_limit);
    metrics.set("rollup_accounts", this.#operator.state.nextAccountId);
    metrics.set("rollup_ledger_entries", sizes.blocks, { of: "blocks" });
    metrics.set("rollup_ledger_entries", sizes.receipts.open, { of: "open receipts" });
    metrics.set("rollup_ledger_entries", sizes.receipts.final, { of: "final receipts" });
    metrics.set("rollup_ledger_entries", sizes.keyFacts, { of: "key facts" });
  }

  #collectBlocks(): void {
    const metrics = this.#metrics;
    const { progress, kindCounts, sizes } = this.#operator;
    const ledger = this.#operator.checkpoint();
    const waiting = waitingBlocks(ledger);
    const statuses = { commit: "sealed", prove: "committed", execute: "proven" } as const;
    for (const stage of BLOCK_STAGES) {
      const count = waiting.filter(({ status }) => status === statuses[stage]).length;
      metrics.set("rollup_waiting_blocks", count, { stage });
    }
    metrics.set("rollup_waiting_blocks", sizes.unpaid, { stage: "payOut" });
    metrics.set("rollup_open_operations", ledger.open.items.length);
    const sealed = ledger.open.block.header.blockNumber - 1;
    for (const [status, number] of Object.entries({ sealed, ...progress })) {
      if (typeof number === "number") metrics.set("rollup_block_number", number, { status });
    }
    for (const [kind, count] of Object.entries(kindCounts)) {
      metrics.set("rollup_sealed_blocks", count, { kind });
    }
  }

  #collectL1(): void {
    const metrics = this.#metrics;
    const { unixMs = Date.now } = this.#options;
    const nowSeconds = unixMs() / 1_000;
    const { nextBlock, timestamp } = this.#operator.checkpoint().l1History.at(-1)!;
    metrics.set("rollup_l1_block_number", nextBlock - 1);
    metrics.set("rollup_l1_block_age_seconds", Math.max(0, nowSeconds - Number(timestamp)));
    metrics.set("rollup_l1_read_age_seconds", this.activity.l1ReadAgeMs / 1_000);
    const { balanceWei, oldestRequest } = this.#facts ?? {};
    if (balanceWei !== undefined) {
      metrics.set("rollup_validator_balance_eth", Number(formatEther(balanceWei)));
    } else metrics.unset("rollup_validator_balance_eth");
    const age = oldestRequest === undefined ? 0 : nowSeconds - Number(oldestRequest.since);
    metrics.set("rollup_oldest_request_age_seconds", Math.max(0, age));
    if (oldestRequest === undefined) metrics.unset("rollup_oldest_request_expires_seconds");
    else {
      const expires = Number(oldestRequest.expiration) - nowSeconds;
      metrics.set("rollup_oldest_request_expires_seconds", expires);
    }
  }
}

/** The code of an error; one without a code has no name that is bounded. */
function codeOf(error: unknown): string {
  return isRollupError(error) ? error.code : "FAILED";
}
