/** States of random accounts. */
import { LEAF_KIND } from "../../src/protocol/constants.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../../src/protocol/presets.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import type { Random } from "./random.ts";

const ACCOUNTS = 12;

/**
 * Creates a state of accounts with balances, with or without a key, and gaps between their ids.
 *
 * @param balanceBits - Bits of the balances; each account but the fee account has ETH.
 */
export function createRandomState(random: Random, preset: Preset, balanceBits = 128): RollupState {
  let state = createGenesisState(preset, { feeAccountAddress: 1n + random.bigint(159) });
  const stride = Math.floor((accountCapacity(preset) - 1) / ACCOUNTS);
  for (let i = 0; i < ACCOUNTS; i++) {
    const account = {
      kind: LEAF_KIND.account,
      nonce: 1 + random.int(2 ** 31),
      address: 1n + random.bigint(159),
      pubKeyHash: random.bool() ? random.field() : 0n,
    };
    const accountId = 1 + stride * i + random.int(stride);
    const balance = () => 1n + random.bigint(balanceBits - 1);
    state = state.update(accountId, random.int(tokenCapacity(preset)), {
      account,
      balance: balance(),
    });
    state = state.update(accountId, 0, { balance: balance() });
  }
  return state;
}

/** Picks the id of a random account other than the fee account. */
export function pickAccountId(random: Random, state: RollupState): number {
  const [accountId] = random.pick([...state.accounts()].filter(([id]) => id > 0));
  return accountId;
}
