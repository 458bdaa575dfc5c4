/** Snapshots: a state as plain JSON, to save it and to load it. */
import { LEAF_KIND } from "../protocol/constants.ts";
import type { Preset } from "../protocol/presets.ts";
import { isRollupError } from "../util/errors.ts";
import { bigintFromJson, bigintToJson } from "../util/json.ts";
import { stateError } from "./errors.ts";
import { RollupState } from "./rollup-state.ts";

/** Integers that may pass 2^53 are strings, see `src/util/json.ts`. */
export interface StateSnapshot {
  /** Name of the preset. */
  readonly preset: string;
  readonly root: string;
  readonly accounts: readonly AccountSnapshot[];
}

export interface AccountSnapshot {
  readonly id: number;
  readonly nonce: number;
  readonly address: string;
  readonly pubKeyHash: string;
  /** The non-zero balances, in ascending order of the token id. */
  readonly balances: readonly (readonly [tokenId: number, amount: string])[];
}

/**
 * Takes a snapshot of a state.
 *
 * @param state - Any state.
 * @returns Plain JSON with all accounts, their balances and the state root.
 *
 * @example
 * const snapshot = toSnapshot(createGenesisState(PRESETS.dev, { feeAccountAddress: 0xfeen }));
 * snapshot.accounts[0].address; // "0xfee"
 */
export function toSnapshot(state: RollupState): StateSnapshot {
  const accounts = [...state.accounts()].map(([id, { nonce, address, pubKeyHash }]) => ({
    id,
    nonce,
    address: bigintToJson(address),
    pubKeyHash: bigintToJson(pubKeyHash),
    balances: [...state.balances(id)].map(
      ([tokenId, amount]) => [tokenId, bigintToJson(amount)] as const,
    ),
  }));
  return { preset: state.preset.name, root: bigintToJson(state.root), accounts };
}

/**
 * Loads a snapshot and checks it against its own root. The caller compares that root with L1.
 *
 * @param preset - The preset of the rollup; the snapshot must name the same.
 * @param snapshot - From {@link toSnapshot}, perhaps saved as JSON in between.
 * @returns The state, with the root that the snapshot names.
 * @throws SNAPSHOT_PRESET_MISMATCH, SNAPSHOT_MALFORMED, SNAPSHOT_ROOT_MISMATCH
 *
 * @example
 * const { state } = rollup.operator;
 * const saved = JSON.stringify(toSnapshot(state));
 * fromSnapshot(state.preset, JSON.parse(saved)).root === state.root; // true
 * fromSnapshot(PRESETS.full, toSnapshot(state)); // throws SNAPSHOT_PRESET_MISMATCH
 */
export function fromSnapshot(preset: Preset, snapshot: StateSnapshot): RollupState {
  if (snapshot.preset !== preset.name) {
    throw stateError({
      code: "SNAPSHOT_PRESET_MISMATCH",
      expected: preset.name,
      actual: snapshot.preset,
    });
  }
  const [expected, state] = parse(() => [
    bigintFromJson(snapshot.root),
    snapshot.accounts.reduce(addAccount, RollupState.empty(preset)),
  ]);
  if (state.root !== expected) {
    throw stateError({ code: "SNAPSHOT_ROOT_MISMATCH", expected, actual: state.root });
  }
  return state;
}

function addAccount(state: RollupState, snapshot: AccountSnapshot): RollupState {
  const { id, nonce, balances } = snapshot;
  const address = bigintFromJson(snapshot.address);
  const pubKeyHash = bigintFromJson(snapshot.pubKeyHash);
  const account = { kind: LEAF_KIND.account, nonce, address, pubKeyHash };
  return balances.reduce(
    (next, [tokenId, amount]) => next.update(id, tokenId, { balance: bigintFromJson(amount) }),
    state.update(id, 0, { account }),
  );
}

/** Runs `read`; any error in it means a malformed snapshot, because snapshots come from outside. */
function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const reason = isRollupError(cause) ? cause.code : String(cause);
    throw stateError({ code: "SNAPSHOT_MALFORMED", reason }, { cause });
  }
}
