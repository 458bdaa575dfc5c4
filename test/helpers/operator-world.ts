/** An operator with an L1 in memory, and users with keys for both layers. */
import { Wallet } from "ethers";
import { ON_CHAIN_AUTHORIZATION, signChangePubKey } from "../../src/l1/authorization.ts";
import { Operator, type OperatorParts } from "../../src/operator/operator.ts";
import type { TransactionReceipt } from "../../src/operator/ledger/receipts.ts";
import type { SignedTransaction, Transaction } from "../../src/operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import type { ProofJob, Prover } from "../../src/prover/prover.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { FakeL1, WRONG_PROOF } from "./fake-l1.ts";
import type { Random } from "./random.ts";

export const FEE_ACCOUNT_ADDRESS = 0xfeen;

/** A prover that records its jobs, and fails on demand. */
export class TestProver implements Prover {
  readonly name = "test";
  readonly capacity: number = 1;
  readonly jobs: ProofJob[] = [];
  /** Number of the next jobs that fail. */
  failures = 0;
  #jobsBefore = 0;
  #rightBefore = Infinity;

  /** Makes one job fail after `count` jobs. */
  failAfter(count: number): void {
    this.#jobsBefore = count;
    this.failures = 1;
  }

  /** Makes one proof wrong after `count` proofs. */
  wrongAfter(count: number): void {
    this.#rightBefore = count;
  }

  async prove(job: ProofJob) {
    if (this.#jobsBefore > 0) {
      this.#jobsBefore--;
    } else if (this.failures > 0) {
      this.failures--;
      throw new Error("prover fails as the test wants");
    }
    this.jobs.push(job);
    const made = await createMockProver().prove(job);
    if (this.#rightBefore-- > 0) return made;
    this.#rightBefore = Infinity;
    return { ...made, proof: WRONG_PROOF };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A prover whose proofs wait until they are released. */
export class HeldProver extends TestProver {
  release = () => {};
  #begin = () => {};
  /** Resolves with the first job. */
  readonly begun = new Promise<void>((resolve) => (this.#begin = resolve));
  readonly #released = new Promise<void>((resolve) => (this.release = resolve));

  override async prove(job: ProofJob) {
    this.#begin();
    await this.#released;
    return super.prove(job);
  }
}

/** A user with an Ethereum key and an L2 key. */
export class User {
  readonly l1: Wallet;
  readonly signer: RollupSigner;
  readonly address: bigint;

  constructor(random: Random) {
    this.l1 = new Wallet(`0x${Buffer.from(random.bytes(32)).toString("hex")}`);
    this.signer = RollupSigner.fromSeed(random.bytes(32));
    this.address = BigInt(this.l1.address);
  }
}

/** A transaction whose account, nonce, fee and validity are optional. */
export type Draft = Transaction extends infer T
  ? T extends Transaction
    ? Omit<T, "accountId" | "nonce" | "fee" | "validFrom" | "validUntil"> & Partial<T>
    : never
  : never;

export interface OperatorWorld {
  readonly l1: FakeL1;
  readonly prover: TestProver;
  readonly operator: Operator;
}

export async function createOperatorWorld(
  parts: Partial<OperatorParts> = {},
): Promise<OperatorWorld> {
  const preset = parts.preset ?? PRESETS.minimal;
  const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  const l1 = new FakeL1(preset, genesis.root);
  const prover = new TestProver();
  const operator = await Operator.create({
    preset,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    l1,
    prover,
    ...parts,
  });
  return { l1, prover, operator };
}

/** Fills in account and nonce from the operator's state, and signs. */
export function signFor(world: OperatorWorld, user: User, draft: Draft) {
  return user.signer.sign(toTransaction(world, user, draft), world.l1.domain);
}

/** Fills in accounts and consecutive nonces, and signs all as one batch. */
export function signBatch(
  world: OperatorWorld,
  parts: readonly (readonly [User, Draft])[],
): SignedTransaction[] {
  const batch: Transaction[] = [];
  for (const [user, draft] of parts) {
    const transaction = toTransaction(world, user, draft);
    const { accountId, nonce } = transaction;
    const earlier = batch.filter((other) => other.accountId === accountId).length;
    batch.push({ ...transaction, nonce: nonce + (draft.nonce === undefined ? earlier : 0) });
  }
  return batch.map(({ accountId }, index) => {
    const [{ signer }] = parts[index]!;
    return signer.signBatch(batch, accountId, world.l1.domain)[index] as SignedTransaction;
  });
}

function toTransaction({ operator }: OperatorWorld, user: User, draft: Draft): Transaction {
  const accountId = operator.state.accountIdOf(user.address) ?? 63;
  const { nonce } = operator.state.account(accountId);
  return { accountId, nonce, fee: 0n, validFrom: 0n, validUntil: TIMESTAMP_MAX, ...draft };
}

/** Signs and submits a transaction. */
export function submit(world: OperatorWorld, user: User, draft: Draft): TransactionReceipt {
  return world.operator.submit(signFor(world, user, draft));
}

/** Signs the owner's consent to the key of a signed ChangePubKey. */
export function authorize(
  { l1 }: OperatorWorld,
  user: User,
  { accountId, nonce }: SignedTransaction,
) {
  const claim = { pubKeyHash: user.signer.pubKeyHash, nonce, accountId };
  return signChangePubKey(user.l1, l1, claim);
}

/** Sets the signing key of a user, with a signature or a fact on L1. */
export async function setSigningKey(
  world: OperatorWorld,
  user: User,
  auth: "eip712" | "onchain" = "eip712",
): Promise<TransactionReceipt> {
  const { l1, operator } = world;
  await operator.syncL1(); // may drop expired transactions, which changes the nonce
  const signed = signFor(world, user, { type: "changePubKey", tokenId: 0 });
  if (auth === "eip712") return operator.submit(signed, await authorize(world, user, signed));
  const { pubKeyHash } = user.signer;
  const { accountId, nonce } = signed;
  l1.authorize({ owner: user.address, accountId, nonce, pubKeyHash });
  await operator.syncL1();
  return operator.submit(signed, ON_CHAIN_AUTHORIZATION);
}

/** Deposits, and syncs the operator with L1. @returns The id of the request. */
export async function deposit(
  { l1, operator }: OperatorWorld,
  owner: bigint,
  amount: bigint,
  tokenId = 0,
): Promise<number> {
  const requestId = l1.request({ type: "deposit", owner, tokenId, amount });
  await operator.syncL1();
  return requestId;
}

/** Creates a user with a deposit and a signing key. */
export async function createFundedUser(
  world: OperatorWorld,
  random: Random,
  amount = 10n ** 18n,
): Promise<User> {
  const user = new User(random);
  await deposit(world, user.address, amount);
  await setSigningKey(world, user);
  return user;
}
