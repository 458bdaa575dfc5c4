/** Each metric once: name, kind, labels and meaning. Docs, dashboard and alerts are made of it. */

/** A metric of this package; those of Node.js and the process come from prom-client. */
export interface MetricDefinition {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Each has a bounded number of values. */
  readonly labels?: readonly string[];
  /** Upper bounds of a histogram's buckets, in seconds. */
  readonly buckets?: readonly number[];
}

const ANSWER_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30];
const L1_SECONDS = [0.01, 0.05, 0.2, 1, 5, 20, 60, 300];
const PROOF_SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900];
const STAGE_SECONDS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200];

export const METRICS = {
  rollup_info: {
    kind: "gauge",
    help: "1, with version, preset, prover and chain of the node.",
    labels: ["version", "preset", "prover", "chain"],
  },
  rollup_leader: {
    kind: "gauge",
    help: "1 if this process leads, 0 while it waits for another operator's end.",
  },
  rollup_ready: { kind: "gauge", help: "1 if blocks can move, else 0." },
  rollup_not_ready: {
    kind: "gauge",
    help: "1 for each reason why blocks cannot move, by its code.",
    labels: ["code"],
  },
  rollup_transactions_accepted_total: {
    kind: "counter",
    help: "Accepted L2 transactions, by type.",
    labels: ["type"],
  },
  rollup_transactions_refused_total: {
    kind: "counter",
    help: "Submissions that were refused at once, by the code of the refusal.",
    labels: ["code"],
  },
  rollup_transactions_rejected_total: {
    kind: "counter",
    help: "Accepted transactions that could not be included after all, by code.",
    labels: ["code"],
  },
  rollup_requests_total: {
    kind: "counter",
    help: "Requests taken from the priority queue on L1, by type.",
    labels: ["type"],
  },
  rollup_submissions_waiting: {
    kind: "gauge",
    help: "Transactions that wait for their signatures to be checked.",
  },
  rollup_open_operations: { kind: "gauge", help: "Operations in the open block." },
  rollup_waiting_blocks: {
    kind: "gauge",
    help: "Blocks that wait for a stage: commit, prove, execute; or for open payouts.",
    labels: ["stage"],
  },
  rollup_block_number: {
    kind: "gauge",
    help: "Number of the last block that is sealed, committed, proven, executed.",
    labels: ["status"],
  },
  rollup_sealed_blocks: {
    kind: "gauge",
    help: "Sealed blocks by kind, which is slots, tokens and levels.",
    labels: ["kind"],
  },
  rollup_stage_seconds: {
    kind: "histogram",
    help: "Time of blocks in a stage: until commit, proof, execution.",
    labels: ["stage"],
    buckets: STAGE_SECONDS,
  },
  rollup_proof_seconds: {
    kind: "histogram",
    help: "Time of witness and proof of a block, by kind.",
    labels: ["kind"],
    buckets: PROOF_SECONDS,
  },
  rollup_proofs_refused_total: { kind: "counter", help: "Proofs that L1 has refused." },
  rollup_stall_seconds: {
    kind: "gauge",
    help: "Time since a block has moved on L1; 0 while none waits.",
  },
  rollup_oldest_request_age_seconds: {
    kind: "gauge",
    help: "Age of the oldest L1 request that is not executed; 0 if there is none.",
  },
  rollup_oldest_request_expires_seconds: {
    kind: "gauge",
    help: "Time until anybody may start the exodus for that request; missing if there is none.",
  },
  rollup_l1_block_number: { kind: "gauge", help: "The last L1 block that was read." },
  rollup_l1_block_age_seconds: {
    kind: "gauge",
    help: "Time since the timestamp of the last L1 block that was read.",
  },
  rollup_l1_read_age_seconds: { kind: "gauge", help: "Time since L1 was last read." },
  rollup_l1_reorgs_total: { kind: "counter", help: "Reorgs of L1 that the operator has followed." },
  rollup_l1_call_seconds: {
    kind: "histogram",
    help: "Time of calls to L1, by method of the operator's port; a sending call waits until mined.",
    labels: ["call"],
    buckets: L1_SECONDS,
  },
  rollup_l1_call_failures_total: {
    kind: "counter",
    help: "Calls to L1 that have failed, by method of the operator's port.",
    labels: ["call"],
  },
  rollup_l1_transactions_total: {
    kind: "counter",
    help: "Mined L1 transactions of the operator, by step.",
    labels: ["step"],
  },
  rollup_l1_gas_total: {
    kind: "counter",
    help: "Gas of the operator's L1 transactions, by step.",
    labels: ["step"],
  },
  rollup_l1_fee_eth_total: {
    kind: "counter",
    help: "Fees of the operator's L1 transactions in ETH, by step.",
    labels: ["step"],
  },
  rollup_validator_balance_eth: {
    kind: "gauge",
    help: "Balance of the operator's L1 account in ETH; missing until it is read.",
  },
  rollup_accounts: { kind: "gauge", help: "Accounts in the head state." },
  rollup_ledger_entries: {
    kind: "gauge",
    help: "Entries in memory: blocks, open and final receipts, facts about keys.",
    labels: ["of"],
  },
  rollup_heap_limit_bytes: {
    kind: "gauge",
    help: "Size of the JavaScript heap at which the process dies.",
  },
  rollup_api_calls_total: {
    kind: "counter",
    help: "Answered API calls, by method and by outcome: ok, or the code of the error.",
    labels: ["method", "outcome"],
  },
  rollup_api_call_seconds: {
    kind: "histogram",
    help: "Time of API calls that do not wait for a stage.",
    buckets: ANSWER_SECONDS,
  },
} as const satisfies { readonly [name: string]: MetricDefinition };

export type MetricName = keyof typeof METRICS;
type NameOf<K extends MetricDefinition["kind"]> = {
  [N in MetricName]: (typeof METRICS)[N]["kind"] extends K ? N : never;
}[MetricName];
export type CounterName = NameOf<"counter">;
export type GaugeName = NameOf<"gauge">;
export type HistogramName = NameOf<"histogram">;
