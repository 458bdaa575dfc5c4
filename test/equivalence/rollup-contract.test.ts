import { expect } from "chai";
import { type AppliedBlock, applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { ON_CHAIN_AUTHORIZATION } from "../../src/l1/authorization.ts";
import { connectRollup } from "../../src/l1/client.ts";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { PRESETS, tokenCapacity } from "../../src/protocol/presets.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { accountsOf } from "../helpers/kinds.ts";
import { createRandom } from "../helpers/random.ts";
import { createWorld, randomBlock, type World } from "../helpers/random-block.ts";
import {
  createTestRollup,
  latestTimestamp,
  type TestRollup,
  ZERO_PROOF,
} from "../helpers/test-rollup.ts";

const BLOCKS = 12;
const PLENTY = 2n ** 200n;
/** The sizes of dev with fewer tokens, which this test lists one by one. */
const preset = { ...PRESETS.dev, tailLevels: 1 };
const random = createRandom();

/** Runs valid random blocks of all operations on L1; the effects must equal those in TypeScript. */
describe(`Blocks on L1: contract = TypeScript (${random.title})`, () => {
  let fixture: TestRollup;
  let world: World;
  const tokens: string[] = [];
  before(async () => {
    world = createWorld(random, preset);
    fixture = await createTestRollup("ExpectingVerifier", {
      preset,
      genesisStateRoot: world.state.root,
    });
    const { rollup, governor, ethers, networkHelpers } = fixture;
    world = { ...world, domain: await rollup.domain() };
    await networkHelpers.setBalance(fixture.client.rollupAddress, PLENTY);
    for (let id = 1; id < tokenCapacity(preset); id++) {
      const token = await ethers.deployContract("TestToken", ["Test", "TST"]);
      await rollup.connect(governor).listToken(token);
      await token.mint(rollup, PLENTY);
      tokens.push(await token.getAddress());
    }
  });

  /** Returns a client that acts as an address, which gets enough ether to pay for everything. */
  async function clientOf(address: bigint) {
    const { ethers, networkHelpers, client } = fixture;
    const checksummed = toChecksumAddress(address);
    await networkHelpers.impersonateAccount(checksummed);
    await networkHelpers.setBalance(checksummed, PLENTY);
    return connectRollup(client, await ethers.getSigner(checksummed));
  }

  async function requestDeposit({
    owner,
    tokenId,
    amount,
  }: Operation<"deposit" | "refund">): Promise<void> {
    const client = await clientOf(owner);
    const address = toChecksumAddress(owner);
    if (tokenId === 0) {
      await client.depositEth(address, amount);
      return;
    }
    const token = await fixture.ethers.getContractAt("TestToken", tokens[tokenId - 1]!);
    await token.mint(address, amount);
    const signer = await fixture.ethers.getSigner(address);
    await token.connect(signer).approve(client.rollupAddress, amount);
    await client.depositErc20(tokens[tokenId - 1]!, amount, address);
  }

  async function requestExit({ owner, tokenId, accountId }: Operation<"fullExit">): Promise<void> {
    const token = await fixture.rollup.tokenAddress(tokenId);
    await (await clientOf(owner)).requestFullExit(accountId, token);
  }

  async function authorize({ owner, ...claim }: Operation<"changePubKey">): Promise<void> {
    await (await clientOf(owner)).setAuthPubKeyHash(claim);
  }

  /** Makes the L1 requests and facts that the block's operations need. */
  async function prepare(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      if (isOfDeposit(operation)) await requestDeposit(operation);
      if (operation.type === "fullExit") await requestExit(operation);
      if (operation.type === "changePubKey") await authorize(operation);
    }
  }

  /** Creates a valid block after `last`, without deposits of 0, which L1 refuses. */
  async function nextBlock(last: StoredBlock, state: RollupState): Promise<AppliedBlock> {
    const timestamp = await latestTimestamp(fixture);
    const blockNumber = last.blockNumber + 1;
    const kind = random.pick(preset.blockKinds);
    const ids = [...state.accounts()].map(([id]) => id);
    const feeAccountId = random.pick(ids.filter((id) => id < accountsOf(kind)));
    const header = { blockNumber, timestamp, feeAccountId };
    const block = randomBlock(world, state, { header, kind });
    const isEmptyDeposit = (each: Operation) => isOfDeposit(each) && each.amount === 0n;
    if (block.operations.some(isEmptyDeposit)) return nextBlock(last, state);
    return applyBlock(state, block, world.domain);
  }

  /** Makes the verifier accept only this proof of these public inputs. */
  async function announce(kind: number, publicInputs: readonly bigint[]): Promise<void> {
    const { ethers, rollup } = fixture;
    const verifier = await ethers.getContractAt("ExpectingVerifier", await rollup.verifier());
    await verifier.expect(kind, ZERO_PROOF, [...publicInputs]);
  }

  async function runBlock(last: StoredBlock, applied: AppliedBlock): Promise<StoredBlock> {
    const { client, rollup } = fixture;
    const { timestamp, feeAccountId, operations } = applied.block;
    const kind = blockKindId(applied.block.kind);
    await prepare(operations);
    const commitment = commitBlock(applied, world.domain);
    const { pubdata, newStateRoot, publicInputs, digest, z, y } = commitment;
    const authorizations = operations
      .filter(({ type }) => type === "changePubKey")
      .map(() => ON_CHAIN_AUTHORIZATION);
    const { storedBlocks } = await client.commitBlocks(last, [
      { timestamp, feeAccountId, kind, newStateRoot, digest, pubdata, authorizations },
    ]);
    const storedBlock = storedBlocks[0]!;
    await announce(kind, publicInputs);
    const parentCommitment = last.commitment;
    const claim = { parentCommitment, kind, digest, z, y, proof: ZERO_PROOF };
    await client.proveBlocks([{ storedBlock, ...claim }]);
    const { payouts } = applied;
    const { blockNumber } = await client.executeBlocks([{ storedBlock, payouts }]);
    const sent = await rollup.queryFilter(rollup.filters.PayoutSent(), blockNumber, blockNumber);
    expect(
      sent.map(({ args }) => [BigInt(args.recipient), args.tokenId, args.amount]),
    ).to.deep.equal(
      payouts.map(({ recipient, tokenId, amount }) => [recipient, BigInt(tokenId), amount]),
    );
    return storedBlock;
  }

  it(`runs ${BLOCKS} random blocks through all phases`, async () => {
    let [last, state] = [fixture.genesis, world.state];
    for (let count = 0; count < BLOCKS; count++) {
      const applied = await nextBlock(last, state);
      last = await runBlock(last, applied);
      state = applied.state;
      expect(last.stateRoot).to.equal(state.root);
    }
    expect((await fixture.rollup.blockCounts()).executed).to.equal(BigInt(BLOCKS));
    const { firstOpen, next } = await fixture.rollup.priorityQueue();
    expect(firstOpen).to.equal(next);
  });
});

/** Returns whether the operation serves a deposit: it credits or refunds it. */
function isOfDeposit(operation: Operation): operation is Operation<"deposit" | "refund"> {
  return operation.type === "deposit" || operation.type === "refund";
}
