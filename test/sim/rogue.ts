/** A validator that lies: L1 must accept no proof for its blocks. */
import { expect } from "chai";
import { applyPublicBlock } from "../../src/block/block.ts";
import {
  blockData,
  challenge,
  committedElements,
  digestOf,
  evaluate,
  headerWord,
} from "../../src/block/commitment.ts";
import { decodePubdata } from "../../src/block/pubdata.ts";
import type { RollupClient } from "../../src/l1/client.ts";
import type { ProveBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import type { StateAtBlock } from "../../src/restore/chain.ts";
import { blockKindId, slotsOfKindId } from "../../src/protocol/kinds.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { wholeKind } from "../helpers/kinds.ts";
import { createTestBlock, type TestBlock } from "../helpers/test-rollup.ts";
import type { SimChain } from "./chain.ts";

/** `theft` moves money without a signature; `hidden theft` shows it only to L1. */
export const LIES = ["wrong root", "theft", "hidden theft"] as const;
export type Lie = (typeof LIES)[number];

/** Possible errors of L1 for a proof: it is wrong, or an earlier block must be proven first. */
const REFUSALS = ["ProofsInvalid", "BlockOutOfOrder"];
const LOOT = 10n ** 18n;

export class Rogue {
  readonly #chain: SimChain;
  readonly #address: bigint;

  constructor(chain: SimChain) {
    this.#chain = chain;
    this.#address = BigInt(chain.rollup.validator.address);
  }

  /**
   * Commits a lie, and tries to prove and to execute it.
   *
   * @param parent - The last committed block.
   * @param honestProof - A proof that L1 has accepted for another block.
   * @param client - Client of the operator's account, or of another validator.
   */
  async publish(
    lie: Lie,
    parent: StateAtBlock,
    honestProof: readonly bigint[],
    client: RollupClient,
  ): Promise<void> {
    const { commitBlock, proveBlock, payouts } = this.#forge(lie, parent);
    const { storedBlocks } = await this.#chain.act(() =>
      client.commitBlocks(parent.storedBlock, [commitBlock]),
    );
    const claim: ProveBlock = { ...proveBlock, storedBlock: storedBlocks[0]! };
    for (const proof of [honestProof, proveBlock.proof]) {
      const error = await this.#refusal(() => client.proveBlocks([{ ...claim, proof }]));
      expect(error, lie).to.be.oneOf(REFUSALS);
    }
    await this.#refusal(() => client.executeBlocks([{ storedBlock: storedBlocks[0]!, payouts }]));
  }

  /** Commits an empty block as another validator, and leaves it unproven. */
  async overtake(parent: StateAtBlock): Promise<void> {
    const { foreignClient } = this.#chain;
    const { commitBlock } = this.#block(parent, [], parent.state.root + 1n);
    await this.#chain.act(() => foreignClient.commitBlocks(parent.storedBlock, [commitBlock]));
  }

  /** Tries to commit a block that serves these requests, which are not the first of the queue. */
  async censor(parent: StateAtBlock, requests: readonly PublicOperation[]): Promise<void> {
    const { commitBlock } = this.#block(parent, requests, parent.state.root + 1n);
    const { client } = this.#chain;
    const error = await this.#refusal(() => client.commitBlocks(parent.storedBlock, [commitBlock]));
    expect(error).to.equal("PriorityRequestMismatch");
  }

  #forge(lie: Lie, parent: StateAtBlock): TestBlock {
    const { state } = parent;
    if (lie === "wrong root") {
      const balance = state.balance(0, 0) + LOOT;
      return this.#block(parent, [], state.update(0, 0, { balance }).root);
    }
    const theft = this.#theft(state);
    if (lie === "hidden theft") {
      const { chainId, rollupAddress } = this.#chain.client;
      const domain = signingDomain(chainId, BigInt(rollupAddress));
      return hide(this.#block(parent, [theft], state.root), parent, domain);
    }
    const { blockNumber } = parent.storedBlock;
    const kind = wholeKind(state.preset);
    const header = { blockNumber: blockNumber + 1, timestamp: 0n, feeAccountId: 0 };
    const after = applyPublicBlock(state, { ...header, kind, operations: [theft] });
    return this.#block(parent, [theft], after.state.root);
  }

  /** Withdraws the largest balance of ETH. */
  #theft(state: RollupState): PublicOperation {
    const balances = [...state.accounts()].map(([id]) => ({ id, amount: state.balance(id, 0) }));
    const richest = balances.reduce((one, other) => (other.amount > one.amount ? other : one));
    const payout = { tokenId: 0, fee: 0n, recipient: this.#address, amount: richest.amount };
    return { type: "withdraw", accountId: richest.id, ...payout };
  }

  #block(
    { storedBlock, state }: StateAtBlock,
    operations: readonly PublicOperation[],
    newStateRoot: bigint,
  ): TestBlock {
    const now = BigInt(this.#chain.now);
    const timestamp = now > storedBlock.timestamp ? now : storedBlock.timestamp;
    const kind = blockKindId(wholeKind(state.preset));
    return createTestBlock(this.#chain.client, storedBlock, operations, {
      kind,
      timestamp,
      newStateRoot,
    });
  }

  /** @returns Name of the Solidity error. */
  async #refusal(call: () => Promise<unknown>): Promise<unknown> {
    const { facts } = await expectRejection("L1_REVERTED", this.#chain.act(call));
    return facts["error"];
  }
}

/** Publishes the operations of a block with the digest of one that has none. */
function hide(
  { commitBlock, proveBlock, ...block }: TestBlock,
  parent: StateAtBlock,
  domain: bigint,
): TestBlock {
  const { kind, timestamp, newStateRoot, pubdata, feeAccountId } = commitBlock;
  const slots = slotsOfKindId(kind);
  const { blockNumber, stateRoot: oldStateRoot } = parent.storedBlock;
  const noop: PublicOperation = { type: "noop" };
  const header = headerWord({ blockNumber: blockNumber + 1, timestamp, feeAccountId });
  const elementsOf = (operations: readonly PublicOperation[]) =>
    committedElements({ oldStateRoot, newStateRoot, header, domain }, blockData(operations));
  const digest = digestOf(elementsOf(new Array<PublicOperation>(slots).fill(noop)));
  const z = challenge({ pubdata, kind, digest, oldStateRoot, newStateRoot, header });
  const published = decodePubdata(pubdata);
  const padding = new Array<PublicOperation>(slots - published.length).fill(noop);
  const y = evaluate(elementsOf([...published, ...padding]), z);
  return {
    ...block,
    commitBlock: { ...commitBlock, digest },
    proveBlock: { ...proveBlock, digest, z, y },
  };
}
