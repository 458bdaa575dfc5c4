/** The steps of `rollup:multisig`, over any channel. */
import { randomBytes } from "node:crypto";
import { createMusigGroup, type MultisigScheme, MEMBERS_MAX } from "../../multisig/group.ts";
import { type KeygenOptions, KeyGeneration } from "../../multisig/key-generation.ts";
import { MultisigMember } from "../../multisig/member.ts";
import { byMember, MESSAGE_VERSION, readMessage } from "../../multisig/messages.ts";
import { pointFromHex, pointToHex } from "../../multisig/points.ts";
import { readProposal } from "../../multisig/proposal.ts";
import { bundleCommitments, combineShares, type MultisigResult } from "../../multisig/session.ts";
import type { MultisigGroup } from "../../multisig/group.ts";
import type { MultisigWallet } from "../../multisig/wallet.ts";
import { RollupSigner } from "../../sdk/signer.ts";
import type { Channel } from "./channel.ts";
import { multisigTaskError } from "./errors.ts";

/** What a member of a new group decides. */
export interface KeygenRequest extends KeygenOptions {
  readonly scheme: MultisigScheme;
  /** Number of this member, from 1 on. */
  readonly member: number;
}

const SEED_BYTES = 32;

function idsOf(members: number): number[] {
  return Array.from({ length: Math.min(members, MEMBERS_MAX) }, (_, index) => index + 1);
}

/**
 * Takes part in creating a group.
 *
 * @returns The member; in MuSig2 its number is that of its key's place.
 * @throws as `KeyGeneration` and `createMusigGroup`
 */
export function createMember(request: KeygenRequest, channel: Channel): Promise<MultisigMember> {
  return request.scheme === "frost"
    ? generateShare(request, channel)
    : aggregateKeys(request, channel);
}

async function generateShare(
  { member, ...request }: KeygenRequest,
  channel: Channel,
): Promise<MultisigMember> {
  const { label, threshold, members } = request;
  const run = new KeyGeneration(member, { label, threshold, members });
  await channel.send("keygen-announcement", run.announcement, member);
  const announcements = await channel.collect("keygen-announcement", idsOf(members));
  await channel.send("keygen-shares", run.createShares(announcements), member);
  return run.finish(await channel.collect("keygen-shares", idsOf(members)));
}

async function aggregateKeys(
  { member, members }: KeygenRequest,
  channel: Channel,
): Promise<MultisigMember> {
  const seed = randomBytes(SEED_BYTES);
  const type = "multisig/key";
  const publicKey = pointToHex(RollupSigner.fromSeed(seed).publicKey);
  await channel.send("key", { type, version: MESSAGE_VERSION, member, publicKey }, member);
  const messages = await channel.collect("key", idsOf(members));
  const keys = messages.map((value) => {
    const fields = readMessage(value, { type, source: "key", keys: ["member", "publicKey"] });
    const from = fields["member"] as number;
    return { member: from, key: pointFromHex(fields["publicKey"], "public key", from) };
  });
  const ordered = byMember(keys, idsOf(members), "key");
  const group = createMusigGroup([...ordered.values()].map(({ key }) => key));
  return MultisigMember.fromSeed(group, seed);
}

/** What a signer is asked. */
export interface SigningRequest {
  readonly wallet: MultisigWallet;
  readonly member: MultisigMember;
  /** Shows the transaction to the person. @returns Whether it is to be signed. */
  readonly confirm: (lines: readonly string[]) => Promise<boolean>;
}

/**
 * Takes part in a signing session.
 *
 * @returns Id of the session.
 * @throws MULTISIG_DECLINED, and as `MultisigWallet.join` and `MultisigSession.sign`
 */
export async function signProposal(
  { wallet, member, confirm }: SigningRequest,
  channel: Channel,
): Promise<string> {
  const { group } = wallet;
  const [received] = await channel.collect("proposal");
  const { lines, proposal } = await wallet.review(received);
  if (!(await confirm(lines))) throw multisigTaskError({ code: "MULTISIG_DECLINED" });
  const session = await wallet.join(member, proposal);
  await channel.send("commitment", session.commitment, member.id);
  const commitments = await channel.collect("commitment", session.proposal.signers);
  const packed = bundleCommitments(group, proposal, commitments);
  await channel.send("share", session.sign(packed), member.id);
  return session.proposal.session;
}

/** Adds up the shares of a session. @throws as `combineShares` */
export async function combineSession(
  group: MultisigGroup,
  channel: Channel,
): Promise<MultisigResult> {
  const [proposal] = await channel.collect("proposal");
  const { signers } = readProposal(group, proposal);
  const commitments = await channel.collect("commitment", signers);
  const packed = bundleCommitments(group, proposal, commitments);
  return combineShares(group, proposal, packed, await channel.collect("share", signers));
}
