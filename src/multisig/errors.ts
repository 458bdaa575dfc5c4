/** Errors of accounts with several signers. Each that a member causes names the member. */
import { defineErrors } from "../util/errors.ts";

export type MultisigErrorFacts =
  | { code: "MULTISIG_SIZE_INVALID"; threshold: number; members: number; maximum: number }
  | { code: "MULTISIG_KEY_DUPLICATE"; members: readonly number[] }
  | { code: "MULTISIG_POINT_INVALID"; source: string; member: number | undefined; problem: string }
  | { code: "MULTISIG_GROUP_KEY_INVALID" }
  | { code: "MULTISIG_GROUP_INCONSISTENT"; member: number }
  | { code: "MULTISIG_NOT_A_MEMBER"; member: number | undefined; members: number }
  | { code: "MULTISIG_SECRET_MISMATCH"; member: number }
  | { code: "MULTISIG_SECRET_SERIALIZED"; secret: string }
  | {
      code: "MULTISIG_SIGNERS_INVALID";
      signers: readonly number[];
      threshold: number;
      members: number;
    }
  | {
      code: "MULTISIG_MESSAGE_INVALID";
      source: string;
      member: number | undefined;
      field: string;
      expected: string;
    }
  | {
      code: "MULTISIG_SESSION_MISMATCH";
      source: string;
      member: number | undefined;
      session: string;
      expected: string;
    }
  | { code: "MULTISIG_MESSAGES_INCOMPLETE"; source: string; members: readonly number[] }
  | { code: "MULTISIG_MESSAGE_REPEATED"; source: string; member: number }
  | { code: "MULTISIG_COMMITMENT_REPLACED"; member: number }
  | { code: "MULTISIG_NONCES_USED" }
  | { code: "MULTISIG_SHARE_INVALID"; members: readonly number[] }
  | { code: "MULTISIG_BLIND" }
  | { code: "MULTISIG_CONTENT_MISMATCH"; what: string; proposed: string; expected: string }
  | { code: "KEYGEN_LABEL_INVALID"; length: number; maximum: number }
  | { code: "KEYGEN_STEP_REPEATED"; member: number }
  | { code: "KEYGEN_PROOF_INVALID"; members: readonly number[] }
  | { code: "KEYGEN_VIEWS_DIFFER"; members: readonly number[] }
  | { code: "KEYGEN_SHARE_INVALID"; members: readonly number[] }
  | { code: "KEYGEN_RUN_OVER"; member: number };

const nameOf = (member: number | undefined) => (member === undefined ? "" : ` of member ${member}`);
const list = (members: readonly number[]) => members.join(", ");

