/** `hardhat rollup:demo`: a rollup from deposit to withdrawal in a minute, with real proofs. */
import { join, relative, resolve } from "node:path";
import { styleText } from "node:util";
import { formatTable } from "@nomicfoundation/hardhat-utils/format";
import type { Manifest } from "../src/plugin/circuits/manifest.ts";
import type { BuildPlan } from "../src/plugin/circuits/plan.ts";
import type { BlockReport } from "../src/plugin/demo/block-report.ts";
import type { ProofFiles } from "../src/plugin/demo/proof-files.ts";
import type { BalanceReport, Narrator } from "../src/plugin/demo/story.ts";
import { type CommonArguments, buildFor, defineAction, printJson, row, toPlan } from "./common.ts";

interface DemoArguments extends CommonArguments {
  readonly output?: string | undefined;
}

const count = (value: number) => value.toLocaleString("en");
const seconds = (valueMs: number) => `${(valueMs / 1000).toFixed(1)} s`;

function createNarrator({ progress, prover }: BuildPlan): Narrator {
  return {
    chapter: (title) => console.log(`\n${styleText("bold", title)}`),
    step: (text) => console.log(`  ${text}`),
    working: (work) => progress("  Committing, proving, executing", work),
    block: (report) => console.log(describeBlock(report, prover)),
  };
}

function describeBlock(block: BlockReport, prover: string): string {
  const { number, kind, slots, operations, proofMs, gas, pubdataBytes } = block;
  const head = styleText("green", `  ✔ Block ${number}`);
  return [
    `${head}  ${operations.join(", ")} in ${slots} slots (${kind}), ${pubdataBytes} bytes of public data`,
    `    proof ${seconds(proofMs)} (${prover}), gas: commit ${count(gas.commit)}, ` +
      `prove ${count(gas.prove)}, execute ${count(gas.execute)}`,
    `    state ${block.oldStateRoot} → ${block.newStateRoot}`,
  ].join("\n");
}

async function printBalances(balances: readonly BalanceReport[]): Promise<void> {
  const { formatAmount } = await import("../src/sdk/amounts.ts");
  const rows = balances.map(({ account, token, decimals, l1, l2 }) => {
    const amounts = [l1.before, l1.after, l2.before, l2.after];
    const cells = amounts.map((amount) => formatAmount(amount, { decimals }));
    return row(account, token, ...cells);
  });
  const cells = ["account", "token", "L1 before", "L1 after", "L2 before", "L2 after"];
  const heading = { type: "section-header" as const, text: "Balances" };
  console.log(`\n${formatTable([heading, { type: "header", cells }, ...rows])}`);
}

function printProofFiles(files: readonly ProofFiles[]): void {
  const [first] = files;
  if (first === undefined) return;
  const paths = [first.verificationKey, first.publicInputs, first.proof];
  console.log("\nsnarkjs verifies each proof like the first:");
  console.log(`  npx snarkjs groth16 verify ${paths.map((path) => relative("", path)).join(" ")}`);
}

async function describeCircuits({ circuits }: Manifest) {
  const { constraintsPerSlot } = await import("../src/plugin/circuits/measure.ts");
  const { blockKindOfId } = await import("../src/protocol/kinds.ts");
  return circuits.flatMap(({ name, keyId, constraints }) => {
    const kind = keyId === undefined ? undefined : blockKindOfId(keyId);
    if (kind === undefined) return [];
    const perSlot = constraintsPerSlot(constraints, kind.slots);
    return { name, ...kind, constraints, constraintsPerSlot: perSlot };
  });
}

const action = defineAction<DemoArguments>(async (args, hre) => {
  const plan = toPlan(args, hre);
  const { preset, prover, config } = plan;
  const manifest = await buildFor(plan, hre);
  const connection = await hre.network.create();
  try {
    const { silentNarrator, tellStory } = await import("../src/plugin/demo/story.ts");
    const { reportBlock } = await import("../src/plugin/demo/block-report.ts");
    const { writeProofFiles } = await import("../src/plugin/demo/proof-files.ts");
    const narrator = args.json ? silentNarrator : createNarrator(plan);
    const story = await tellStory(hre.config, connection, { preset, prover }, narrator);
    const { balances, ok } = story;
    const blocks = story.blocks.map(reportBlock);
    const folder = resolve(args.output ?? join(config.paths.cache, "demo"));
    const isMock = prover === "mock";
    const files = isMock ? [] : await writeProofFiles(folder, manifest, story.blocks);
    const circuits = isMock ? [] : await describeCircuits(manifest);
    if (!ok) process.exitCode = 1;
    if (args.json) {
      printJson({ preset, prover, circuits, blocks, balances, files, ok });
      return;
    }
    await printBalances(balances);
    printProofFiles(files);
    console.log(
      ok ? "\nAll withdrawals have arrived; L1 holds exactly the balances of L2." : "\nFAILED",
    );
  } finally {
    await connection.close();
  }
});

export default action;
