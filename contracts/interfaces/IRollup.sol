// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IExitVerifier} from "./IExitVerifier.sol";
import {IVerifier} from "./IVerifier.sol";
import {CommitBlock, ExecuteBlock, Payout, ProveBlock, StoredBlock} from "../types/Blocks.sol";
import {ExitClaim, QueuedDeposit} from "../types/Exits.sol";

/// @title L1 contract of a zkRollup
/// @notice Takes deposits and exit requests, follows the L2 state by proven blocks, and pays out.
/// @dev In user-facing functions a token is its address, ETH the zero address; in blocks, requests
/// and events it is its id in the registry, ETH 0.
interface IRollup {
    // ---------------------------------------------------------------------------------- events

    /// @notice The rollup has started at `genesisStateRoot`, the root of the state in which only
    /// account 0 exists and belongs to `feeAccount`.
    event RollupInitialized(
        uint256 genesisStateRoot,
        address feeAccount,
        IVerifier verifier,
        uint32 accountCapacity,
        uint32 tokenCapacity,
        uint32 priorityExpirationSeconds
    );
    /// @notice A validator was added or removed.
    event ValidatorSet(address indexed validator, bool active);
    /// @notice A token was listed under the id `tokenId`.
    event TokenListed(uint16 indexed tokenId, address indexed token);
    /// @notice Deposits of a token were paused or resumed.
    event DepositsPausedSet(uint16 indexed tokenId, bool paused);
    /// @notice Deposits of all tokens were paused or resumed.
    event AllDepositsPausedSet(bool paused);
    /// @notice The guardian has changed; the zero address is nobody.
    event GuardianSet(address indexed guardian);
    /// @notice The validator manager has changed; the zero address is nobody.
    event ValidatorManagerSet(address indexed validatorManager);
    /// @notice A priority request costs `feeWei` from now on.
    event RequestFeeSet(uint256 feeWei);
    /// @notice Fees of priority requests become a pending balance of `recipient`.
    event RequestFeeRecipientSet(address indexed recipient);

    /// @notice A deposit or full exit has joined the priority queue.
    /// @param requestId Place in the queue, counting from 0.
    /// @param op Operation code: deposit or full exit.
    /// @param owner Who is credited, or who asks for the exit.
    /// @param tokenId Token that moves.
    /// @param accountId Account to exit; 0 for a deposit.
    /// @param amount Amount deposited; 0 for a full exit.
    /// @param expiration Unix second from which on the request has waited too long.
    event PriorityRequestAdded(
        uint64 indexed requestId,
        uint8 op,
        address indexed owner,
        uint16 tokenId,
        uint32 accountId,
        uint128 amount,
        uint64 expiration
    );
    /// @notice `owner` authorises `pubKeyHash` as signing key of its account at `nonce`.
    event AuthPubKeyHashSet(
        address indexed owner,
        uint32 indexed accountId,
        uint32 indexed nonce,
        uint256 pubKeyHash
    );
    /// @notice `owner` may replace its authorisation for account and nonce from `availableAt` (Unix
    /// seconds) on, for `authResetWindowSeconds`.
    event AuthResetStarted(
        address indexed owner,
        uint32 indexed accountId,
        uint32 indexed nonce,
        uint64 availableAt
    );

    /// @notice A block was committed; the event holds all that later calls ask for.
    event BlockCommitted(uint32 indexed blockNumber, StoredBlock storedBlock);
    /// @notice Proofs were accepted: all blocks up to the given number are proven now.
    event BlocksProven(uint32 provenBlocks);
    /// @notice A block is final; its payouts have been made, but for those of `PayoutsOpen`.
    event BlockExecuted(uint32 indexed blockNumber);
    /// @notice So many payouts of an executed block are still to be made by `payOut`;
    /// type(uint32).max: all of them, and nobody has counted them yet.
    event PayoutsOpen(uint32 indexed blockNumber, uint32 open);
    /// @notice Blocks were taken back; what remains is numbered up to the given counts.
    event BlocksReverted(uint32 committedBlocks, uint32 provenBlocks);

    /// @notice A payout has reached its recipient.
    event PayoutSent(address indexed recipient, uint16 indexed tokenId, uint256 amount);
    /// @notice An amount waits as pending balance: a payout that failed, or a cancelled deposit.
    event PayoutPending(address indexed recipient, uint16 indexed tokenId, uint256 amount);

