/** Formats the results of `rollup:bench` as tables. */
import type { BrowserBench } from "../../bench/browser.ts";
import type { BlockBench, CompileBench } from "../../bench/blocks.ts";
import type { CryptoBench } from "../../bench/crypto.ts";
import { PHASES, sumPhases } from "../../bench/l1-cost.ts";
import type { LeavesBench } from "../../bench/leaves.ts";
import type { ProverBench } from "../../bench/prover.ts";
import type { SealingBench } from "../../bench/sealing.ts";
import type { FarmBench, FarmRun } from "../../bench/farm.ts";
import type { SequencerBench, SequencerRun } from "../../bench/sequencer.ts";
import type { StateBench } from "../../bench/state.ts";
import type { SetupBench } from "../../bench/setup.ts";
import { RECORD_COUNT_BYTES } from "../../protocol/constants.ts";
import type { ConstraintsBench } from "./constraints.ts";
import type { L1Bench } from "./l1.ts";
import type { SizedBlocks } from "./sized-blocks.ts";

/** A heading and its rows. */
export type Table = readonly (readonly (string | number | undefined)[])[];

const CRYPTO_LIBRARIES = ["kernel", "kernelBatch", "reference", "circomlibjs", "poseidonLite"];
const BYTES_PER_MEGABYTE = 2 ** 20;

function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : Math.round(bytes / BYTES_PER_MEGABYTE);
}

export function ofCrypto(result: CryptoBench): readonly Table[] {
  const { fieldMultiplication, poseidon, eddsaVerify, eddsaSignMicroseconds, notInstalled } =
    result;
  const row = (name: string, microseconds: Readonly<Record<string, number>>) => [
    name,
    ...CRYPTO_LIBRARIES.map((library) => microseconds[library]),
  ];
  const { kernel, bigint } = fieldMultiplication.nanoseconds;
  return [
    [
      ["µs of CPU time", ...CRYPTO_LIBRARIES],
      row("field product", { kernelBatch: kernel / 1000, reference: bigint / 1000 }),
      ...Object.entries(poseidon).map(([inputs, { microseconds }]) =>
        row(`Poseidon of ${inputs}`, microseconds),
      ),
      row("EdDSA verification", eddsaVerify.microseconds),
      row("EdDSA signature", eddsaSignMicroseconds),
      ...notInstalled.map((name) => row(`${name} is not installed`, {})),
    ],
  ];
}

export function ofConstraints({ circuits, buildingBlocks }: ConstraintsBench): readonly Table[] {
  return [
    [
      ["kind", "slots", "levels", "tokens", "constraints", "per slot", "one slot", "shared"],
      ...circuits.map((cost) => [
        cost.kind,
        cost.slots,
        cost.levels,
        cost.tokens,
        cost.constraints,
        cost.constraintsPerSlot,
        cost.slotConstraints,
        cost.sharedConstraints,
      ]),
    ],
    [["building block", "constraints"], ...Object.entries(buildingBlocks)],
  ];
}

/** Tables of one more operation in a block, whole blocks, and several proofs at once. */
export function ofL1({ emptyBlock, operations, blocks, proofBatches }: L1Bench): readonly Table[] {
  const operationRows = Object.entries(operations).map(([name, { gas, pubdataBytes }]) => [
    name,
    ...PHASES.map((phase) => gas[phase]),
    sumPhases(gas),
    pubdataBytes,
  ]);
  const emptyGas = PHASES.map((phase) => emptyBlock[phase].gas);
  const blockRows = blocks.map(({ operations: names, gas, gasPerOperation, pubdataBytes }) => [
    names.join(", "),
    ...PHASES.map((phase) => gas[phase]),
    gasPerOperation,
    pubdataBytes,
  ]);
  const batchRows = proofBatches.map(({ proofs, gas, gasPerProof, calldataBytes }) => [
    proofs,
    gas,
    gasPerProof,
    calldataBytes,
    Math.round(calldataBytes / proofs),
  ]);
  const tables: Table[] = [
    [["gas of one more", ...PHASES, "total", "bytes"], ...operationRows],
    [
      ["gas of a block with", ...PHASES, "per operation", "bytes"],
      ["nothing, without a proof", ...emptyGas, undefined, RECORD_COUNT_BYTES],
      ...blockRows,
    ],
  ];
  const heading = ["proofs at once", "gas", "per proof", "calldata bytes", "per proof"];
  return batchRows.length === 0 ? tables : [...tables, [heading, ...batchRows]];
}

