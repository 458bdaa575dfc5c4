// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IExitVerifier} from "./IExitVerifier.sol";
import {IVerifier} from "./IVerifier.sol";
import {CommitBlock, ExecuteBlock, Payout, ProveBlock, StoredBlock} from "../types/Blocks.sol";
import {ExitClaim, QueuedDeposit} from "../types/Exits.sol";

/// @title L1 contract of a zkRollup
/// @notice Takes deposits and exit requests, follows the L2 state by proven blocks, and pays out.
/// @dev Functions for users name a token by its address, and ETH by the zero address. Blocks,
/// requests and events name it by its id in the registry, and ETH by 0. Amounts are in the token's
/// smallest unit (wei for ETH); times are Unix seconds.
///
/// Every function that changes state reverts with `ExodusMode` in exodus, except those listed
/// there: `payOut`, `withdrawPendingBalance`, `performExit`, `performExitByPath` and
/// `cancelDeposits`.
interface IRollup {
    // ---------------------------------------------------------------------------------- events

    /// @notice The rollup was initialized.
    /// @param genesisStateRoot Root of the state before block 1, in which only account 0 exists.
    /// @param feeAccount Owner of account 0.
    /// @param verifier Verifier of block and exit proofs.
    /// @param accountCapacity Leaves of the state tree.
    /// @param tokenCapacity Leaves of the tails of an account together, ETH included.
    /// @param priorityExpirationSeconds Seconds that a priority request may wait.
    event RollupInitialized(
        uint256 genesisStateRoot,
        address feeAccount,
        IVerifier verifier,
        uint32 accountCapacity,
        uint32 tokenCapacity,
        uint32 priorityExpirationSeconds
    );
    /// @notice A validator was added or removed.
    /// @param validator L1 account.
    /// @param active True if it may commit, execute and revert blocks from now on.
    event ValidatorSet(address indexed validator, bool active);
    /// @notice A token was listed.
    /// @param tokenId Its id in the registry.
    /// @param token Its address; zero for ETH.
    event TokenListed(uint16 indexed tokenId, address indexed token);
    /// @notice Deposits of one token were paused or resumed.
    /// @param tokenId Token of the registry.
    /// @param paused True if deposits of it revert from now on.
    event DepositsPausedSet(uint16 indexed tokenId, bool paused);
    /// @notice Deposits of all tokens were paused or resumed.
    /// @param paused True if every deposit reverts from now on.
    event AllDepositsPausedSet(bool paused);
    /// @notice The guardian was replaced.
    /// @param guardian The new guardian; zero for none.
    event GuardianSet(address indexed guardian);
    /// @notice The validator manager was replaced.
    /// @param validatorManager The new validator manager; zero for none.
    event ValidatorManagerSet(address indexed validatorManager);
    /// @notice The request fee was set.
    /// @param feeWei Price of a priority request from now on, in wei.
    event RequestFeeSet(uint256 feeWei);
    /// @notice The recipient of request fees was set.
    /// @param recipient Address whose pending balance grows by every fee from now on.
    event RequestFeeRecipientSet(address indexed recipient);

    /// @notice A deposit or full exit has joined the priority queue.
    /// @param requestId Place in the queue, counted from 0.
    /// @param op Operation code: deposit or full exit.
    /// @param owner Owner to credit with the deposit; caller who asks for the full exit.
    /// @param tokenId Token that moves.
    /// @param accountId Account to exit; 0 for a deposit.
    /// @param amount Amount deposited; 0 for a full exit.
    /// @param expiration Unix second at which an open request allows the exodus.
    event PriorityRequestAdded(
        uint64 indexed requestId,
        uint8 op,
        address indexed owner,
        uint16 tokenId,
        uint32 accountId,
        uint128 amount,
        uint64 expiration
    );
    /// @notice A fact was stored: its owner consents to a signing key.
    /// @param owner Owner of the account, who called.
    /// @param accountId Account whose key it is.
    /// @param nonce Nonce of the account at which the consent holds.
    /// @param pubKeyHash Hash of the key.
    event AuthPubKeyHashSet(
        address indexed owner,
        uint32 indexed accountId,
        uint32 indexed nonce,
        uint256 pubKeyHash
    );
    /// @notice A reset was armed: its owner may replace the fact for account and nonce.
    /// @param owner Owner of the fact, who called.
    /// @param accountId Account that the fact is about.
    /// @param nonce Nonce that the fact is about.
    /// @param availableAt Unix second from which the replacement is possible, for
    /// `authResetWindowSeconds`.
    event AuthResetStarted(
        address indexed owner,
        uint32 indexed accountId,
        uint32 indexed nonce,
        uint64 availableAt
    );

