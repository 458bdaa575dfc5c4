/** Executed blocks with operations of a few accounts, and promises about them. */
import type { Wallet } from "ethers";
import { applyPublicOperation } from "../../src/operations/apply.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { LEAF_KIND } from "../../src/protocol/constants.ts";
import { type Preset, PRESETS } from "../../src/protocol/presets.ts";
import type { ExecutedOperations } from "../../src/receipts/inclusion-evidence.ts";
import {
  type Inclusion,
  type InclusionGroup,
  inclusionOf,
  type SignedInclusion,
  signInclusions,
} from "../../src/receipts/inclusion.ts";
import type { BondIdentity, ExecutedBlock } from "../../src/receipts/sealed-block.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { createBondWorld, ETHER, execute } from "./bond-world.ts";
import { createTestBlock, kindOfSlots } from "./test-rollup.ts";

export const [ALICE, BOB, CAROL] = [1, 2, 3] as const;
export const ADDRESSES = [0xfeen, 0xa11cen, 0xb0bn, 0xca401n] as const;
const ALICE_NONCE = 4;
const FUNDS = 1_000_000n;
/** Balances in a tail make the longest paths. */
const TOKENS = [0, 1, 9];

/** The state before the first block. */
export function createState(preset: Preset = PRESETS.dev): RollupState {
  let state = createGenesisState(preset, { feeAccountAddress: ADDRESSES[0] });
  for (const accountId of [ALICE, BOB, CAROL]) {
    const nonce = accountId === ALICE ? ALICE_NONCE : 0;
    const address = ADDRESSES[accountId];
    const account = { kind: LEAF_KIND.account, nonce, address, pubKeyHash: 0n };
    for (const tokenId of TOKENS) {
      state = state.update(accountId, tokenId, { account, balance: FUNDS });
    }
  }
  return state;
}

/** An executed block with all that a claim needs. */
export interface Executed extends ExecutedOperations {
  readonly evidence: ExecutedBlock;
  readonly pubdata: Uint8Array;
}

export const pay = (
  fromAccountId: number,
  toAccountId: number,
  amount: bigint,
): PublicOperation => {
  return { type: "transfer", fromAccountId, toAccountId, tokenId: 1, amount, fee: 1n };
};
export const FIRST: readonly PublicOperation[] = [
  pay(BOB, ALICE, 7n),
  pay(ALICE, BOB, 500n), // nonce 4
  { type: "withdraw", accountId: ALICE, tokenId: 0, fee: 1n, recipient: 0xeeen, amount: 10n },
  pay(BOB, CAROL, 8n),
  {
    type: "transferToNew",
    fromAccountId: ALICE,
    toAccountId: 4,
    tokenId: 9,
    amount: 20n,
    fee: 1n,
    recipient: 0xdadn,
  },
  {
    type: "forcedExit",
    initiatorAccountId: ALICE,
    targetAccountId: CAROL,
    tokenId: 1,
    fee: 1n,
    recipient: ADDRESSES[CAROL],
    amount: FUNDS + 8n,
  },
  pay(BOB, CAROL, 9n),
];

/** @param others - Promises in the group of each signed one. */
export async function createInclusionWorld(others: () => number, preset: Preset = PRESETS.dev) {
  const genesisState = createState(preset);
  const world = await createBondWorld({ preset, genesisStateRoot: genesisState.root });
  const { client, ethers, key, identity, networkHelpers } = world;
  await networkHelpers.setBalance(client.rollupAddress, ETHER);
  const timestamp = BigInt(await networkHelpers.time.latest());
  const run = async (
    operations: readonly PublicOperation[],
    parent: Pick<Executed, "storedBlock" | "state">,
  ): Promise<Executed> => {
    const state = operations.reduce(
      (before, operation) => applyPublicOperation(before, operation).state,
      parent.state,
    );
    const block = createTestBlock(client, parent.storedBlock, operations, {
      kind: kindOfSlots(16),
      timestamp: timestamp + BigInt(parent.storedBlock.blockNumber),
      newStateRoot: state.root,
    });
    await execute(world, block, parent.storedBlock);
    const evidence = world.evidenceOf(block, parent.storedBlock);
    const { storedBlock, commitBlock } = block;
    return { storedBlock, operations, state, evidence, pubdata: commitBlock.pubdata };
  };
  const anchor = (await ethers.provider.getBlock("latest"))!;
  const due: InclusionGroup = {
    dueBlock: 1,
    dueAt: timestamp,
    anchorNumber: anchor.number,
    anchorHash: anchor.hash!,
  };
  /** Signs a promise among others. */
  const sign = async (
    inclusion: Inclusion,
    group: Partial<InclusionGroup> = {},
    {
      signer = key,
      bond = identity,
    }: { signer?: Pick<Wallet, "signTypedData">; bond?: BondIdentity } = {},
  ): Promise<SignedInclusion> => {
    const fillers = Array.from({ length: others() }, (_, nonce) => ({ ...inclusion, nonce }));
    const all = [...fillers, inclusion];
    return (await signInclusions(signer, bond, { ...due, ...group }, all)).at(-1)!;
  };
  const first = await run(FIRST, { storedBlock: world.genesis, state: genesisState });
  return { ...world, timestamp, due, sign, run, first };
}
export type InclusionWorld = Awaited<ReturnType<typeof createInclusionWorld>>;

/** What Alice signs with a nonce; by default what the first block has. */
export function signedByAlice(nonce: number, changes: Partial<Inclusion> = {}): Inclusion {
  const common = { accountId: ALICE, fee: 1n, nonce, validFrom: 0n, validUntil: 2n ** 64n - 1n };
  const contents = [
    { type: "transfer", tokenId: 1, recipient: ADDRESSES[BOB], amount: 500n },
    { type: "withdraw", tokenId: 0, recipient: 0xeeen, amount: 10n },
    { type: "transfer", tokenId: 9, recipient: 0xdadn, amount: 20n },
    { type: "forcedExit", tokenId: 1, recipient: ADDRESSES[CAROL] },
  ] as const;
  const content = contents[nonce - ALICE_NONCE] ?? contents[0];
  return { ...inclusionOf({ ...common, ...content }), ...changes };
}
/** Slots of Alice's operations, by her nonce. */
export const SLOTS: Readonly<Record<number, number>> = { 4: 1, 5: 2, 6: 4, 7: 5 };
/** A nonce that Alice uses in no slot of the first block. */
export const UNUSED = 8;