    /// @notice The request `requestId` has waited too long: the exodus has begun.
    event ExodusModeActivated(uint64 requestId);
    /// @notice In exodus an account has claimed what it held of a token.
    event ExitPerformed(
        uint32 indexed accountId,
        uint16 indexed tokenId,
        address indexed owner,
        uint128 amount
    );
    /// @notice In exodus a deposit went back to its owner's pending balance.
    event DepositCancelled(
        uint64 indexed requestId,
        address indexed owner,
        uint16 tokenId,
        uint128 amount
    );

    // ---------------------------------------------------------------------------------- errors

    /// @notice Only a validator may do this.
    error NotValidator(address caller);
    /// @notice Blocks are committed by transactions of accounts without code, for all to read.
    error CommitNotDirect(address caller);
    /// @notice The calldata is not what an ABI encoder makes of the same values. Solidity reads
    /// more than that, but those who restore the state from it must be able to read it, too.
    error CalldataNotCanonical();
    /// @notice Only the governor or the guardian may do this.
    error NotGovernorOrGuardian(address caller);
    /// @notice Only the governor or the validator manager may do this.
    error NotGovernorOrValidatorManager(address caller);
    /// @notice The verifier of proofs or that of paths has no code.
    error VerifierWithoutCode(address verifier);
    /// @notice A capacity is 0 or more than ids can name.
    error CapacityInvalid(uint256 capacity, uint256 maximum);

    /// @notice The token is not in the registry.
    error TokenNotListed(address token);
    /// @notice The token id is not in the registry.
    error TokenIdNotListed(uint256 tokenId);
    /// @notice The token is in the registry already.
    error TokenAlreadyListed(address token, uint16 tokenId);
    /// @notice An ERC-20 token is a contract.
    error TokenWithoutCode(address token);
    /// @notice The registry is full.
    error TokenCapacityReached(uint256 capacity);
    /// @notice Deposits of the token, or of all tokens, are paused.
    error DepositsPaused(address token);

    /// @notice The zero address can not own an account.
    error OwnerZero();
    /// @notice There is nothing to deposit or to claim.
    error AmountZero();
    /// @notice The deposit is larger than any balance could safely take.
    error DepositTooLarge(uint256 amount, uint256 maximum);
    /// @notice No account can have this id.
    error AccountIdOutOfRange(uint256 accountId, uint256 capacity);
    /// @notice A priority request costs more than the ETH sent along.
    error RequestFeeTooLow(uint256 paid, uint256 fee);
    /// @notice Priority requests must stay affordable.
    error RequestFeeTooHigh(uint256 fee, uint256 maximum);

    /// @notice A public key hash is a field element and not 0.
    error PubKeyHashInvalid(uint256 pubKeyHash);
    /// @notice The authorisation can not be replaced yet.
    error AuthResetTooEarly(uint64 availableAt);

    /// @notice The given stored block is not the one the contract knows under its number.
    error StoredBlockMismatch(uint256 blockNumber, bytes32 expectedHash, bytes32 actualHash);
    /// @notice Blocks are proven, executed and reverted one after the other.
    error BlockOutOfOrder(uint256 expectedNumber, uint256 actualNumber);
    /// @notice The block has not been proven.
    error BlockNotProven(uint256 blockNumber);
    /// @notice The block has not been executed.
    error BlockNotExecuted(uint256 blockNumber);
    /// @notice An executed block is final.
    error BlockAlreadyExecuted(uint256 blockNumber);
    /// @notice The block's timestamp is before its parent's or too far from the clock of L1.
    error TimestampOutOfRange(uint256 timestamp, uint256 earliest, uint256 latest);
    /// @notice The block has more records than slots.
    error TooManyRecords(uint256 records, uint256 slots);
    /// @notice Noops at the end of a block are left out of its public data.
    error TrailingNoop(uint256 records);
    /// @notice Extensions come in ascending order of slots that have a record.
    error ExtensionSlotInvalid(uint256 slot, uint256 minimum, uint256 records);
    /// @notice The block's next L1 operation is not the next request of the priority queue.
    error PriorityRequestMismatch(uint256 requestId, uint256 slot);
    /// @notice The block brings more or fewer authorisations than it has ChangePubKeys.
    error AuthorizationCountMismatch(uint256 expected, uint256 actual);
    /// @notice No way of authorising has this type.
    error AuthorizationTypeUnknown(uint256 slot, bytes1 authorizationType);
    /// @notice The account's owner has not authorised this ChangePubKey.
    error AuthorizationInvalid(uint256 slot, address owner);
    /// @notice The public inputs, or the commitment before them, do not lead to the commitment of
    /// the last block.
    error CommitmentMismatch(uint256 lastBlockNumber);
    /// @notice The verifier refuses the proofs of these blocks and of those between them; it does
    /// not say which.
    error ProofsInvalid(uint256 firstBlockNumber, uint256 lastBlockNumber);
    /// @notice These are not the block's payouts.
    error PayoutsMismatch(uint256 blockNumber);

