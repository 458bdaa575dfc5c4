/** Renders the gas of L1 that fees are made of, from the baseline that tests measure. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const BASELINE = "test/bench/gas.json";

const perPhase = z.object({ commit: z.number(), prove: z.number(), execute: z.number() });
const cost = z.object({ gas: z.number() });
const baselineSchema = z.object({
  operations: z.object({
    emptyBlock: z.object({ commit: cost, prove: cost, execute: cost }),
    operations: z.record(z.object({ gas: perPhase })),
  }),
  proofBatches: z.array(
    z.object({ proofs: z.number(), calldataBytes: z.number(), executionGas: z.number() }),
  ),
});

/** Base of a transaction, and a byte of calldata that is not zero (EIP-2028). */
const TRANSACTION_GAS = 21_000;
const BYTE_GAS = 16;

/** @param root - Folder of the package. */
export async function renderL1Gas(root: string): Promise<string> {
  const text = await readFile(join(root, BASELINE), "utf8");
  const { operations: measured, proofBatches } = baselineSchema.parse(JSON.parse(text));
  const { emptyBlock, operations } = measured;
  const block = { commit: emptyBlock.commit.gas, execute: emptyBlock.execute.gas };
  const proofs = proofBatches.map(({ proofs, calldataBytes, executionGas }) => ({
    proofs,
    gas: TRANSACTION_GAS + BYTE_GAS * calldataBytes + executionGas,
  }));
  const byOperation = Object.fromEntries(
    Object.entries(operations).map(([name, { gas }]) => [name, gas]),
  );
  return [
    `// generated from ${BASELINE}; run \`npm run generate\``,
    "/** Gas of L1, as `test/bench/gas.test.ts` measures it. */",
    `export const L1_GAS = ${JSON.stringify({ transaction: TRANSACTION_GAS, block, proofs, operations: byOperation })} as const;`,
    "",
  ].join("\n");
}
