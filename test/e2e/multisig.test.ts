/**
 * Accounts with several signers on a whole rollup with real proofs: a deposit, the key, payments,
 * and money on L1 in the end. Circuit and contract do not know that several people have signed.
 */
import { expect } from "chai";
import { keccak256 } from "ethers";
import { network } from "hardhat";
import { type KeygenOptions, KeyGeneration } from "../../src/multisig/key-generation.ts";
import { createProposal } from "../../src/multisig/proposal.ts";
import { bundleCommitments, combineShares, MultisigSession } from "../../src/multisig/session.ts";
import { MultisigWallet } from "../../src/multisig/wallet.ts";
import {
  type SignedTransaction,
  signingDomain,
  type Transaction,
} from "../../src/operations/transaction.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFrostTeam,
  createMusigTeam,
  SOME_ROLLUP,
  SOME_TRANSFER,
  type Team,
} from "../helpers/multisig.ts";
import { createRandom } from "../helpers/random.ts";

const { ethers, rollup } = await network.create();
const random = createRandom();
const ETHER = 10n ** 18n;

/** A 3-of-5 group whose key nobody has ever known. */
function generate(options: KeygenOptions): Team {
  const ids = Array.from({ length: options.members }, (_, index) => index + 1);
  const runs = ids.map((id) => new KeyGeneration(id, options));
  const announcements = runs.map(({ announcement }) => announcement);
  const shares = runs.map((run) => run.createShares(announcements));
  const members = runs.map((run) => run.finish(shares));
  return { group: members[0]!.group, members };
}

/** A message as it arrives at another machine. */
const travelled = <T>(message: T): T => JSON.parse(JSON.stringify(message)) as T;

function domainOf({ rollup: { chainId, rollupAddress } }: MultisigWallet): bigint {
  return signingDomain(chainId, BigInt(rollupAddress));
}

/** Signs a transaction by some members, each of which reviews it. */
async function signBy(
  wallet: MultisigWallet,
  { group, members }: Team,
  signers: readonly number[],
  transaction: Transaction,
): Promise<SignedTransaction> {
  const proposal = travelled(wallet.propose(transaction, signers));
  const joins = signers.map((id) => wallet.join(members[id - 1]!, proposal));
  const sessions = await Promise.all(joins);
  const commitments = sessions.map(({ commitment }) => travelled(commitment));
  const packed = travelled(bundleCommitments(group, proposal, commitments));
  const shares = sessions.map((session) => travelled(session.sign(packed)));
  return combineShares(group, proposal, packed, shares).transaction!;
}

