/**
 * A validator that obeys circuit and contract, and no other rule: second accounts of one owner,
 * accounts anywhere in the tree, fee accounts of its choice. Its blocks are final, so operator and
 * users must continue from them.
 */
import { decodePubdata } from "../../src/block/pubdata.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { CommitBlock, QueuedRequest } from "../../src/l1/types.ts";
import { fullExitAmount } from "../../src/operations/full-exit/operation.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { payoutsOf } from "../../src/operations/payouts.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import { AMOUNT_MAX } from "../../src/protocol/constants.ts";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { accountCapacity } from "../../src/protocol/presets.ts";
import type { StateAtBlock } from "../../src/restore/chain.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { carryOutOperation } from "../helpers/dishonest-input.ts";
import { commitHostileBlock, hostileBlock } from "../helpers/hostile-block.ts";
import { restoreIfProvable } from "../helpers/hostile-run.ts";
import { wholeKind } from "../helpers/kinds.ts";
import type { Random } from "../helpers/random.ts";
import { loadBlockCircuit } from "../helpers/template-circuit.ts";
import type { SimChain } from "./chain.ts";
import { sealOf } from "./sim-prover.ts";

/** Operations that need neither a request nor a consent on L1. */
const TYPES = ["noop", "transfer", "transferToNew", "withdraw", "forcedExit"] as const;
/** Attempts to generate a provable block; most are. */
const ATTEMPTS = 4;
const PROOF_WORDS = 8;

export class HostileValidator {
  readonly #chain: SimChain;
  readonly #random: Random;
  #circuit: Promise<Circuit> | undefined;

  constructor(chain: SimChain, random: Random) {
    this.#chain = chain;
    this.#random = random;
  }

  /**
   * Commits and proves a block that the circuit accepts, and mostly executes it.
   *
   * @param parent - The last block, which is executed.
   * @param requests - Requests that no block serves yet, in order.
   * @returns Whether there was such a block.
   */
  async publish(parent: StateAtBlock, requests: readonly QueuedRequest[]): Promise<boolean> {
    const { client, now, users } = this.#chain;
    const { chainId, rollupAddress } = client;
    const { storedBlock, state } = parent;
    const kind = wholeKind(state.preset);
    this.#circuit ??= loadBlockCircuit(state.preset, kind);
    const world = {
      random: this.#random,
      domain: signingDomain(chainId, BigInt(rollupAddress)),
      actors: users.map(({ actor }) => actor),
    };
    const timestamp = storedBlock.timestamp > now ? storedBlock.timestamp : BigInt(now);
    const header = { blockNumber: storedBlock.blockNumber + 1, timestamp };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const first = this.#serve(state, requests.slice(0, this.#random.int(kind.slots)));
      const claim = hostileBlock(world, state, { header, kind, types: TYPES, first });
      const isProvable = (await restoreIfProvable(await this.#circuit, claim)) !== undefined;
      if (!isProvable) continue;
      await this.#commitAndProve(parent, claim);
      return true;
    }
    return false;
  }

  /** Operations that serve the requests in order, with accounts of the validator's choice. */
  #serve(before: RollupState, requests: readonly QueuedRequest[]): Operation[] {
    let state = before;
    return requests.map((request) => {
      const operation = this.#toOperation(state, request);
      state = carryOutOperation(state, wholeKind(state.preset), operation);
      return operation;
    });
  }

  #toOperation(state: RollupState, request: QueuedRequest): Operation {
    const { owner, tokenId } = request;
    if (request.type === "fullExit") {
      const { accountId } = request;
      const amount = fullExitAmount(state, { accountId, owner, tokenId });
      return { type: "fullExit", accountId, owner, tokenId, amount };
    }
    const { amount } = request;
    const accountId = this.#pickAccount(state, owner);
    const isRefund = accountId === undefined || this.#random.int(4) === 0;
    if (isRefund || state.balance(accountId, tokenId) + amount > AMOUNT_MAX) {
      return { type: "refund", tokenId, owner, amount };
    }
    return { type: "deposit", accountId, tokenId, owner, amount };
  }

  /** An account of the owner, or any empty leaf; undefined if neither is found. */
  #pickAccount(state: RollupState, owner: bigint): number | undefined {
    const known = state.accountIdsOf(owner);
    if (known.length > 0 && this.#random.bool()) return this.#random.pick(known);
    const ids = Array.from({ length: 4 }, () => this.#random.int(accountCapacity(state.preset)));
    return ids.find((id) => state.account(id).kind === 0);
  }

  async #commitAndProve(
    parent: StateAtBlock,
    claim: Parameters<typeof commitHostileBlock>[0],
  ): Promise<void> {
    const { input, pubdata } = commitHostileBlock(claim);
    const { digest, z, y, newStateRoot } = input;
    const { timestamp, feeAccountId } = claim.block;
    const kind = blockKindId(claim.block.kind);
    const header = { timestamp, feeAccountId, kind, newStateRoot, digest };
    const commitBlock: CommitBlock = { ...header, pubdata, authorizations: [] };
    const chain = this.#chain;
    const { foreignClient } = chain;
    const { storedBlocks } = await chain.act(() =>
      foreignClient.commitBlocks(parent.storedBlock, [commitBlock]),
    );
    const storedBlock = storedBlocks[0]!;
    const parentCommitment = parent.storedBlock.commitment;
    const seal = sealOf(kind, [digest, z, y]);
    const proof = [seal, ...new Array<bigint>(PROOF_WORDS - 1).fill(0n)];
    const proven = { storedBlock, parentCommitment, kind, digest, z, y, proof };
    await chain.act(() => foreignClient.proveBlocks([proven]));
    if (this.#random.int(4) === 0) return; // the next validator executes it
    const payouts = payoutsOf(decodePubdata(pubdata));
    await chain.act(() => foreignClient.executeBlocks([{ storedBlock, payouts }]));
  }
}
