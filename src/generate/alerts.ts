/** Renders docs/monitoring/alerts.yml, rules for Prometheus; docs/runbook.md explains each. */

export interface Alert {
  readonly name: string;
  /** PromQL that has a result while the alert fires. */
  readonly when: string;
  /** How long that must be so. */
  readonly during: string;
  /** `page`: somebody must act now; `ticket`: on the next day. */
  readonly severity: "page" | "ticket";
  readonly summary: string;
}

export const ALERTS: readonly Alert[] = [
  {
    name: "RollupNodeMissing",
    when: "absent(rollup_info)",
    during: "2m",
    severity: "page",
    summary: "No node of the rollup answers Prometheus.",
  },
  {
    name: "RollupLeaderMissing",
    when: "sum(rollup_leader) == 0",
    during: "1m",
    severity: "page",
    summary: "Standbys wait, and no operator of the rollup leads.",
  },
  {
    name: "RollupNotReady",
    when: "rollup_ready == 0",
    during: "5m",
    severity: "page",
    summary: "Blocks cannot move; rollup_not_ready has the code of the reason.",
  },
  {
    name: "RollupStalled",
    when: "rollup_stall_seconds > 900",
    during: "1m",
    severity: "page",
    summary: "The oldest waiting block has reached no further stage for 15 minutes.",
  },
  {
    name: "RollupRequestAging",
    when:
      "rollup_oldest_request_age_seconds" +
      " / (rollup_oldest_request_age_seconds + rollup_oldest_request_expires_seconds) > 0.25",
    during: "5m",
    severity: "ticket",
    summary: "An L1 request has waited for a quarter of its time.",
  },
  {
    name: "RollupRequestExpiring",
    when:
      "rollup_oldest_request_age_seconds" +
      " / (rollup_oldest_request_age_seconds + rollup_oldest_request_expires_seconds) > 0.6",
    during: "1m",
    severity: "page",
    summary: "An L1 request is near its expiry, when anybody may start the exodus.",
  },
  {
    name: "RollupBalanceLow",
    when: "rollup_validator_balance_eth < 0.5",
    during: "5m",
    severity: "ticket",
    summary: "The operator's L1 account has less than 0.5 ETH.",
  },
  {
    name: "RollupL1Silent",
    when: "rollup_l1_read_age_seconds > 120",
    during: "1m",
    severity: "page",
    summary: "L1 has not been read for two minutes.",
  },
  {
    name: "RollupL1Behind",
    when: "rollup_l1_block_age_seconds > 300",
    during: "5m",
    severity: "page",
    summary: "The L1 node's latest block is older than five minutes.",
  },
  {
    name: "RollupL1CallsFail",
    when:
      "sum(rate(rollup_l1_call_failures_total[5m]))" +
      " / sum(rate(rollup_l1_call_seconds_count[5m])) > 0.2",
    during: "10m",
    severity: "ticket",
    summary: "More than a fifth of the calls to L1 fail.",
  },
  {
    name: "RollupReorgs",
    when: "increase(rollup_l1_reorgs_total[1h]) > 3",
    during: "1m",
    severity: "ticket",
    summary: "L1 has reorganized more than three times in an hour.",
  },
  {
    name: "RollupProofRefused",
    when: "increase(rollup_proofs_refused_total[15m]) > 0",
    during: "0m",
    severity: "page",
    summary: "L1 has refused a proof.",
  },
  {
    name: "RollupProofsBehind",
    when: 'rollup_waiting_blocks{stage="prove"} > 16',
    during: "30m",
    severity: "ticket",
    summary: "Committed blocks have waited for proofs for half an hour.",
  },
  {
    name: "RollupQueueLong",
    when: 'sum(rollup_waiting_blocks{stage!="payOut"}) > 192',
    during: "5m",
    severity: "page",
    summary: "More than 192 blocks wait; at 256 the operator refuses transactions.",
  },
  {
    name: "RollupPayoutsOpen",
    when: 'rollup_waiting_blocks{stage="payOut"} > 0',
    during: "1h",
    severity: "ticket",
    summary: "Payouts of executed blocks have been open for an hour.",
  },
  {
    name: "RollupRefusals",
    when:
      "sum(rate(rollup_transactions_refused_total[5m])) > 1 and" +
      " sum(rate(rollup_transactions_refused_total[5m]))" +
      " > sum(rate(rollup_transactions_accepted_total[5m]))",
    during: "15m",
    severity: "ticket",
    summary: "More transactions are refused than accepted.",
  },
  {
    name: "RollupRejections",
    when: "sum(increase(rollup_transactions_rejected_total[15m])) > 10",
    during: "1m",
    severity: "ticket",
    summary: "More than ten accepted transactions were rejected in 15 minutes.",
  },
  {
    name: "RollupApiFails",
    when: 'sum(rate(rollup_api_calls_total{outcome="FAILED"}[5m])) > 0.1',
    during: "10m",
    severity: "ticket",
    summary: "API calls end with errors that have no code.",
  },
  {
    name: "RollupEventLoopLag",
    when: "nodejs_eventloop_lag_p99_seconds > 0.5",
    during: "10m",
    severity: "ticket",
    summary: "The process is busy: one call in a hundred waits longer than half a second.",
  },
  {
    name: "RollupHeapFull",
    when: "nodejs_heap_size_used_bytes / rollup_heap_limit_bytes > 0.85",
    during: "10m",
    severity: "page",
    summary: "The heap is at 85 % of the size at which the process dies.",
  },
];

/** Where the runbook is; whoever copies the rules puts their own place here. */
const RUNBOOK = "docs/runbook.md";

export function renderAlerts(): string {
  const rules = ALERTS.flatMap(({ name, when, during, severity, summary }) => [
    `      - alert: ${name}`,
    `        expr: ${JSON.stringify(when)}`,
    `        for: ${during}`,
    "        labels:",
    `          severity: ${severity}`,
    "        annotations:",
    `          summary: ${JSON.stringify(summary)}`,
    `          runbook: ${JSON.stringify(`${RUNBOOK}#${name.toLowerCase()}`)}`,
  ]);
  return [
    "# generated from src/generate/alerts.ts; run `npm run generate`",
    "groups:",
    "  - name: hardhat-zkrollup",
    "    rules:",
    ...rules,
    "",
  ].join("\n");
}
