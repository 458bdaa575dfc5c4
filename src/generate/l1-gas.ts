/** Renders the gas of L1 that fees are made of, from the baseline that tests measure. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const BASELINE = "test/bench/gas.json";

const perPhase = z.object({ commit: z.number(), prove: z.number(), execute: z.number() });
const cost = z.object({ gas: z.number(), executionGas: z.number() });
const baselineSchema = z.object({
  operations: z.object({
    emptyBlock: z.object({ commit: cost, prove: cost, execute: cost }),
    operations: z.record(z.object({ gas: perPhase, calldataBytes: perPhase })),
    firstPayout: z.number(),
  }),
  proofBatches: z.array(
    z.object({ proofs: z.number(), calldataBytes: z.number(), executionGas: z.number() }),
  ),
});

/** Base of a transaction, and a byte of calldata that is not zero (EIP-2028). */
const TRANSACTION_GAS = 21_000;
const BYTE_GAS = 16;
/** The same byte where calldata costs more than all the rest, and their ratio (EIP-7623). */
const BYTE_FLOOR_GAS = 40;
const FLOOR_RATIO = BYTE_FLOOR_GAS / BYTE_GAS;

/** @param root - Folder of the package. */
export async function renderL1Gas(root: string): Promise<string> {
  const text = await readFile(join(root, BASELINE), "utf8");
  const { operations: measured, proofBatches } = baselineSchema.parse(JSON.parse(text));
  const { emptyBlock, operations, firstPayout } = measured;
  const { commit, execute } = emptyBlock;
  const calldataGas = commit.gas - TRANSACTION_GAS - commit.executionGas;
  const block = {
    commit: commit.gas,
    commitFloor: TRANSACTION_GAS + FLOOR_RATIO * calldataGas,
    execute: execute.gas,
  };
  const proofs = proofBatches.map(({ proofs, calldataBytes, executionGas }) => ({
    proofs,
    gas: TRANSACTION_GAS + BYTE_GAS * calldataBytes + executionGas,
  }));
  const byOperation = Object.fromEntries(
    Object.entries(operations).map(([name, { gas, calldataBytes }]) => [
      name,
      { ...gas, commitFloor: BYTE_FLOOR_GAS * calldataBytes.commit },
    ]),
  );
  const moreForFirstPayout = firstPayout - operations["withdrawEth"]!.gas.execute;
  const gas = {
    transaction: TRANSACTION_GAS,
    block,
    moreForFirstPayout,
    proofs,
    operations: byOperation,
  };
  return [
    `// generated from ${BASELINE}; run \`npm run generate\``,
    "/**",
    " * Gas of L1, as `test/bench/gas.test.ts` measures it. `commitFloor` is the least for calldata",
    " * (EIP-7623), which counts where it exceeds the rest.",
    " */",
    `export const L1_GAS = ${JSON.stringify(gas)} as const;`,
    "",
  ].join("\n");
}
