/** Renders docs/monitoring/dashboard.json, a dashboard for Grafana 10 and later. */

interface Panel {
  readonly title: string;
  /** PromQL, and how a series is named. */
  readonly series: readonly (readonly [query: string, legend: string])[];
  /** Unit by its name in Grafana. */
  readonly unit?: string;
  /** A single value instead of a graph. */
  readonly isStat?: true;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

function quantiles(metric: string, label: string): Panel["series"] {
  const rate = `sum by (le, ${label}) (rate(${metric}_bucket[15m]))`;
  return [
    [`histogram_quantile(0.5, ${rate})`, `{{${label}}} median`],
    [`histogram_quantile(0.95, ${rate})`, `{{${label}}} 95 %`],
  ];
}

const ROWS: readonly Row[] = [
  {
    title: "State",
    panels: [
      { title: "Ready", isStat: true, series: [["rollup_ready", "ready"]] },
      { title: "Why not", isStat: true, series: [["rollup_not_ready", "{{code}}"]] },
      {
        title: "Balance of the validator",
        isStat: true,
        unit: "ETH",
        series: [["rollup_validator_balance_eth", "ETH"]],
      },
      {
        title: "Oldest request: time to its expiry",
        isStat: true,
        unit: "s",
        series: [["rollup_oldest_request_expires_seconds", "expires"]],
      },
    ],
  },
  {
    title: "Transactions",
    panels: [
      {
        title: "Accepted a second",
        series: [["sum by (type) (rate(rollup_transactions_accepted_total[1m]))", "{{type}}"]],
      },
      {
        title: "Refused a second",
        series: [["sum by (code) (rate(rollup_transactions_refused_total[5m]))", "{{code}}"]],
      },
      {
        title: "Rejected after acceptance, in an hour",
        series: [["sum by (code) (increase(rollup_transactions_rejected_total[1h]))", "{{code}}"]],
      },
      {
        title: "Waiting for a signature check",
        series: [["rollup_submissions_waiting", "waiting"]],
      },
    ],
  },
  {
    title: "Blocks",
    panels: [
      { title: "Blocks that wait", series: [["rollup_waiting_blocks", "{{stage}}"]] },
      { title: "Operations in the open block", series: [["rollup_open_operations", "open"]] },
      { title: "Last block", series: [["rollup_block_number", "{{status}}"]] },
      {
        title: "Time in a stage",
        unit: "s",
        series: quantiles("rollup_stage_seconds", "stage"),
      },
      { title: "Time of a proof", unit: "s", series: quantiles("rollup_proof_seconds", "kind") },
      { title: "Sealed blocks by kind", series: [["rollup_sealed_blocks", "{{kind}}"]] },
      {
        title: "Time without progress",
        unit: "s",
        series: [
          ["rollup_stall_seconds", "stall"],
          ["rollup_oldest_request_age_seconds", "oldest request"],
        ],
      },
    ],
  },
  {
    title: "L1",
    panels: [
      {
        title: "Gas in an hour",
        series: [["sum by (step) (increase(rollup_l1_gas_total[1h]))", "{{step}}"]],
      },
      {
        title: "Fees in an hour",
        unit: "ETH",
        series: [["sum by (step) (increase(rollup_l1_fee_eth_total[1h]))", "{{step}}"]],
      },
      {
        title: "Gas for each accepted transaction",
        series: [
          [
            "sum(increase(rollup_l1_gas_total[1h]))" +
              " / sum(increase(rollup_transactions_accepted_total[1h]))",
            "gas",
          ],
        ],
      },
      {
        title: "L1 transactions in an hour",
        series: [["sum by (step) (increase(rollup_l1_transactions_total[1h]))", "{{step}}"]],
      },
      {
        title: "Time of calls",
        unit: "s",
        series: quantiles("rollup_l1_call_seconds", "call"),
      },
      {
        title: "Failed calls and reorgs in 15 minutes",
        series: [
          ["sum by (call) (increase(rollup_l1_call_failures_total[15m]))", "{{call}}"],
          ["increase(rollup_l1_reorgs_total[15m])", "reorgs"],
        ],
      },
      {
        title: "Age of what is known of L1",
        unit: "s",
        series: [
          ["rollup_l1_read_age_seconds", "last read"],
          ["rollup_l1_block_age_seconds", "last block"],
        ],
      },
      { title: "Last L1 block that was read", series: [["rollup_l1_block_number", "block"]] },
      {
        title: "Requests from L1 in an hour",
        series: [["sum by (type) (increase(rollup_requests_total[1h]))", "{{type}}"]],
      },
    ],
  },
  {
    title: "API and process",
    panels: [
      {
        title: "Calls a second",
        series: [["sum by (method) (rate(rollup_api_calls_total[1m]))", "{{method}}"]],
      },
      {
        title: "Errors a second",
        series: [
          ['sum by (outcome) (rate(rollup_api_calls_total{outcome!="ok"}[5m]))', "{{outcome}}"],
        ],
      },
      {
        title: "Time of calls",
        unit: "s",
        series: [
          [
            "histogram_quantile(0.95, sum by (le) (rate(rollup_api_call_seconds_bucket[5m])))",
            "95 %",
          ],
        ],
      },
      {
        title: "Heap",
        unit: "bytes",
        series: [
          ["nodejs_heap_size_used_bytes", "used"],
          ["rollup_heap_limit_bytes", "limit"],
          ["process_resident_memory_bytes", "resident"],
        ],
      },
      {
        title: "Event loop lag",
        unit: "s",
        series: [
          ["nodejs_eventloop_lag_p50_seconds", "median"],
          ["nodejs_eventloop_lag_p99_seconds", "99 %"],
        ],
      },
      { title: "Entries in memory", series: [["rollup_ledger_entries", "{{of}}"]] },
      { title: "Accounts", series: [["rollup_accounts", "accounts"]] },
    ],
  },
];

const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
const COLUMNS = 24;
const HEIGHT = { stat: 4, timeseries: 8 };
const PANELS_PER_LINE = { stat: 4, timeseries: 2 };

export function renderDashboard(): string {
  const dashboard = {
    title: "Rollup node",
    uid: "hardhat-zkrollup",
    tags: ["hardhat-zkrollup"],
    schemaVersion: 39,
    timezone: "browser",
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: {
      list: [{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" }],
    },
    panels: layOut(),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function layOut(): unknown[] {
  const laidOut: unknown[] = [];
  let y = 0;
  for (const { title, panels } of ROWS) {
    const id = laidOut.length + 1;
    laidOut.push({ id, type: "row", title, gridPos: { x: 0, y, w: COLUMNS, h: 1 } });
    y++;
    const type = panels[0]!.isStat ? "stat" : "timeseries";
    const w = COLUMNS / PANELS_PER_LINE[type];
    for (const [index, panel] of panels.entries()) {
      const x = (index * w) % COLUMNS;
      if (index > 0 && x === 0) y += HEIGHT[type];
      const gridPos = { x, y, w, h: HEIGHT[type] };
      laidOut.push({ id: laidOut.length + 1, ...toPanel(panel, type), gridPos });
    }
    y += HEIGHT[type];
  }
  return laidOut;
}

function toPanel({ title, series, unit = "short" }: Panel, type: string) {
  return {
    type,
    title,
    datasource: DATASOURCE,
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: series.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
  };
}