export const multisigError = defineErrors<MultisigErrorFacts>({
  MULTISIG_SIZE_INVALID: {
    message: ({ threshold, members, maximum }) =>
      `A group of ${threshold} of ${members} is refused: 2 <= threshold <= members <= ${maximum}.`,
    fix: "Choose at least two signers, and at most as many as there are members.",
  },
  MULTISIG_KEY_DUPLICATE: {
    message: ({ members }) => `Members ${list(members)} have the same public key.`,
    fix: "Ask each member for a key of its own; the same key twice is one signer.",
  },
  MULTISIG_POINT_INVALID: {
    message: ({ source, member, problem }) => `The ${source}${nameOf(member)} ${problem}.`,
    fix: "Refuse the message: honest software sends points of the prime subgroup, never the identity.",
  },
  MULTISIG_GROUP_KEY_INVALID: {
    message: () => "The members' keys cancel each other: the group's key is the identity.",
    fix: "Do not use these keys: a member has chosen one that depends on those of others.",
  },
  MULTISIG_GROUP_INCONSISTENT: {
    message: ({ member }) =>
      `The public share of member ${member} is not on the polynomial of the others.`,
    fix: "Get the group's description from the key generation again; do not fund this account.",
  },
  MULTISIG_NOT_A_MEMBER: {
    message: ({ member, members }) =>
      member === undefined
        ? `The key belongs to none of the ${members} members.`
        : `There is no member ${member} among ${members}, or it does not sign in this session.`,
    fix: "Use the key and the number of a member that signs; members count from 1.",
  },
  MULTISIG_SECRET_MISMATCH: {
    message: ({ member }) => `The secret is not that of member ${member}.`,
    fix: "Load the file of this member and this group; never the secret of another group.",
  },
  MULTISIG_SECRET_SERIALIZED: {
    message: ({ secret }) => `The ${secret} would be written to JSON.`,
    fix: "Write messages, not sessions. A member's share is exported by exportSecret() only.",
  },
  MULTISIG_SIGNERS_INVALID: {
    message: ({ signers, threshold, members }) =>
      `Signers ${list(signers) || "(none)"} cannot sign for a group of ${threshold} of ${members}.`,
    fix: "Name distinct members, from 1 on, at least as many as the threshold; MuSig2 needs all.",
  },
  MULTISIG_MESSAGE_INVALID: {
    message: ({ source, member, field, expected }) =>
      `The ${source}${nameOf(member)} has a wrong ${field}: expected ${expected}.`,
    fix: "Ask for the message again; it is damaged, of another version, or made to mislead.",
  },
  MULTISIG_SESSION_MISMATCH: {
    message: ({ source, member, session, expected }) =>
      `The ${source}${nameOf(member)} belongs to ${session}, not to ${expected}.`,
    fix: "Use messages of one session only: same group, signers, transaction and package.",
  },
  MULTISIG_MESSAGES_INCOMPLETE: {
    message: ({ source, members }) => `The ${source} of members ${list(members)} is missing.`,
    fix: "Wait for these members, or start a session without them if the threshold allows it.",
  },
  MULTISIG_MESSAGE_REPEATED: {
    message: ({ source, member }) => `Member ${member} has sent two messages: ${source}.`,
    fix: "Keep one message a member and step; two that differ mean a fault or an attack.",
  },
  MULTISIG_COMMITMENT_REPLACED: {
    message: ({ member }) =>
      `Member ${member} finds another commitment under its name than it has sent.`,
    fix: "Do not continue: the coordinator or the channel has changed the message. Start again.",
  },
  MULTISIG_NONCES_USED: {
    message: () => "The secret nonces of this session have signed already and are gone.",
    fix: "Start a new session: two signatures with the same nonces reveal the key.",
  },
  MULTISIG_SHARE_INVALID: {
    message: ({ members }) => `The partial signatures of members ${list(members)} are wrong.`,
    fix: "Start a new session without these members, or after they have repaired their software.",
  },
  MULTISIG_BLIND: {
    message: () => "The proposal has a bare field element in place of a transaction.",
    fix: "Refuse it, or compute the message from what you have reviewed and pass it as { message }.",
  },
  MULTISIG_CONTENT_MISMATCH: {
    message: ({ what, proposed, expected }) =>
      `The proposal has the ${what} ${proposed}, but ${expected} was expected.`,
    fix: "Refuse the proposal: it is for something else than this member has agreed to.",
  },
  KEYGEN_LABEL_INVALID: {
    message: ({ length, maximum }) =>
      `A label of ${length} characters is refused: 1 to ${maximum} of printable ASCII.`,
    fix: "Agree on a short text that no earlier key generation has had, such as name and date.",
  },
  KEYGEN_STEP_REPEATED: {
    message: ({ member }) => `Member ${member} has sent its shares already.`,
    fix: "Start a new key generation: to send shares twice could reveal them.",
  },
  KEYGEN_PROOF_INVALID: {
    message: ({ members }) => `Members ${list(members)} do not prove that they know their secrets.`,
    fix: "Start again without these members: they may be trying to choose the group's key.",
  },
  KEYGEN_VIEWS_DIFFER: {
    message: ({ members }) => `Members ${list(members)} have seen other announcements.`,
    fix: "Compare the announcements: somebody has sent different ones to different members.",
  },
  KEYGEN_RUN_OVER: {
    message: ({ member }) =>
      `The run of member ${member} is over: its complaint has published what protects its shares.`,
    fix: "Start another run with a new label; nobody may use what this one has made.",
  },
  KEYGEN_SHARE_INVALID: {
    message: ({ members }) =>
      `The shares from members ${list(members)} contradict their announcements.`,
    fix: "Publish complain(member), by which all can judge who is at fault, and start again.",
  },
});
