/**
 * A signing session as its messages make it. It is in memory only: nonces that are stored could be
 * used twice, which reveals the secret.
 */
import {
  bundleCommitments,
  combineShares,
  type CommitmentMessage,
  type MultisigGroup,
  type MultisigMember,
  type MultisigProposal,
  type MultisigReview,
  type MultisigSession,
  type MultisigWallet,
  type PackageMessage,
  readProposal,
  type ShareMessage,
} from "../../../src/multisig.ts";
import { createStore } from "../../components/store.ts";

/** Who signs here, and for which account. */
export interface Seat {
  readonly wallet: MultisigWallet;
  /** With the secret, which no field of it shows. */
  readonly member: MultisigMember;
}

export interface SessionState {
  readonly seat: Seat;
  readonly proposal?: MultisigProposal;
  readonly review?: MultisigReview & { readonly signers: readonly number[] };
  /** Once the member has agreed. */
  readonly session?: MultisigSession;
  readonly commitments: ReadonlyMap<number, CommitmentMessage>;
  readonly shares: ReadonlyMap<number, ShareMessage>;
  readonly packed?: PackageMessage;
}

/** Undefined while no member's secret is loaded. */
export const sessionState = createStore<SessionState | undefined>(undefined);

/** A session of a seat before its proposal. */
export function emptySession(seat: Seat): SessionState {
  return { seat, commitments: new Map(), shares: new Map() };
}

const MESSAGES_MAX = 200;
const TEXT_MAX = 1_000_000;

/**
 * Reads pasted messages: one JSON object or list, or objects one after the other.
 *
 * @throws Error in words for the person who has pasted them
 */
export function readMessages(text: string): unknown[] {
  const whole = text.trim();
  if (whole.length > TEXT_MAX) throw new Error("This is too long for messages of a session.");
  const parts = [whole, `[${whole.replaceAll(/\}\s*\{/g, "},{")}]`];
  for (const part of parts) {
    try {
      const value: unknown = JSON.parse(part);
      const list: unknown[] = Array.isArray(value) ? value : [value];
      if (list.length <= MESSAGES_MAX) return list;
    } catch {
      // The next form may fit.
    }
  }
  throw new Error("These are no messages: paste whole JSON objects, from { to }.");
}

/** The type that a message names. */
function typeOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && Reflect.get(message, "type");
}

/**
 * Adds messages of others. Each is checked; the first wrong one is refused with all of them.
 *
 * @throws Codes of multisig, see docs/errors.md
 */
export async function addMessages(
  state: SessionState,
  messages: readonly unknown[],
): Promise<SessionState> {
  let next = state;
  // A proposal first: the others belong to it.
  const ordered = messages.toSorted((one, other) => orderOf(one) - orderOf(other));
  for (const message of ordered) next = await addMessage(next, message);
  return next;
}

const ORDER: readonly unknown[] = [
  "multisig/proposal",
  "multisig/commitment",
  "multisig/package",
  "multisig/share",
];

function orderOf(message: unknown): number {
  return ORDER.indexOf(typeOf(message));
}

async function addMessage(state: SessionState, message: unknown): Promise<SessionState> {
  const { seat, proposal } = state;
  const { group } = seat.wallet;
  const type = typeOf(message);
  if (type === "multisig/proposal") return withProposal(seat, message as MultisigProposal);
  if (proposal === undefined) throw new Error("Paste the proposal first: it begins the session.");
  switch (type) {
    case "multisig/commitment": {
      const sent = message as CommitmentMessage;
      const { member } = sent;
      return withCommitments(state, new Map([...state.commitments, [member, sent]]));
    }
    case "multisig/package": {
      const { commitments } = message as PackageMessage;
      const packed = bundleCommitments(group, proposal, commitments);
      const known = new Map(packed.commitments.map((each) => [each.member, each]));
      return { ...state, packed, commitments: known };
    }
    case "multisig/share": {
      const sent = message as ShareMessage;
      return { ...state, shares: new Map([...state.shares, [sent.member, sent]]) };
    }
    default:
      throw new Error("A message has none of the types of a signing session.");
  }
}

/** Begins a session with a proposal, which is read and put in words. */
export async function withProposal(seat: Seat, proposal: MultisigProposal): Promise<SessionState> {
  const { signers } = readProposal(seat.wallet.group, proposal);
  const review = await seat.wallet.review(proposal);
  return { ...emptySession(seat), proposal, review: { ...review, signers } };
}

/** Bundles the commitments as soon as all are there: everybody gets the same package. */
export function withCommitments(
  state: SessionState,
  commitments: ReadonlyMap<number, CommitmentMessage>,
): SessionState {
  const { seat, proposal, review } = state;
  if (proposal === undefined || review === undefined) return state;
  const isComplete = review.signers.every((id) => commitments.has(id));
  if (!isComplete) return { ...state, commitments };
  const list = review.signers.map((id) => commitments.get(id)!);
  const packed = bundleCommitments(seat.wallet.group, proposal, list);
  return { ...state, commitments, packed };
}

/** The signed transaction, once all shares are there. @throws MULTISIG_SHARE_INVALID */
export function combine(state: SessionState) {
  const { seat, proposal, packed, review, shares } = state;
  if (!proposal || !packed || !review?.signers.every((id) => shares.has(id))) return undefined;
  const list = review.signers.map((id) => shares.get(id)!);
  return combineShares(seat.wallet.group, proposal, packed, list).transaction;
}

/** How many of a group sign, in words. */
export function sizeOf({ scheme, threshold, members }: MultisigGroup): string {
  const name = scheme === "frost" ? "FROST" : "MuSig2";
  return `${threshold} of ${members.length} (${name})`;
}