    /// @notice A block was committed.
    /// @param blockNumber Its number.
    /// @param storedBlock The block as later calls take it.
    event BlockCommitted(uint32 indexed blockNumber, StoredBlock storedBlock);
    /// @notice Blocks were proven.
    /// @param provenBlocks Number of the last proven block.
    event BlocksProven(uint32 provenBlocks);
    /// @notice A block was executed. Its payouts are made, except those of a `PayoutsOpen` event.
    /// @param blockNumber Its number.
    event BlockExecuted(uint32 indexed blockNumber);
    /// @notice The number of open payouts of an executed block has changed.
    /// @param blockNumber The block.
    /// @param open Payouts left for `payOut`; type(uint32).max if none was made or counted yet.
    event PayoutsOpen(uint32 indexed blockNumber, uint32 open);
    /// @notice Blocks were reverted.
    /// @param committedBlocks Number of the last committed block that remains.
    /// @param provenBlocks Number of the last proven block that remains.
    event BlocksReverted(uint32 committedBlocks, uint32 provenBlocks);

    /// @notice A payout was paid.
    /// @param recipient Address that received it.
    /// @param tokenId Token paid.
    /// @param amount Amount paid.
    event PayoutSent(address indexed recipient, uint16 indexed tokenId, uint256 amount);
    /// @notice A pending balance has grown: by a failed payout, a cancelled deposit, a request fee,
    /// or ETH sent in excess of one.
    /// @param recipient Owner of the pending balance.
    /// @param tokenId Token owed.
    /// @param amount Amount added.
    event PayoutPending(address indexed recipient, uint16 indexed tokenId, uint256 amount);

    /// @notice The exodus has begun.
    /// @param requestId The expired request.
    event ExodusModeActivated(uint64 requestId);
    /// @notice An account has exited: its balance of a token was claimed in exodus.
    /// @param accountId The account.
    /// @param tokenId Token claimed.
    /// @param owner Owner of the account, who is paid.
    /// @param amount The whole balance.
    event ExitPerformed(
        uint32 indexed accountId,
        uint16 indexed tokenId,
        address indexed owner,
        uint128 amount
    );
    /// @notice A deposit was cancelled in exodus and added to its owner's pending balance.
    /// @param requestId Its place in the priority queue.
    /// @param owner Owner of the deposit.
    /// @param tokenId Token deposited.
    /// @param amount Amount deposited.
    event DepositCancelled(
        uint64 indexed requestId,
        address indexed owner,
        uint16 tokenId,
        uint128 amount
    );

    // ---------------------------------------------------------------------------------- errors

    /// @notice The caller is not a validator.
    /// @param caller `msg.sender`.
    error NotValidator(address caller);
    /// @notice The caller is a contract, or the call is not the transaction itself. Blocks are
    /// committed by transactions of accounts without code, so that every L1 node keeps their data.
    /// @param caller `msg.sender`.
    error CommitNotDirect(address caller);
    /// @notice The calldata is not the canonical ABI encoding of its values. Solidity reads more
    /// than that, but the decoders that restore the state from it do not.
    error CalldataNotCanonical();
    /// @notice The caller is neither the governor nor the guardian.
    /// @param caller `msg.sender`.
    error NotGovernorOrGuardian(address caller);
    /// @notice The caller is neither the governor nor the validator manager.
    /// @param caller `msg.sender`.
    error NotGovernorOrValidatorManager(address caller);
    /// @notice The verifier of proofs, or that of exits, has no code.
    /// @param verifier Its address.
    error VerifierWithoutCode(address verifier);
    /// @notice A capacity is not that of full trees, or larger than the ids of the protocol allow:
    /// accounts take a power of 8, tokens 4 times one.
    /// @param capacity Capacity of accounts or of tokens.
    /// @param maximum Number of different ids.
    error CapacityInvalid(uint256 capacity, uint256 maximum);

