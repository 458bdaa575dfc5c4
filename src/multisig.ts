/**
 * Accounts with several signers, for browsers too: `import { … } from "hardhat-zkrollup/multisig"`.
 * MuSig2 for all of n, FROST for t of n; the signature is an ordinary one of the rollup. See
 * docs/guide/multisig.md.
 *
 * A test runs the examples of its docstrings (test/docs/examples.test.ts), with the scope that
 * src/sdk.ts describes.
 */
// Groups.
export { createMusigGroup, type MultisigGroup, type MultisigScheme } from "./multisig/group.ts";
export { groupFromJson, type GroupJson, groupToJson } from "./multisig/group-json.ts";
export { type MemberSecret, MultisigMember } from "./multisig/member.ts";
export { type DealerOptions, dealFrostShares } from "./multisig/dealer.ts";
export {
  judgeComplaint,
  type KeygenAnnouncement,
  type KeygenComplaint,
  type KeygenOptions,
  type KeygenRecord,
  type KeygenShares,
  KeyGeneration,
} from "./multisig/key-generation.ts";
// Signing.
export {
  createProposal,
  type MultisigProposal,
  type ProposalContent,
  type ReadProposal,
  readProposal,
} from "./multisig/proposal.ts";
export {
  bundleCommitments,
  combineShares,
  type CommitmentMessage,
  type Expectation,
  type MultisigResult,
  MultisigSession,
  type PackageMessage,
  type ShareMessage,
} from "./multisig/session.ts";
// The account.
export {
  type ContractCall,
  type MultisigReview,
  MultisigWallet,
  type MultisigWalletOptions,
} from "./multisig/wallet.ts";