export function ofSealing(shapes: readonly SealingBench[]): Table {
  return [
    ["shape", "a seal", "fewest blocks", "blocks", "sealed", "blocks", "least"],
    ...shapes.map(({ name, perSeal, fewest, sealed, least }) => [
      name,
      perSeal,
      fewest.constraintsPerOperation,
      fewest.blocks,
      sealed.constraintsPerOperation,
      sealed.blocks,
      least.constraintsPerOperation,
    ]),
  ];
}

export function ofLeaves(shapes: readonly LeavesBench[]): Table {
  const title = ["shape", "accounts", "slots", "leaves", "of 64", "of 512", "nodes", "of"];
  return [
    [...title, "now", "network", "leaf paths"],
    ...shapes.map((shape) => [
      shape.name,
      shape.accounts,
      shape.slots,
      shape.leaves,
      shape.cells,
      shape.cells512,
      shape.nodes,
      shape.nodesNow,
      shape.now,
      shape.network,
      shape.uniqueLeaves,
    ]),
  ];
}

export function ofSetup(result: SetupBench): readonly Table[] {
  const { constraints, wallSeconds, cpuSeconds, zkeyBytes } = result;
  return [
    [
      ["constraints", "wall s", "CPU s", "key MB"],
      [constraints, wallSeconds, cpuSeconds, megabytes(zkeyBytes)],
    ],
  ];
}

export function ofProver({ constraints, provers }: ProverBench): readonly Table[] {
  const title = `${constraints.toLocaleString("en")} constraints`;
  return [
    [
      [
        ...[title, "wall s", "CPU s", "peak MB", "× wall", "× CPU", "× memory"],
        ...["with key: wall s", "CPU s"],
      ],
      ...Object.entries(provers).map(([name, times]) => [
        name,
        times.wallSeconds,
        times.cpuSeconds,
        megabytes(times.peakMemoryBytes),
        times.wallRatio,
        times.cpuRatio,
        times.memoryRatio,
        times.withKey.wallSeconds,
        times.withKey.cpuSeconds,
      ]),
    ],
  ];
}

export function ofBrowser({ constraints, version, provers }: BrowserBench): readonly Table[] {
  const title = `${constraints.toLocaleString("en")} constraints, Chromium ${version}`;
  return [
    [
      [title, "wall s", "× wall", "first proof, wall s", "× first"],
      ...Object.entries(provers).map(([name, times]) => [
        name,
        times.wallSeconds,
        times.wallRatio,
        times.firstSeconds,
        times.firstRatio,
      ]),
    ],
  ];
}

/** A circuit that comes compiled with the package takes no time that would say anything. */
function compileSeconds({ cached, wallSeconds }: CompileBench): number | string {
  return cached ? "cached" : wallSeconds;
}

export function ofCompile(compilations: readonly CompileBench[]): readonly Table[] {
  return [
    [
      ["circuit", "constraints", "wall s", "CPU s", "peak MB"],
      ...compilations.map((compilation) => [
        compilation.name,
        compilation.constraints,
        compileSeconds(compilation),
        compilation.cached ? undefined : compilation.cpuSeconds,
        compilation.cached ? undefined : megabytes(compilation.peakMemoryBytes),
      ]),
    ],
  ];
}