    /// @notice The token is not in the registry.
    /// @param token Address of the token; zero for ETH.
    error TokenNotListed(address token);
    /// @notice The token id is not in the registry.
    /// @param tokenId Id that was asked for.
    error TokenIdNotListed(uint256 tokenId);
    /// @notice The token is in the registry already.
    /// @param token Address of the token.
    /// @param tokenId Its id.
    error TokenAlreadyListed(address token, uint16 tokenId);
    /// @notice The address is not that of an ERC-20 token: it has no code.
    /// @param token The address.
    error TokenWithoutCode(address token);
    /// @notice The registry is full.
    /// @param capacity Tokens that it holds, ETH included.
    error TokenCapacityReached(uint256 capacity);
    /// @notice Deposits of this token, or of all tokens, are paused.
    /// @param token Address of the token; zero for ETH.
    error DepositsPaused(address token);

    /// @notice The zero address cannot own an account.
    error OwnerZero();
    /// @notice The amount to deposit or to claim is 0.
    error AmountZero();
    /// @notice The deposit exceeds the limit of a deposit, which leaves balances room for more.
    /// @param amount Amount that arrived.
    /// @param maximum The limit: 2^104 - 1.
    error DepositTooLarge(uint256 amount, uint256 maximum);
    /// @notice The state tree has no leaf for this account id.
    /// @param accountId The id.
    /// @param capacity Leaves of the state tree; ids are below it.
    error AccountIdOutOfRange(uint256 accountId, uint256 capacity);
    /// @notice The ETH sent along does not cover the request fee.
    /// @param paid ETH sent along, in wei.
    /// @param fee Request fee, in wei.
    error RequestFeeTooLow(uint256 paid, uint256 fee);
    /// @notice The request fee exceeds its limit, which keeps priority requests affordable.
    /// @param fee Proposed fee, in wei.
    /// @param maximum The limit, in wei.
    error RequestFeeTooHigh(uint256 fee, uint256 maximum);

    /// @notice The public key hash is 0 or not below the field modulus.
    /// @param pubKeyHash The rejected value.
    error PubKeyHashInvalid(uint256 pubKeyHash);
    /// @notice The reset is armed, but its delay has not passed.
    /// @param availableAt Unix second from which the replacement is possible.
    error AuthResetTooEarly(uint64 availableAt);

    /// @notice The contract has another block, or none, under the number of this StoredBlock.
    /// @param blockNumber The number.
    /// @param expectedHash Hash that the contract has; 0 for none.
    /// @param actualHash Hash of the argument.
    error StoredBlockMismatch(uint256 blockNumber, bytes32 expectedHash, bytes32 actualHash);
    /// @notice The block is not the next one to commit on, prove, execute, revert or exit from.
    /// @param expectedNumber Number of the block that is.
    /// @param actualNumber Number of the argument.
    error BlockOutOfOrder(uint256 expectedNumber, uint256 actualNumber);
    /// @notice The block is not proven.
    /// @param blockNumber Its number.
    error BlockNotProven(uint256 blockNumber);
    /// @notice The block is not executed.
    /// @param blockNumber Its number.
    error BlockNotExecuted(uint256 blockNumber);
    /// @notice The block is executed, which is final.
    /// @param blockNumber Its number.
    error BlockAlreadyExecuted(uint256 blockNumber);
    /// @notice The block's timestamp is before its parent's, or too far from the clock of L1.
    /// @param timestamp Timestamp of the block, in Unix seconds.
    /// @param earliest Earliest allowed timestamp.
    /// @param latest Latest allowed timestamp.
    error TimestampOutOfRange(uint256 timestamp, uint256 earliest, uint256 latest);
    /// @notice The block has more records than slots.
    /// @param records Records in its public data.
    /// @param slots Slots of its circuit.
    error TooManyRecords(uint256 records, uint256 slots);
    /// @notice The last record is a noop, which public data leaves out at the end.
    /// @param records Records in the public data.
    error TrailingNoop(uint256 records);
    /// @notice The extension's slot does not ascend, or has no record.
    /// @param slot Slot of the extension.
    /// @param minimum Smallest slot allowed here.
    /// @param records Records in the public data; slots are below it.
    error ExtensionSlotInvalid(uint256 slot, uint256 minimum, uint256 records);
    /// @notice The block's next L1 operation is not the next request of the priority queue.
    /// @param requestId The request that must be served.
    /// @param slot Slot of the operation.
    error PriorityRequestMismatch(uint256 requestId, uint256 slot);
    /// @notice The number of authorizations differs from the block's number of ChangePubKeys.
    /// @param expected ChangePubKeys of the block.
    /// @param actual Authorizations sent along.
    error AuthorizationCountMismatch(uint256 expected, uint256 actual);
    /// @notice The authorization's type byte is unknown.
    /// @param slot Slot of the ChangePubKey.
    /// @param authorizationType The type byte.
    error AuthorizationTypeUnknown(uint256 slot, bytes1 authorizationType);
    /// @notice The authorization does not show the owner's consent to this ChangePubKey.
    /// @param slot Slot of the ChangePubKey.
    /// @param owner Owner of the account.
    error AuthorizationInvalid(uint256 slot, address owner);
    /// @notice The public inputs, or the parent commitment, do not hash to the commitment of the
    /// last block.
    /// @param lastBlockNumber Number of that block.
    error CommitmentMismatch(uint256 lastBlockNumber);
    /// @notice The verifier refuses a proof of these blocks or of one between them. It does not
    /// report which.
    /// @param firstBlockNumber Number of the first block.
    /// @param lastBlockNumber Number of the last block.
    error ProofsInvalid(uint256 firstBlockNumber, uint256 lastBlockNumber);
    /// @notice The payouts do not hash to the payouts hash of the block.
    /// @param blockNumber Its number.
    error PayoutsMismatch(uint256 blockNumber);

