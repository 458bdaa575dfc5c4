/** Sessions of a rollup that a file has saved: its L1 has been replayed, its ledger is kept. */
import { connectRollup, type RollupLocation } from "../../l1/client.ts";
import { DEFAULT_OPTIONS } from "../../operator/options.ts";
import { createMemoryStore, type Store } from "../../operator/store.ts";
import type { Preset } from "../../protocol/presets.ts";
import { assertBond, readBond } from "../../receipts/bond-on-l1.ts";
import { readInput } from "../../sdk/inputs.ts";
import { decodeSnapshot, type SnapshotPart } from "../../store/snapshot-codec.ts";
import { orInvalid } from "../devnet/state-file.ts";
import { buildRollupIfLeftOut } from "./build-on-demand.ts";
import { resumeOptions } from "./options.ts";
import { createProver } from "./prover.ts";
import {
  closeSession,
  type Environment,
  firstSigner,
  type LocalParts,
  type Session,
  startSession,
} from "./session.ts";
import type { OperatorSettings } from "./types.ts";

/** A rollup as it was saved. */
export interface SavedRollup {
  /** Where it is from, for messages. */
  readonly file: string;
  readonly location: Required<RollupLocation>;
  readonly bondAddress: string;
  readonly preset: Preset;
  /** The operator's ledger, see `encodeSnapshot`. */
  readonly ledger: readonly SnapshotPart[];
}

/** The preset is that of the rollup. */
export type LoadOptions = Omit<OperatorSettings, "preset">;

/** Obstacles of an operator whose ledger is not that of its L1. */
const FOREIGN_LEDGER: readonly string[] = ["START_NOT_ON_L1", "BLOCKS_UNKNOWN", "STATE_DAMAGED"];

/**
 * Starts an operator that continues a saved ledger on the L1 that it was saved with.
 *
 * @throws DEVNET_STATE_INVALID, ROLLUP_NOT_BUILT, and as `readInput`
 */
export async function loadSession(
  environment: Environment,
  saved: SavedRollup,
  given: LoadOptions,
): Promise<Session> {
  const options = readInput(resumeOptions, given);
  const { config } = environment;
  const proverName = options.prover ?? config.rollup.prover;
  await buildRollupIfLeftOut(config, proverName);
  const prover = await createProver(config, saved.preset.name, proverName);
  return orInvalid(saved.file, async () => {
    try {
      const parts = { ...(await readParts(environment, saved)), prover };
      const session = await startSession(environment, options, parts);
      await assertOwnLedger(session);
      return session;
    } catch (error) {
      await prover.close();
      throw error;
    }
  });
}

async function readParts(
  { connection }: Environment,
  saved: SavedRollup,
): Promise<Omit<LocalParts, "prover">> {
  const { location, bondAddress, preset } = saved;
  const signer = await firstSigner(connection);
  const { address: signerAddress } = signer;
  const l1 = await connectRollup(location, signer);
  const bond = await readBond(connection.ethers.provider, bondAddress);
  assertBond(bond, location.rollupAddress, signerAddress);
  const promises = { bond, signer, signerAddress };
  // The ledger has begun, so nothing depends on the owner of the fee account.
  return { preset, feeAccountAddress: 0n, l1, promises, store: createLoadedStore(saved) };
}

/** @throws The obstacle of an operator whose ledger is not that of its L1 */
async function assertOwnLedger(session: Session): Promise<void> {
  const obstacle = session.local?.operator.obstacle;
  if (obstacle === undefined || !FOREIGN_LEDGER.includes(obstacle.code)) return;
  await closeSession(session);
  throw obstacle;
}

/** Keeps everything in memory, from a ledger on. */
function createLoadedStore({ ledger, preset }: SavedRollup): Store {
  const store = createMemoryStore(DEFAULT_OPTIONS);
  const { finalReceiptsMax } = store;
  return {
    ...store,
    load: async (hashing) => ({
      snapshot: await decodeSnapshot(ledger, { preset, finalReceiptsMax, hashing }),
      events: [],
    }),
  };
}
