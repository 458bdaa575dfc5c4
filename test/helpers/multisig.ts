/** Groups with several signers, and their sessions, for tests. */
import { createMusigGroup, type MultisigGroup } from "../../src/multisig/group.ts";
import { dealFrostShares } from "../../src/multisig/dealer.ts";
import { MultisigMember } from "../../src/multisig/member.ts";
import { createProposal, type MultisigProposal } from "../../src/multisig/proposal.ts";
import {
  bundleCommitments,
  combineShares,
  MultisigSession,
  type PackageMessage,
  type ShareMessage,
} from "../../src/multisig/session.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import type { Transaction } from "../../src/operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import type { Random } from "./random.ts";

/** A group with all of its members. */
export interface Team {
  readonly group: MultisigGroup;
  readonly members: readonly MultisigMember[];
}

/** Creates a MuSig2 group of `size` members with keys of their own. */
export function createMusigTeam(random: Random, size: number): Team {
  const seeds = Array.from({ length: size }, () => random.bytes(32));
  const keys = seeds.map((seed) => RollupSigner.fromSeed(seed).publicKey);
  const group = createMusigGroup(keys);
  const members = seeds.map((seed) => MultisigMember.fromSeed(group, seed));
  return { group, members: members.sort((one, other) => one.id - other.id) };
}

/** Creates a FROST group by a dealer. */
export function createFrostTeam(threshold: number, size: number): Team {
  const members = dealFrostShares({ threshold, members: size });
  return { group: members[0]!.group, members };
}

/** Everything of a session that has come to its shares. */
export interface Exchange {
  readonly proposal: MultisigProposal;
  readonly sessions: readonly MultisigSession[];
  readonly packed: PackageMessage;
  readonly shares: readonly ShareMessage[];
}

/** Runs a session of some members for a bare message, up to the shares. */
export function exchange(
  { group, members }: Team,
  signers: readonly number[],
  message: bigint,
): Exchange {
  const proposal = createProposal(group, signers, { message });
  const sessions = signers.map(
    (id) => new MultisigSession(members[id - 1]!, proposal, { message }),
  );
  const commitments = sessions.map(({ commitment }) => commitment);
  const packed = bundleCommitments(group, proposal, commitments);
  return { proposal, sessions, packed, shares: sessions.map((session) => session.sign(packed)) };
}

/** Signs a bare message by some members. */
export function signTogether(team: Team, signers: readonly number[], message: bigint) {
  const { proposal, packed, shares } = exchange(team, signers, message);
  return combineShares(team.group, proposal, packed, shares).signature;
}

/** A transfer that needs no rollup to be signed. */
export const SOME_TRANSFER: Transaction<"transfer"> = {
  type: "transfer",
  accountId: 7,
  tokenId: 0,
  recipient: 0xb0bn,
  amount: 5_000n,
  fee: 10n,
  nonce: 4,
  validFrom: 0n,
  validUntil: TIMESTAMP_MAX,
};

export const SOME_ROLLUP = {
  chainId: 31337n,
  rollupAddress: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
};