    /// @notice The gas left does not cover a whole payout.
    /// @param available Gas left.
    /// @param needed Gas that a payout and its bookkeeping take at most.
    error GasInsufficient(uint256 available, uint256 needed);
    /// @notice The pending balance is 0.
    /// @param owner Owner of the pending balance.
    /// @param token Address of the token; zero for ETH.
    error NothingPending(address owner, address token);
    /// @notice The recipient or the token refuses the payment.
    /// @param recipient Owner of the pending balance.
    /// @param tokenId Token to pay.
    /// @param amount Amount to pay.
    error PayoutFailed(address recipient, uint16 tokenId, uint256 amount);

    /// @notice The rollup is in exodus: it only pays out.
    error ExodusMode();
    /// @notice The rollup is not in exodus.
    error NotInExodusMode();
    /// @notice The priority queue has no open request: all are executed.
    error NoOpenRequest();
    /// @notice The oldest open request has not expired.
    /// @param requestId The request.
    /// @param expiration Unix second at which it expires.
    error RequestNotExpired(uint64 requestId, uint64 expiration);
    /// @notice The account has exited with this token already.
    /// @param accountId The account.
    /// @param tokenId The token.
    error AlreadyExited(uint32 accountId, uint16 tokenId);
    /// @notice The verifier refuses the proof of this claim.
    /// @param accountId Account of the claim.
    /// @param tokenId Token of the claim.
    error ExitProofInvalid(uint32 accountId, uint16 tokenId);
    /// @notice The path does not lead from this claim to the root of the last executed state.
    /// @param accountId Account of the claim.
    /// @param tokenId Token of the claim.
    error ExitPathInvalid(uint32 accountId, uint16 tokenId);
    /// @notice An executed block has credited or refunded the deposit.
    /// @param requestId Place of the deposit in the priority queue.
    error DepositExecuted(uint64 requestId);
    /// @notice The priority queue has no such deposit, or it was cancelled already.
    /// @param requestId Place in the priority queue.
    error DepositUnknown(uint64 requestId);

    // -------------------------------------------------------------------------------- deposits

    /// @notice Deposits the ETH sent along, less the request fee, for `owner`.
    /// @dev Adds a deposit to the priority queue. A block credits it, or refunds it: then `owner`
    /// is paid like the recipient of a withdrawal.
    /// Reverts with `DepositsPaused`, `RequestFeeTooLow`, `OwnerZero`, `AmountZero` or
    /// `DepositTooLarge`.
    /// @param owner Address that owns the L2 account, not zero; a block creates the account if it
    /// has none.
    function depositEth(address owner) external payable;

