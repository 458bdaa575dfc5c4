/**
 * The exit from a rollup whose operator has stopped, for a page: the state is restored from an RPC
 * node of L1, the proof is made where the user is, and the user's own wallet sends transactions.
 * No server of the rollup takes part: `import { … } from "hardhat-zkrollup/exit"`.
 *
 * @example
 * const rollupAddress = client.rollupAddress; // one that the user trusts
 * const source = createRestoreSource(await connectRollup({ rollupAddress }, ethers.provider));
 * const restored = await restoreRollup(source);
 * const request = await toExitRequest(client, restored, alice.address, "ETH");
 * request.owner === alice.address; // true
 */
export { createExitProver, type ExitCircuitFiles } from "./exit/groth16-prover.ts";
export {
  type ExitReport,
  type ExitRequest,
  exitRollup,
  type ExitStep,
  type ExodusStatus,
  readExodusStatus,
} from "./exit/exit.ts";
export { requestFullExits, toExitRequest } from "./exit/request.ts";
export {
  type ConnectOptions,
  connectRollup,
  RollupClient,
  type RollupLocation,
} from "./l1/client.ts";
export {
  type RestoredRollup,
  type RestoreOptions,
  type RestoreProgress,
  restoreRollup,
} from "./restore/restore.ts";
export { createRestoreSource, type RestoreSource } from "./restore/source.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