    /// @notice The transaction has too little gas left to give a payout its due.
    error GasInsufficient(uint256 available, uint256 needed);
    /// @notice Nothing waits for this owner.
    error NothingPending(address owner, address token);
    /// @notice The recipient or the token refuses the payment.
    error PayoutFailed(address recipient, uint16 tokenId, uint256 amount);

    /// @notice The rollup is in exodus: it only pays out.
    error ExodusMode();
    /// @notice The rollup is not in exodus.
    error NotInExodusMode();
    /// @notice Every request has been executed.
    error NoOpenRequest();
    /// @notice The oldest open request may wait until `expiration` (Unix seconds).
    error RequestNotExpired(uint64 requestId, uint64 expiration);
    /// @notice The account has claimed this token already.
    error AlreadyExited(uint32 accountId, uint16 tokenId);
    /// @notice The verifier refuses the proof of this claim.
    error ExitProofInvalid(uint32 accountId, uint16 tokenId);
    /// @notice The path does not lead from this claim to the root of the last executed state.
    error ExitPathInvalid(uint32 accountId, uint16 tokenId);
    /// @notice An executed block has credited the deposit, or paid it back.
    error DepositExecuted(uint64 requestId);
    /// @notice The request is no such deposit, or was cancelled already.
    error DepositUnknown(uint64 requestId);

    // -------------------------------------------------------------------------------- deposits

    /// @notice Deposits the ETH sent along, less the request fee, for `owner`, through the priority
    /// queue.
    /// @dev A block may refund a deposit instead of crediting it; then `owner` is paid like the
    /// recipient of a withdrawal.
    /// @param owner Address that owns the L2 account; the account is created if it has none.
    function depositEth(address owner) external payable;

    /// @notice Deposits an ERC-20 token for `owner`, through the priority queue.
    /// @dev Credits what really arrives, so a fee on transfer is the depositor's. May be refunded
    /// like a deposit of ETH. Takes the request fee from the ETH sent along; what is above becomes
    /// a pending balance of the caller.
    /// @param token Listed token; the caller has approved `amount` to the rollup.
    /// @param amount In the token's smallest unit.
    /// @param owner Address that owns the L2 account; the account is created if it has none.
    function depositErc20(address token, uint256 amount, address owner) external payable;

    /// @notice Asks for the whole balance of one token of an account to be paid out to its owner.
    /// @dev Pays nothing, but is served all the same, if the caller does not own the account. Takes
    /// the request fee like `depositErc20`.
    function requestFullExit(uint32 accountId, address token) external payable;

    /// @notice Pays out what waits for `owner`; anyone may call.
    function withdrawPendingBalance(address owner, address token) external;

    /// @notice Authorises the caller's account `accountId` at `nonce` to take the signing key
    /// `pubKeyHash`.
    /// @dev To replace an authorisation, announce it by a first call, and make it by a second one
    /// in the `authResetWindowSeconds` that begin `authResetDelaySeconds` later: an operator that
    /// has relied on it must not be surprised. After the window the next call is a new
    /// announcement.
    function setAuthPubKeyHash(uint256 pubKeyHash, uint32 accountId, uint32 nonce) external;

    // ---------------------------------------------------------------------------------- blocks