    /// @notice Deposits an ERC-20 token for `owner`.
    /// @dev Adds a deposit to the priority queue, of the amount that arrives: the depositor bears a
    /// fee on transfer. A block may refund it like a deposit of ETH. The ETH sent along pays the
    /// request fee, and what exceeds it becomes a pending balance of the caller.
    /// Reverts with `TokenNotListed`, `DepositsPaused`, `TokenWithoutCode` (for ETH),
    /// `RequestFeeTooLow`, `OwnerZero`, `AmountZero`, `DepositTooLarge`, or as the token does.
    /// @param token Address of a listed token; the caller has approved `amount` to the rollup.
    /// @param amount In the token's smallest unit; 1 or more must arrive.
    /// @param owner Address that owns the L2 account, not zero; a block creates the account if it
    /// has none.
    function depositErc20(address token, uint256 amount, address owner) external payable;

    /// @notice Requests a full exit: the payout of an account's whole balance of one token to its
    /// owner.
    /// @dev A block serves the request of a caller who does not own the account, too, and pays
    /// nothing for it. The ETH sent along pays the request fee as for `depositErc20`.
    /// Reverts with `TokenNotListed`, `AccountIdOutOfRange` or `RequestFeeTooLow`.
    /// @param accountId Account of the caller, below `accountCapacity`.
    /// @param token Address of a listed token; zero for ETH.
    function requestFullExit(uint32 accountId, address token) external payable;

    /// @notice Pays the whole pending balance of `owner` in one token; anyone may call.
    /// @dev Forwards all gas that is left, unlike a payout of a block.
    /// Reverts with `TokenNotListed`, `NothingPending` or `PayoutFailed`.
    /// @param owner Owner of the pending balance, who is paid.
    /// @param token Address of a listed token; zero for ETH.
    function withdrawPendingBalance(address owner, address token) external;

    /// @notice Stores a fact: the caller consents to `pubKeyHash` as the signing key of its account
    /// `accountId` at `nonce`.
    /// @dev A fact is replaced by two calls, so that an operator that relies on it is not
    /// surprised: the first arms a reset and stores nothing; a second one in the
    /// `authResetWindowSeconds` that begin `authResetDelaySeconds` later stores the new hash. A
    /// call after that window arms another reset.
    /// Reverts with `PubKeyHashInvalid` or `AuthResetTooEarly`.
    /// @param pubKeyHash Poseidon hash of the key: a field element, not 0.
    /// @param accountId Account of the caller.
    /// @param nonce Nonce of the account at which the ChangePubKey will be executed.
    function setAuthPubKeyHash(uint256 pubKeyHash, uint32 accountId, uint32 nonce) external;

    // ---------------------------------------------------------------------------------- blocks

    /// @notice Commits blocks. Validators only, by a call that is the transaction itself.
    /// @dev The calldata is in canonical ABI encoding (no gaps, in order, padded with zeros), so
    /// that every decoder restores the state from it.
    /// Reverts with `NotValidator`, `CommitNotDirect`, `CalldataNotCanonical`, `BlockOutOfOrder`,
    /// `StoredBlockMismatch`, `TimestampOutOfRange`, `AccountIdOutOfRange` (of the fee account),
    /// `TooManyRecords`, `TrailingNoop`, `ExtensionSlotInvalid`, `PriorityRequestMismatch`,
    /// `AuthorizationCountMismatch`, `AuthorizationTypeUnknown`, `AuthorizationInvalid`, or an
    /// error of `PubdataReader`.
    /// @param last The last committed block.
    /// @param newBlocks Blocks that follow it, in order.
    function commitBlocks(StoredBlock calldata last, CommitBlock[] calldata newBlocks) external;

    /// @notice Proves committed blocks in order, with one check of all proofs; anyone may call.
    /// @dev Blocks that are proven already are skipped, so nobody spoils a group by proving its
    /// first block.
    /// Reverts with `StoredBlockMismatch`, `CommitmentMismatch`, `BlockOutOfOrder` or
    /// `ProofsInvalid`.
    /// @param parentCommitment Commitment of the block before the first.
    /// @param last The last of the blocks.
    /// @param blocks Consecutive blocks, the first of which is not after the next one to prove.
    function proveBlocks(
        bytes32 parentCommitment,
        StoredBlock calldata last,
        ProveBlock[] calldata blocks
    ) external;

