// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {StoredBlock} from "../types/Blocks.sol";

/// @notice What an operator promises when it seals a block: if L1 executes a block of this number,
/// it has exactly this public data.
/// @param blockNumber Number of the block.
/// @param pubdataHash keccak256 of the block's public data, see docs/pubdata.md.
/// @param anchorNumber L1 block that the promise is made on.
/// @param anchorHash Hash of that L1 block: a reorg that replaces it voids the promise.
struct SealedBlock {
    uint32 blockNumber;
    bytes32 pubdataHash;
    uint64 anchorNumber;
    bytes32 anchorHash;
}

/// @notice What L1 has executed: the preimages of a block's hash, down to its public data's.
/// @param storedBlock The block as the rollup has stored it.
/// @param parentCommitment Commitment of the block before.
/// @param kind Id of the block's kind.
/// @param digest Public input of its proof.
/// @param y Public input of its proof.
/// @param pubdataHash keccak256 of its public data.
/// @param oldStateRoot State root before the block.
/// @param feeAccountId Account that receives its fees.
struct ExecutedBlock {
    StoredBlock storedBlock;
    bytes32 parentCommitment;
    uint32 kind;
    uint256 digest;
    uint256 y;
    bytes32 pubdataHash;
    uint256 oldStateRoot;
    uint32 feeAccountId;
}

/// @notice What an operator promises when it accepts a transaction, about executed blocks whose
/// timestamp is at most `validUntil`. First: in the state after each of them that is due by the
/// terms of the group, the nonce is used. Second: if one of them uses the nonce, it is by an
/// operation of this content.
/// @param accountId Account that has signed the transaction.
/// @param nonce Nonce of the transaction.
/// @param op Code under which the operation is signed.
/// @param tokenId Token of the operation.
/// @param recipient Recipient that is signed; 0 if none is.
/// @param amount Amount that is signed; 0 if none is.
/// @param validUntil Last Unix second of blocks that the promise is about: then the transaction
/// expires.
struct Inclusion {
    uint32 accountId;
    uint32 nonce;
    uint8 op;
    uint16 tokenId;
    address recipient;
    uint128 amount;
    uint64 validUntil;
}

/// @notice Terms that all promises of a group have in common.
/// @param dueBlock First block that is due.
/// @param dueAt First Unix second of blocks that are due, whatever their numbers.
/// @param anchorNumber L1 block that the promises are made on.
/// @param anchorHash Hash of that L1 block: a reorg that replaces it voids the promises.
struct InclusionGroup {
    uint32 dueBlock;
    uint64 dueAt;
    uint64 anchorNumber;
    bytes32 anchorHash;
}

/// @notice A promise as a receipt has it. The signature is for the root of the tree over the
/// promises of the group, whose leaves are EIP-712 struct hashes.
/// @param inclusion The promise.
/// @param group Its terms.
/// @param path Siblings in the tree, from the leaf up, see OpenZeppelin's `MerkleProof`.
/// @param signature Of the signer, by EIP-712: 65 bytes.
struct SignedInclusion {
    Inclusion inclusion;
    InclusionGroup group;
    bytes32[] path;
    bytes signature;
}

/// @notice What a state has for an account id.
/// @param owner Owner of the account; 0 if there is no account.
/// @param path As `IExitVerifier` takes it: of an account for `verifyPath` and ETH, of an id
/// without one for `verifyAbsence`.
struct AccountPath {
    address owner;
    uint256[] path;
}

/// @title Bond of an operator for the promises that it signs
/// @notice Whoever shows a signed promise and the executed block that breaks it takes a part of the
/// penalty; the rest is burned, so an operator that accuses itself loses it, too.
interface IReceiptBond {
    /// @notice The bond has grown.
    /// @param from Who paid.
    /// @param amount In wei.
    event BondFunded(address indexed from, uint256 amount);
    /// @notice A promise was broken.
    /// @param blockNumber Block that differs from it.
    /// @param claimer Who has shown it.
    /// @param reward Paid to the claimer, in wei.
    /// @param burned Paid to nobody, in wei.
    event PromiseBroken(
        uint32 indexed blockNumber,
        address indexed claimer,
        uint256 reward,
        uint256 burned
    );
    /// @notice A promise at acceptance was broken.
    /// @param inclusionHash Hash of the promise, as an EIP-712 struct.
    /// @param blockNumber Block that breaks it.
    /// @param claimer Who has shown it.
    /// @param reward Paid to the claimer, in wei.
    /// @param burned Paid to nobody, in wei.
    event InclusionBroken(
        bytes32 indexed inclusionHash,
        uint32 indexed blockNumber,
        address indexed claimer,
        uint256 reward,
        uint256 burned
    );
    /// @notice The hash of an L1 block was kept.
    /// @param blockNumber Number of the L1 block.
    /// @param blockHash Its hash.
    event AnchorKept(uint64 indexed blockNumber, bytes32 blockHash);
    /// @notice The withdrawal of the bond was announced.
    /// @param availableAt Unix second from which on it is possible.
    event WithdrawalAnnounced(uint256 availableAt);
    /// @notice An announced withdrawal was cancelled.
    event WithdrawalCancelled();
    /// @notice The bond was withdrawn.
    /// @param amount In wei.
    event BondWithdrawn(uint256 amount);