export function ofBlocks(blocks: readonly (BlockBench & SizedBlocks)[]): readonly Table[] {
  return [
    [
      [
        "kind",
        "constraints",
        "compile s",
        "setup s",
        "key MB",
        "witness s",
        "proof s",
        "transfers/min",
        "memory MB",
      ],
      ...blocks.map((block) => [
        block.kind,
        block.constraints,
        compileSeconds(block.compile),
        block.setup.wallSeconds,
        megabytes(block.setup.zkeyBytes),
        block.witness.wallSeconds,
        block.proof.wallSeconds,
        block.transfersPerMinute,
        megabytes(block.proverMemoryBytes),
      ]),
    ],
    [
      ["gas of a full block", "commit", "verify", "execute", "per transfer", "calldata bytes"],
      ...blocks.map(({ kind, slots, gas, calldataBytes }) => [
        kind,
        gas.commit,
        gas.verify,
        gas.execute,
        Math.round((gas.commit + gas.verify + gas.execute) / slots),
        calldataBytes,
      ]),
    ],
  ];
}

export function ofFarm({ proofMs, inProcess, throughQueue }: FarmBench): readonly Table[] {
  const rows = (name: string, [one, all]: readonly [FarmRun, FarmRun]) =>
    [one, all].map((run) => [
      name,
      run.workers,
      run.proofs,
      run.wallSeconds,
      run.proofsPerSecond,
      (100 * run.proofsPerSecond) / (run.workers * one.proofsPerSecond),
    ]);
  return [
    [
      [`Proofs of ${proofMs} ms each`, "workers", "proofs", "wall s", "per s", "% of n times one"],
      ...rows("in process", inProcess),
      ...(throughQueue === undefined ? [] : rows("through PostgreSQL", throughQueue)),
    ],
  ];
}

export function ofSequencer(result: SequencerBench): readonly Table[] {
  const { accounts, threads, stores } = result;
  const [base] = stores;
  const row = (name: string, run: SequencerRun, baseRun: SequencerRun) => [
    name,
    run.transactions,
    run.wallSeconds,
    run.cpuSeconds,
    Math.round(run.transactionsPerSecond),
    ...Object.values(run.latencyMs),
    ...(stores.length > 1 ? [run.transactionsPerSecond / baseRun.transactionsPerSecond] : []),
  ];
  const title = `${accounts.toLocaleString("en")} accounts, ${threads} threads`;
  const heading = [title, "transfers", "wall s", "CPU s", "per s"];
  const latencies = ["ms: median", "95%", "99%", "longest"];
  const ratio = stores.length > 1 ? [`of ${base!.store}`] : [];
  return [
    [
      [...heading, ...latencies, ...ratio],
      ...stores.map(({ store, sustained }) =>
        row(`${store}, at the chosen rate`, sustained, base!.sustained),
      ),
      ...stores.map(({ store, peak }) => row(`${store}, at the maximum`, peak, base!.peak)),
    ],
  ];
}

export function ofState({ runs, threads, speed, cpuSpeed }: StateBench): readonly Table[] {
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  return [
    [
      [`${threads} threads`, "bytes an account: heap", "external", "resident", "MB", "MB, peak"],
      ...runs.map(({ accounts, bytesPerAccount, residentBytes, peakMemoryBytes }) => [
        `${accounts.toLocaleString("en")} accounts`,
        ...Object.values(bytesPerAccount).map(Math.round),
        megabytes(residentBytes),
        megabytes(peakMemoryBytes),
      ]),
    ],
    [
      ["", "start: wall s", "CPU s", "transfers", "CPU s", "per s", "of few", "by CPU time"],
      ...runs.map(({ accounts, load, run }, index) => [
        `${accounts.toLocaleString("en")} accounts`,
        load.wallSeconds,
        load.cpuSeconds,
        run.transactions,
        run.cpuSeconds,
        Math.round(run.transactionsPerSecond),
        ...(index === 0 ? [1, 1] : [speed, cpuSpeed]),
      ]),
    ],
  ];
}