    /// @notice Executes proven blocks in order, which finalizes them, then makes their payouts in
    /// order while gas is left. Validators only.
    /// @dev Payouts that lack gas stay open for `payOut`, so no payout keeps a block from being
    /// executed. A payout that fails becomes a pending balance.
    /// Reverts with `NotValidator`, `StoredBlockMismatch`, `BlockOutOfOrder`, `BlockNotProven` or
    /// `PayoutsMismatch`.
    /// @param blocks Each with all its payouts, or with none: then all of its payouts stay open.
    function executeBlocks(ExecuteBlock[] calldata blocks) external;

    /// @notice Makes open payouts of an executed block while gas is left; anyone may call, also in
    /// exodus.
    /// @dev Payouts that are made already are skipped.
    /// Reverts with `StoredBlockMismatch`, `BlockNotExecuted`, `PayoutsMismatch`, or
    /// `GasInsufficient` if the range has an open payout and the gas covers none.
    /// @param stored The executed block.
    /// @param payouts All payouts of the block, in slot order.
    /// @param first Index of the first payout of the range.
    /// @param count Payouts in the range; it ends at the last payout of the block at the latest.
    function payOut(
        StoredBlock calldata stored,
        Payout[] calldata payouts,
        uint256 first,
        uint256 count
    ) external;

    /// @notice Reverts committed blocks that are not executed. Validators only.
    /// @dev Their requests are open for new blocks again; proven blocks among them must be proven
    /// again.
    /// Reverts with `NotValidator`, `BlockOutOfOrder`, `BlockAlreadyExecuted` or
    /// `StoredBlockMismatch`.
    /// @param blocks The last committed block, then the one before it, and so on.
    function revertBlocks(StoredBlock[] calldata blocks) external;

    // ---------------------------------------------------------------------------------- exodus

    /// @notice Starts the exodus if the oldest open request has expired; anyone may call.
    /// @dev The exodus never ends. Only the functions below up to `cancelDeposits`, `payOut`,
    /// `withdrawPendingBalance` and the views stay open. Blocks that are committed but not executed
    /// have no effect.
    /// Reverts with `NoOpenRequest` or `RequestNotExpired`.
    function activateExodusMode() external;

    /// @notice Pays an account's whole balance of one token to its owner, once; anyone may call.
    /// @dev The payment is made like a payout: if it fails, it becomes a pending balance.
    /// Reverts with `NotInExodusMode`, `BlockOutOfOrder`, `StoredBlockMismatch`, `AlreadyExited`,
    /// `AmountZero`, `ExitProofInvalid` or `GasInsufficient`.
    /// @param last The last executed block.
    /// @param claim The account, the token, the owner and the balance.
    /// @param proof Groth16 proof of the exit circuit against the state root of `last`, in the
    /// order of EIP-197.
    function performExit(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[8] calldata proof
    ) external;