    /// @notice No account can sign as the zero address.
    error SignerZero();
    /// @notice A bond without a penalty deters nobody.
    error PenaltyZero();
    /// @notice A withdrawal must be announced earlier.
    error DelayTooShort(uint256 delaySeconds, uint256 neededSeconds);
    /// @notice Only the owner of the bond may do this.
    error NotOwner(address caller);
    /// @notice The promise is signed by somebody else.
    error SignatureInvalid(address recovered);
    /// @notice L1 has not executed the block, so it can still be reverted.
    error BlockNotExecuted(uint32 blockNumber, uint32 executed);
    /// @notice The promise is about another block than the one shown.
    error OtherBlock(uint32 promised, uint32 shown);
    /// @notice The rollup has executed another block of this number.
    error BlockUnknown(uint32 blockNumber);
    /// @notice The values shown are not those that the block was committed with.
    error CommitmentMismatch(uint32 blockNumber);
    /// @notice The block has the promised public data.
    error PromiseKept(uint32 blockNumber);
    /// @notice A reorg has replaced the L1 block that the promise was made on.
    error PromiseVoid(uint64 anchorNumber, bytes32 anchorHash, bytes32 actualHash);
    /// @notice The penalty for this block was taken.
    error ClaimedAlready(uint32 blockNumber);
    /// @notice The penalty for this promise was taken.
    error InclusionClaimedAlready(bytes32 inclusionHash);
    /// @notice The block is neither one that is due by its number nor by its time.
    error InclusionNotDue(uint32 blockNumber, uint64 timestamp);
    /// @notice The transaction had expired before the block.
    error InclusionExpired(uint64 timestamp, uint64 validUntil);
    /// @notice The block does not break the promise.
    error InclusionKept(uint32 accountId, uint32 nonce);
    /// @notice The path does not lead from the account to the state root of the block.
    error AccountPathInvalid(uint32 accountId);
    /// @notice The public data is not that of the block.
    error OtherPubdata(bytes32 shown, bytes32 committed);
    /// @notice The account has signed no operation in this slot.
    error SlotOfOther(uint32 accountId, uint256 slot);
    /// @notice The operation in this slot uses another nonce than the promised one.
    error OtherNonce(uint256 used, uint32 promised);
    /// @notice Nothing is left of the bond.
    error BondEmpty();
    /// @notice The L1 block is not among the last 256.
    error AnchorUnavailable(uint64 blockNumber);
    /// @notice The withdrawal has not been announced.
    error WithdrawalNotAnnounced();
    /// @notice The delay of the withdrawal has not passed.
    error WithdrawalTooEarly(uint256 availableAt);
    /// @notice A recipient has refused its payment.
    error PaymentFailed(address recipient);

    /// @notice Adds to the bond.
    function fund() external payable;

    /// @notice Takes the penalty for a broken promise: half of it is the caller's.
    /// @dev Once for each block, whatever the number of promises for it.
    /// @param sealedBlock The promise.
    /// @param signature Of the signer, by EIP-712: 65 bytes.
    /// @param executedBlock The block with other public data that L1 has executed.
    function claim(
        SealedBlock calldata sealedBlock,
        bytes calldata signature,
        ExecutedBlock calldata executedBlock
    ) external;

    /// @notice Takes the penalty for a promise at acceptance: a block that is due was executed, and
    /// the nonce was not used.
    /// @dev Once for each promise, whatever the number of groups that have it.
    /// @param signed The promise.
    /// @param storedBlock The block.
    /// @param account The account in the state after the block.
    function claimLate(
        SignedInclusion calldata signed,
        StoredBlock calldata storedBlock,
        AccountPath calldata account
    ) external;

    /// @notice Takes the penalty for a promise at acceptance: the nonce was used by an operation of
    /// other content.
    /// @dev Once for each promise, with `claimLate`.
    /// @param signed The promise.
    /// @param executedBlock The block that uses the nonce.
    /// @param pubdata Public data of the block.
    /// @param slot Slot of the operation that uses the nonce.
    /// @param account The account in the state after the block.
    /// @param payee Account B of the operation in that state, if only the owner of account B
    /// differs from the promise; else it is not read.
    function claimReplaced(
        SignedInclusion calldata signed,
        ExecutedBlock calldata executedBlock,
        bytes calldata pubdata,
        uint256 slot,
        AccountPath calldata account,
        AccountPath calldata payee
    ) external;

    /// @notice Keeps the hash of one of the last 256 L1 blocks, so that a promise on a block that a
    /// reorg has replaced is void also later.
    /// @param blockNumber Number of the L1 block.
    function keepAnchor(uint64 blockNumber) external;

    /// @notice Announces the withdrawal of the bond; only its owner may.
    function announceWithdrawal() external;

    /// @notice Cancels an announcement; only the owner may.
    function cancelWithdrawal() external;

    /// @notice Withdraws what is left of the bond to its owner, after the delay.
    function withdraw() external;
}