    /// @notice Appends blocks. Validators only, by a call that is the transaction itself.
    /// @dev The calldata must be in canonical ABI encoding: no gaps, in order, padded with zeros.
    /// @param last The last committed block.
    /// @param newBlocks Blocks that follow it.
    function commitBlocks(StoredBlock calldata last, CommitBlock[] calldata newBlocks) external;

    /// @notice Proves committed blocks in order, all with one check; anyone may call.
    /// @dev Blocks already proven are skipped, so nobody can spoil a batch by proving its first
    /// block.
    /// @param parentCommitment Commitment of the block before the first.
    /// @param last The last of the blocks.
    /// @param blocks Blocks that follow each other.
    function proveBlocks(
        bytes32 parentCommitment,
        StoredBlock calldata last,
        ProveBlock[] calldata blocks
    ) external;

    /// @notice Finalises proven blocks in order, then makes their payouts in order while the gas
    /// left suffices. Validators only.
    /// @dev Payouts that lack gas stay open for `payOut`. So a block is finalised whatever its
    /// payouts cost.
    /// @param blocks Each with all its payouts, or with none: then the block is finalised and all
    /// that it has stay open.
    function executeBlocks(ExecuteBlock[] calldata blocks) external;

    /// @notice Makes payouts of an executed block that are still open, as far as the gas reaches;
    /// anyone may call, also in exodus.
    /// @dev Those that have been made are skipped. Reverts if an open one is in the range and the
    /// gas is not enough for any.
    /// @param stored The executed block.
    /// @param payouts All payouts of the block, in slot order.
    /// @param first Index of the first to make.
    /// @param count How many to make, or skip, from there on; those behind the last are none.
    function payOut(
        StoredBlock calldata stored,
        Payout[] calldata payouts,
        uint256 first,
        uint256 count
    ) external;

    /// @notice Takes back blocks that are not executed, newest first. Validators only.
    function revertBlocks(StoredBlock[] calldata blocks) external;

    // ---------------------------------------------------------------------------------- exodus

    /// @notice Starts the exodus if the oldest open request has waited too long; anyone may call.
    /// @dev There is no way back. From then on only the functions below, `payOut`, pending balances
    /// and views are open, and blocks that are committed but not executed have no effect.
    function activateExodusMode() external;

    /// @notice Pays out to an account's owner what the account holds of a token, once; anyone may
    /// call.
    /// @param last The last executed block.
    /// @param proof Of the exit circuit, against the state root of `last`.
    function performExit(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[8] calldata proof
    ) external;