    /// @notice Does the same as `performExit`, with a path instead of a proof.
    /// @dev A path costs more gas but needs no proving key.
    /// Reverts as `performExit` does, with `ExitPathInvalid` for `ExitProofInvalid`.
    /// @param last The last executed block.
    /// @param claim The account, the token, the owner and the balance.
    /// @param path The words of the account's leaf, and the siblings from the balance up to the
    /// state root; see `IExitVerifier.verifyPath`.
    function performExitByPath(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external;

    /// @notice Turns deposits that no executed block serves into pending balances of their owners;
    /// anyone may call.
    /// @dev Reverts with `NotInExodusMode`, `DepositExecuted` or `DepositUnknown`.
    /// @param deposits The deposits, in any order.
    function cancelDeposits(QueuedDeposit[] calldata deposits) external;

    // ------------------------------------------------------------------------------ governance

    /// @notice Lists a token under the next free id. Governor only.
    /// @dev Reverts with `TokenAlreadyListed`, `TokenCapacityReached` or `TokenWithoutCode`.
    /// @param token Address of an ERC-20 token.
    /// @return tokenId Its id, 1 to `tokenCapacity` - 1.
    function listToken(address token) external returns (uint16 tokenId);

    /// @notice Pauses or resumes deposits of one token. Governor and guardian only.
    /// @dev Withdrawals always continue.
    /// Reverts with `NotGovernorOrGuardian` or `TokenNotListed`.
    /// @param token Address of a listed token; zero for ETH.
    /// @param paused True to pause.
    function setDepositsPaused(address token, bool paused) external;

    /// @notice Pauses or resumes deposits of all tokens. Governor and guardian only.
    /// @dev The pauses of single tokens are kept.
    /// Reverts with `NotGovernorOrGuardian`.
    /// @param paused True to pause.
    function setAllDepositsPaused(bool paused) external;

    /// @notice Replaces the guardian. Governor only.
    /// @param newGuardian Address that may pause deposits; zero for none.
    function setGuardian(address newGuardian) external;

    /// @notice Adds or removes a validator, at once. Governor and validator manager only.
    /// @dev Reverts with `NotGovernorOrValidatorManager`.
    /// @param validator L1 account.
    /// @param active True to add it.
    function setValidator(address validator, bool active) external;

    /// @notice Replaces the validator manager. Governor only.
    /// @param newValidatorManager Address that may set validators; zero for none.
    function setValidatorManager(address newValidatorManager) external;

    /// @notice Sets the price of a priority request. Governor only.
    /// @dev Reverts with `RequestFeeTooHigh`.
    /// @param feeWei In wei, 0 to `requestFeeMaxWei`.
    function setRequestFee(uint256 feeWei) external;

    /// @notice Sets the recipient of further request fees. Governor only.
    /// @param newRecipient Address whose pending balance they become; zero for the governor.
    function setRequestFeeRecipient(address newRecipient) external;

    // ----------------------------------------------------------------------------------- views

    /// @notice Numbers of the last committed, proven and executed block; genesis is 0.
    /// @return committed Number of the last committed block.
    /// @return proven Number of the last proven block, at most `committed`.
    /// @return executed Number of the last executed block, at most `proven`.
    function blockCounts() external view returns (uint32 committed, uint32 proven, uint32 executed);

    /// @notice Hash of a committed block.
    /// @param blockNumber Its number; genesis is 0.
    /// @return keccak256 of the ABI encoding of its StoredBlock; 0 if there is none.
    function storedBlockHash(uint32 blockNumber) external view returns (bytes32);

    /// @notice Counters of the priority queue, as request ids.
    /// @return firstOpen First request that no executed block serves.
    /// @return firstUncommitted First request that no committed block serves.
    /// @return next Id of the next request to come.
    function priorityQueue()
        external
        view
        returns (uint64 firstOpen, uint64 firstUncommitted, uint64 next);

    /// @notice Whether the rollup is in exodus.
    /// @return True from `activateExodusMode` on.
    function exodusMode() external view returns (bool);

    /// @notice Whether an account has exited with a token.
    /// @param accountId The account.
    /// @param tokenId The token.
    /// @return True if its balance of the token was claimed in exodus.
    function hasExited(uint32 accountId, uint16 tokenId) external view returns (bool);

    /// @notice A priority request as the queue keeps it.
    /// @param requestId Its place in the queue.
    /// @return requestHash Short hash of it, see the library `PriorityQueue`; 0 if there is none or
    /// the deposit was cancelled.
    /// @return expiration Unix second at which it expires.
    function priorityRequest(
        uint64 requestId
    ) external view returns (bytes24 requestHash, uint64 expiration);

    /// @notice Pending balance of an address in one token.
    /// @dev Reverts with `TokenNotListed`.
    /// @param owner The address.
    /// @param token Address of a listed token; zero for ETH.
    /// @return Amount that `withdrawPendingBalance` pays.
    function pendingBalance(address owner, address token) external view returns (uint256);

    /// @notice Number of open payouts of an executed block.
    /// @param blockNumber The block.
    /// @return Payouts left for `payOut`; type(uint32).max if none was made or counted yet; 0 if
    /// there is none, or the block is not executed.
    function openPayouts(uint32 blockNumber) external view returns (uint32);

    /// @notice Whether a payout has been made. Valid only while `openPayouts` of the block is
    /// not 0.
    /// @param blockNumber The block.
    /// @param index Index of the payout, in slot order.
    /// @return True if it has been made.
    function isPayoutMade(uint32 blockNumber, uint256 index) external view returns (bool);

    /// @notice The fact that an owner has stored for account and nonce.
    /// @param owner Owner of the account.
    /// @param accountId The account.
    /// @param nonce Nonce of the account.
    /// @return Hash of the key that the owner consents to; 0 if none.
    function authPubKeyHash(
        address owner,
        uint32 accountId,
        uint32 nonce
    ) external view returns (uint256);

    /// @notice When an armed reset allows the replacement of a fact.
    /// @param owner Owner of the account.
    /// @param accountId The account.
    /// @param nonce Nonce of the account.
    /// @return Unix second from which the replacement is possible, for `authResetWindowSeconds`; 0
    /// if no reset was armed since the fact was stored.
    function authResetAvailableAt(
        address owner,
        uint32 accountId,
        uint32 nonce
    ) external view returns (uint64);

    /// @notice Delay of a reset.
    /// @return Seconds from arming a reset until it is possible.
    function authResetDelaySeconds() external view returns (uint256);

    /// @notice Window of a reset.
    /// @return Seconds in which an armed reset is possible; then it is void.
    function authResetWindowSeconds() external view returns (uint256);

    /// @notice Price of a priority request.
    /// @return The request fee, in wei.
    function requestFeeWei() external view returns (uint256);

    /// @notice Limit of the request fee.
    /// @dev It is a constant, so that no governor can keep users from leaving.
    /// @return Highest request fee that can be set, in wei.
    function requestFeeMaxWei() external view returns (uint256);

    /// @notice Recipient of the request fees.
    /// @return Address whose pending balance they become.
    function requestFeeRecipient() external view returns (address);

    /// @notice Number of listed tokens.
    /// @return Tokens, ETH included.
    function tokenCount() external view returns (uint32);

    /// @notice Address of a listed token.
    /// @dev Reverts with `TokenIdNotListed`.
    /// @param tokenId Id of the token, below `tokenCount`.
    /// @return Its address; zero for ETH.
    function tokenAddress(uint16 tokenId) external view returns (address);

    /// @notice Id of a listed token.
    /// @dev Reverts with `TokenNotListed`.
    /// @param token Its address; zero for ETH.
    /// @return tokenId Its id.
    /// @return depositsPaused Whether deposits of this token are paused.
    function tokenOf(address token) external view returns (uint16 tokenId, bool depositsPaused);

    /// @notice Whether deposits of all tokens are paused.
    /// @return True if they are.
    function allDepositsPaused() external view returns (bool);

    /// @notice The guardian, who may pause deposits and nothing else.
    /// @return Its address; zero for none.
    function guardian() external view returns (address);

    /// @notice The validator manager, who may set validators and nothing else.
    /// @return Its address; zero for none.
    function validatorManager() external view returns (address);

    /// @notice Whether an account is a validator.
    /// @param account L1 account.
    /// @return True if it may commit, execute and revert blocks.
    function isValidator(address account) external view returns (bool);

    /// @notice The verifier of block and exit proofs.
    /// @return Its address.
    function verifier() external view returns (IVerifier);

    /// @notice The verifier of exits, by proof and by path.
    /// @return Its address.
    function exitVerifier() external view returns (IExitVerifier);

    /// @notice Capacity of the state tree.
    /// @return Leaves of it; account ids are below.
    function accountCapacity() external view returns (uint32);

    /// @notice Capacity of the tails of an account together.
    /// @return Leaves of it, ETH included; token ids are below.
    function tokenCapacity() external view returns (uint32);

    /// @notice Time in which a block must serve a priority request.
    /// @return Seconds from the request to its expiration.
    function priorityExpirationSeconds() external view returns (uint32);

    /// @notice Gas limit of a payout during execution.
    /// @return Gas; a payout that needs more becomes a pending balance.
    function payoutGasLimit() external view returns (uint256);

    /// @notice Digest of the protocol data that this contract was built for.
    /// @return keccak256; operators and wallets refuse a contract with another one.
    function protocolDigest() external pure returns (bytes32);

    /// @notice Domain of the rollup: it binds L2 signatures and proofs to this chain and contract.
    /// @return Field element.
    function domain() external view returns (uint256);
}
