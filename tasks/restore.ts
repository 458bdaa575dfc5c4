/** `hardhat rollup:restore`: restores the state of a rollup from L1 alone. */
import { relative } from "node:path";
import type { NetworkRestore } from "../src/plugin/restore/restore-from-network.ts";
import { type CommonArguments, createRestoreReporter, defineAction, printJson } from "./common.ts";
import { connectToL1, type RestoreArguments, toRestoreSettings } from "./restore-arguments.ts";

function report({ l1, restored, file }: NetworkRestore) {
  const { preset, executed, pending, faulty, l1Block } = restored;
  const { storedBlock, state } = executed;
  return {
    rollup: l1.rollupAddress,
    chainId: Number(l1.chainId),
    preset: preset.name,
    l1Block,
    executed: {
      blockNumber: storedBlock.blockNumber,
      stateRoot: state.root,
      accounts: [...state.accounts()].length,
    },
    pending: pending.map(({ storedBlock, status }) => ({
      blockNumber: storedBlock.blockNumber,
      status,
      stateRoot: storedBlock.stateRoot,
    })),
    faulty: faulty.map(({ storedBlock, fault }) => ({
      blockNumber: storedBlock.blockNumber,
      error: fault.message,
    })),
    file,
  };
}

function print({ rollup, executed, pending, faulty, l1Block, file }: ReturnType<typeof report>) {
  console.log(`Rollup ${rollup} at L1 block ${l1Block.number}`);
  console.log(`Executed   block ${executed.blockNumber}, ${executed.accounts} accounts`);
  console.log(`State root ${executed.stateRoot}, as on L1`);
  for (const { blockNumber, status } of pending) console.log(`Block ${blockNumber} is ${status}`);
  for (const { error } of faulty) console.log(`FAULTY, to be reverted: ${error}`);
  console.log(`Checkpoint in ${relative("", file)}`);
}

const action = defineAction<RestoreArguments & CommonArguments>(async (args, hre) => {
  const settings = await toRestoreSettings(args);
  const { restoreFromNetwork } = await import("../src/plugin/restore/restore-from-network.ts");
  const connection = await connectToL1(hre);
  try {
    const onProgress = createRestoreReporter(args);
    const result = report(await restoreFromNetwork(hre.config, connection, settings, onProgress));
    if (args.json) printJson(result);
    else print(result);
  } finally {
    await connection.close();
  }
});

export default action;