    /// @notice As `performExit`, without a proof and so without a proving key, for more gas.
    /// @param last The last executed block.
    /// @param path What the state tree has on the way from the claim to the root; see
    /// `IExitVerifier`.
    function performExitByPath(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external;

    /// @notice Makes deposits that are in no executed block pending balances of their owners;
    /// anyone may call, in any order.
    function cancelDeposits(QueuedDeposit[] calldata deposits) external;

    // ------------------------------------------------------------------------------ governance

    /// @notice Lists a token under the next free id. Governor only.
    function listToken(address token) external returns (uint16 tokenId);

    /// @notice Pauses or resumes deposits of a token; withdrawals always go on. Governor and
    /// guardian only.
    function setDepositsPaused(address token, bool paused) external;

    /// @notice Pauses or resumes deposits of all tokens, beside the pauses of single ones. Governor
    /// and guardian only.
    function setAllDepositsPaused(bool paused) external;

    /// @notice Replaces the guardian. Governor only.
    /// @param newGuardian The zero address for none.
    function setGuardian(address newGuardian) external;

    /// @notice Adds or removes a validator, at once. Governor and validator manager only.
    function setValidator(address validator, bool active) external;

    /// @notice Replaces the validator manager. Governor only.
    /// @param newValidatorManager The zero address for none.
    function setValidatorManager(address newValidatorManager) external;

    /// @notice Sets what a priority request costs, `requestFeeMaxWei` at most. Governor only.
    function setRequestFee(uint256 feeWei) external;

    /// @notice Sets whose pending balance the fees of further requests become. Governor only.
    /// @param newRecipient The zero address for the governor.
    function setRequestFeeRecipient(address newRecipient) external;

    // ----------------------------------------------------------------------------------- views

    /// @notice Numbers of the last committed, proven and executed block.
    function blockCounts() external view returns (uint32 committed, uint32 proven, uint32 executed);

    /// @notice keccak256 of the ABI encoding of a stored block; 0 if there is none.
    function storedBlockHash(uint32 blockNumber) external view returns (bytes32);

    /// @notice Ids of the first request not executed, of the first not committed, and of the next
    /// to come.
    function priorityQueue()
        external
        view
        returns (uint64 firstOpen, uint64 firstUncommitted, uint64 next);

    /// @notice Whether the rollup is in exodus.
    function exodusMode() external view returns (bool);

    /// @notice Whether an account has claimed a token in exodus.
    function hasExited(uint32 accountId, uint16 tokenId) external view returns (bool);

    /// @notice Hash and expiration (Unix seconds) of a priority request.
    function priorityRequest(
        uint64 requestId
    ) external view returns (bytes24 requestHash, uint64 expiration);

    /// @notice What failed payouts and cancelled deposits have left for `owner`.
    function pendingBalance(address owner, address token) external view returns (uint256);

    /// @notice Payouts of an executed block that are still to be made; type(uint32).max if all are
    /// and nobody has counted them; 0 if there is none, or the block is not executed.
    function openPayouts(uint32 blockNumber) external view returns (uint32);

    /// @notice Whether the payout with this index has been made; has a meaning only while
    /// `openPayouts` of the block is not 0.
    function isPayoutMade(uint32 blockNumber, uint256 index) external view returns (bool);

    /// @notice The public key hash that `owner` has authorised for account and nonce; 0 if none.
    function authPubKeyHash(
        address owner,
        uint32 accountId,
        uint32 nonce
    ) external view returns (uint256);

    /// @notice Unix second from which on the announced replacement of an authorisation can be made,
    /// for `authResetWindowSeconds`; 0 if none was announced since it was set.
    function authResetAvailableAt(
        address owner,
        uint32 accountId,
        uint32 nonce
    ) external view returns (uint64);

    /// @notice Seconds between announcing and making the replacement of an authorisation.
    function authResetDelaySeconds() external view returns (uint256);

    /// @notice Seconds in which an announced replacement can be made.
    function authResetWindowSeconds() external view returns (uint256);

    /// @notice What a priority request costs.
    function requestFeeWei() external view returns (uint256);

    /// @notice What a priority request can cost at most, whoever governs: nobody is kept in by it.
    function requestFeeMaxWei() external view returns (uint256);

    /// @notice Whose pending balance the request fees become.
    function requestFeeRecipient() external view returns (address);

    /// @notice Listed tokens, ETH included.
    function tokenCount() external view returns (uint32);

    /// @notice Address of a listed token.
    function tokenAddress(uint16 tokenId) external view returns (address);

    /// @notice Id of a listed token, and whether its deposits are paused.
    function tokenOf(address token) external view returns (uint16 tokenId, bool depositsPaused);

    /// @notice Whether deposits of all tokens are paused.
    function allDepositsPaused() external view returns (bool);

    /// @notice Who may pause deposits beside the governor, and nothing else.
    function guardian() external view returns (address);

    /// @notice Who may set validators beside the governor, and nothing else.
    function validatorManager() external view returns (address);

    /// @notice Whether `account` may commit, execute and revert blocks.
    function isValidator(address account) external view returns (bool);

    /// @notice The verifier of proofs of blocks and exits.
    function verifier() external view returns (IVerifier);

    /// @notice The verifier of exits, by proof and by path.
    function exitVerifier() external view returns (IExitVerifier);

    /// @notice Leaves of the state tree.
    function accountCapacity() external view returns (uint32);

    /// @notice Leaves of a balance tree, ETH included.
    function tokenCapacity() external view returns (uint32);

    /// @notice How long a priority request may wait.
    function priorityExpirationSeconds() external view returns (uint32);

    /// @notice Gas a payout gets during execution; one that needs more becomes a pending balance.
    function payoutGasLimit() external view returns (uint256);

    /// @notice Digest of the protocol data this contract was built for.
    function protocolDigest() external pure returns (bytes32);

    /// @notice Field element that binds L2 signatures and proofs to this chain and this contract.
    function domain() external view returns (uint256);
}