describe(`accounts with several signers, ${random.title}`, () => {
  before(async () => {
    await rollup.deploy({ mode: "manual", prover: "kernel" });
  });

  async function open({ group }: Team, address: string): Promise<MultisigWallet> {
    const { rollupAddress } = rollup.operator;
    const options = { group, address, rollupAddress };
    return MultisigWallet.create(ethers.provider, rollup.provider, options);
  }

  it("pay by 3 of 5 (FROST), through real proofs", async () => {
    const team = generate({ label: "e2e", threshold: 3, members: 5 });
    const [, alice] = await rollup.getWallets();
    const owner = (await ethers.getSigners())[5]!;
    const wallet = await open(team, owner.address);
    await expectRejection("ADDRESS_WITHOUT_ACCOUNT", wallet.prepareKeyChange());
    await alice!.deposit({ token: "ETH", amount: ETHER, to: wallet.address });
    await rollup.processBlocks();
    expect(await wallet.isSigningKeySet()).to.equal(false);
    const change = await signBy(wallet, team, [1, 2, 3], await wallet.prepareKeyChange());
    await wallet.submit(change, await wallet.signKeyChange(owner, change));
    expect(await wallet.isSigningKeySet()).to.equal(true);
    const payment = { to: alice!.address, token: "ETH", amount: ETHER / 4n };
    const transfer = await wallet.prepareTransfer(payment);
    await wallet.submit(await signBy(wallet, team, [1, 3, 5], transfer));
    const to = "0x00000000000000000000000000000000000a11ce";
    const withdrawal = await wallet.prepareWithdraw({ token: "ETH", amount: ETHER / 2n, to });
    const handle = await wallet.submit(await signBy(wallet, team, [5, 4, 2], withdrawal));
    await rollup.processBlocks();
    const { status, blockNumber } = await handle.wait();
    expect(status).to.equal("executed");
    expect((await rollup.provider.getConfig()).prover).to.equal("kernel");
    const { proven } = await rollup.contracts.rollup.blockCounts();
    expect(proven >= BigInt(blockNumber!)).to.equal(true);
    expect(await ethers.provider.getBalance(to)).to.equal(ETHER / 2n);
    expect(await alice!.getBalance("ETH")).to.equal(ETHER / 4n);
    expect(await wallet.getBalance("ETH")).to.equal(ETHER / 4n);
  });

  it("pay by all of 2 (MuSig2), with the owner's consent by a call on L1", async () => {
    const team = createMusigTeam(random, 2);
    const [, alice] = await rollup.getWallets();
    const owner = (await ethers.getSigners())[6]!;
    const wallet = await open(team, owner.address);
    await alice!.deposit({ token: "ETH", amount: ETHER, to: wallet.address });
    await rollup.processBlocks();
    const change = await signBy(wallet, team, [1, 2], await wallet.prepareKeyChange());
    await expectRejection("AUTHORIZATION_INVALID", wallet.submit(change));
    // As a Safe sends it; L1 only sees the sender.
    await (await owner.sendTransaction(wallet.keyChangeCall(change))).wait();
    await wallet.submit(change);
    const payment = { to: alice!.address, token: "ETH", amount: 5n };
    const signed = await signBy(wallet, team, [2, 1], await wallet.prepareTransfer(payment));
    const handle = await wallet.submit(signed);
    await rollup.processBlocks();
    expect((await handle.wait()).status).to.equal("executed");
    expect(await wallet.getBalance("ETH")).to.equal(ETHER - 5n);
    // The signature is for this nonce only.
    const again = wallet.submit({ ...signed, nonce: signed.nonce + 1 });
    await expectRejection("SIGNATURE_INVALID", again);
  });

  it("take part in a batch of several wallets, whose message each member computes", async () => {
    const team = createMusigTeam(random, 2);
    const { group, members } = team;
    const [, alice] = await rollup.getWallets();
    const owner = (await ethers.getSigners())[4]!;
    const wallet = await open(team, owner.address);
    await alice!.deposit({ token: "ETH", amount: 2n * ETHER });
    await alice!.deposit({ token: "ETH", amount: ETHER, to: wallet.address });
    await rollup.processBlocks();
    if (!(await alice!.isSigningKeySet())) await alice!.setSigningKey();
    const change = await signBy(wallet, team, [1, 2], await wallet.prepareKeyChange());
    await wallet.submit(change, await wallet.signKeyChange(owner, change));
    const toGroup = { to: wallet.address, token: "ETH", amount: 7n };
    const recipient = BigInt(alice!.address);
    const batch = [
      ...(await alice!.batch().transfer(toGroup).prepare()),
      await wallet.prepare({ type: "transfer", tokenId: 0, recipient, amount: 5n }),
    ];
    await expectRejection("MULTISIG_CONTENT_MISMATCH", wallet.batchMessage(batch, 0));
    await expectRejection("MULTISIG_CONTENT_MISMATCH", wallet.batchMessage(batch, 2));
    const message = await wallet.batchMessage(batch, 1);
    const proposal = createProposal(group, [1, 2], { message });
    await expectRejection("MULTISIG_BLIND", wallet.join(members[0]!, proposal));
    const sessions = members.map((member) => new MultisigSession(member, proposal, { message }));
    const packed = bundleCommitments(
      group,
      proposal,
      sessions.map(({ commitment }) => commitment),
    );
    const shares = sessions.map((session) => session.sign(packed));
    const { signature, transaction } = combineShares(group, proposal, packed, shares);
    expect(transaction).to.equal(undefined);
    const signed = [batch[0]!, { ...batch[1]!, publicKey: group.publicKey, signature }];
    const whole = alice!.signer.signBatch(signed, await alice!.accountId(), domainOf(wallet));
    const receipts = await rollup.provider.submitBatch(whole);
    expect(receipts.map(({ status }) => status)).to.deep.equal(["accepted", "accepted"]);
    expect(await wallet.getBalance("ETH")).to.equal(ETHER + 2n);
  });

  it("own an address that is derived from their key (CREATE2)", async () => {
    const team = createFrostTeam(2, 3);
    const [, alice] = await rollup.getWallets();
    const create2 = {
      creator: alice!.address,
      saltArgument: keccak256("0x01"),
      codeHash: keccak256("0x6000"),
    };
    const options = { group: team.group, create2 };
    const wallet = await MultisigWallet.create(ethers.provider, rollup.provider, options);
    await alice!.deposit({ token: "ETH", amount: ETHER, to: wallet.address });
    await rollup.processBlocks();
    const change = await signBy(wallet, team, [1, 3], await wallet.prepareKeyChange());
    await wallet.submit(change);
    await rollup.processBlocks();
    expect(await wallet.isSigningKeySet()).to.equal(true);
  });

  it("are on the rollup that their members trust, and have an owner", async () => {
    const { group } = createFrostTeam(2, 2);
    const { provider } = rollup;
    const create = (options: object) =>
      MultisigWallet.create(ethers.provider, provider, { group, ...options });
    const { address } = ethers.Wallet.createRandom();
    await expectRejection("ADDRESS_INVALID", create({}));
    await expectRejection("ADDRESS_INVALID", create({ address: ethers.ZeroAddress }));
    await expectRejection("ROLLUP_REPLACED", create({ address, rollupAddress: address }));
    const other = await network.create();
    const elsewhere = MultisigWallet.create(other.ethers.provider, provider, { group, address });
    await expectRejection("ROLLUP_NOT_FOUND", elsewhere);
    await other.close();
    const wallet = await create({ address });
    const proposal = wallet.propose(SOME_TRANSFER, [1, 2]);
    await expectRejection("ADDRESS_WITHOUT_ACCOUNT", wallet.review(proposal));
  });

  it("pay no more than the maximum that their wallet knows", async () => {
    const team = createFrostTeam(2, 2);
    const [, alice] = await rollup.getWallets();
    const wallet = await open(team, (await ethers.getSigners())[9]!.address);
    await alice!.deposit({ token: "ETH", amount: ETHER, to: wallet.address });
    await rollup.processBlocks();
    const payment = { to: alice!.address, token: "ETH", amount: 5n, fee: 10n, maxFee: 9n };
    await expectRejection("FEE_ABOVE_MAXIMUM", wallet.prepareTransfer(payment));
    const options = { nonce: 3, validUntil: 2n ** 40n };
    const chosen = await wallet.prepareTransfer({ ...payment, maxFee: 10n, ...options });
    expect(chosen).to.include({ fee: 10n, validFrom: 0n, ...options });
  });

  it("are not moved by fewer members, or by members of another group", async () => {
    const team = createFrostTeam(3, 5);
    const owner = (await ethers.getSigners())[7]!;
    const [, alice] = await rollup.getWallets();
    const wallet = await open(team, owner.address);
    await alice!.deposit({ token: "ETH", amount: ETHER, to: wallet.address });
    await rollup.processBlocks();
    const change = await signBy(wallet, team, [1, 2, 3], await wallet.prepareKeyChange());
    await wallet.submit(change, await wallet.signKeyChange(owner, change));
    const payment = { to: alice!.address, token: "ETH", amount: 5n };
    const transfer = await wallet.prepareTransfer(payment);
    const few = signBy(wallet, team, [1, 2], transfer);
    await expectRejection("MULTISIG_SIGNERS_INVALID", few);
    const others = createFrostTeam(3, 5);
    const theirs = await open(others, owner.address);
    const forged = await signBy(theirs, others, [1, 2, 3], transfer);
    await expectRejection("SIGNING_KEY_MISMATCH", wallet.submit(forged));
    const { publicKey } = team.group;
    await expectRejection("SIGNATURE_INVALID", wallet.submit({ ...forged, publicKey }));
  });

  it("are shown to members as they are, and not if another account is meant", async () => {
    const team = createFrostTeam(2, 2);
    const [, alice] = await rollup.getWallets();
    const wallet = await open(team, (await ethers.getSigners())[8]!.address);
    await alice!.deposit({ token: "ETH", amount: ETHER, to: wallet.address });
    await rollup.processBlocks();
    const { id } = (await wallet.getAccount())!;
    const payment = { to: alice!.address, token: "ETH", amount: ETHER / 2n };
    const transaction = await wallet.prepareTransfer(payment);
    const { lines } = await wallet.review(wallet.propose(transaction, [1, 2]));
    expect(lines.slice(0, 5)).to.deep.equal([
      "Type       Transfer on L2",
      `Recipient  ${alice!.address}`,
      "Amount     0.5 ETH",
      "Fee        0.0 ETH",
      `Account    ${id}, nonce 0`,
    ]);
    const code = "MULTISIG_CONTENT_MISMATCH";
    const other = wallet.propose({ ...transaction, accountId: id + 1 }, [1, 2]);
    await expectRejection(code, wallet.join(team.members[0]!, other));
    const elsewhere = { ...other, rollup: { ...SOME_ROLLUP, chainId: "0x1" } };
    await expectRejection(code, wallet.review(elsewhere));
    const { chainId } = wallet.rollup;
    expect(chainId).to.equal(31337n);
  });
});
