// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

// prettier-ignore
import {
    Ownable2StepUpgradeable
} from "@openzeppelin/contracts-upgradeable/access/Ownable2StepUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Operations} from "./generated/Operations.sol";
import {ProtocolConstants} from "./generated/ProtocolConstants.sol";
import {IExitVerifier} from "./interfaces/IExitVerifier.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {Authorization} from "./libraries/Authorization.sol";
import {CanonicalCalldata} from "./libraries/CanonicalCalldata.sol";
import {Commitment} from "./libraries/Commitment.sol";
import {Exits} from "./libraries/Exits.sol";
import {OpenPayouts} from "./libraries/OpenPayouts.sol";
import {OperationEffects} from "./libraries/OperationEffects.sol";
import {Payouts} from "./libraries/Payouts.sol";
import {PriorityQueue} from "./libraries/PriorityQueue.sol";
import {RequestFee} from "./libraries/RequestFee.sol";
import {TokenRegistry} from "./libraries/TokenRegistry.sol";
import {CommitBlock, ExecuteBlock, Payout, ProveBlock, StoredBlock} from "./types/Blocks.sol";
import {ExitClaim, QueuedDeposit} from "./types/Exits.sol";
import {InitializeParams} from "./types/InitializeParams.sol";

/// @title L1 contract of a zkRollup
/// @dev Runs behind a `RollupProxy`: it has no immutables, and an upgrade adds state only at the
/// end. The base contracts keep their state in ERC-7201 namespaces.
contract Rollup is IRollup, Ownable2StepUpgradeable, ReentrancyGuardTransient {
    using Authorization for Authorization.Facts;
    using Exits for Exits.Record;
    using Exits for PriorityQueue.Queue;
    using OpenPayouts for OpenPayouts.Record;
    using Payouts for Payouts.Pending;
    using PriorityQueue for PriorityQueue.Queue;
    using RequestFee for RequestFee.Settings;
    using SafeERC20 for IERC20;
    using TokenRegistry for TokenRegistry.Registry;

    // These four share one storage slot: everything that proving reads and writes, except a block's
    // hash.
    /// @inheritdoc IRollup
    IVerifier public verifier;
    /// @inheritdoc IRollup
    uint32 public priorityExpirationSeconds;
    uint32 private _provenBlocks;
    /// @inheritdoc IRollup
    bool public exodusMode;

    // These two share another storage slot.
    /// @inheritdoc IRollup
    uint32 public accountCapacity;
    /// @inheritdoc IRollup
    uint32 public tokenCapacity;

    /// @inheritdoc IRollup
    mapping(uint32 blockNumber => bytes32) public storedBlockHash;
    /// @inheritdoc IRollup
    mapping(address account => bool) public isValidator;

    PriorityQueue.Queue private _queue;
    TokenRegistry.Registry private _tokens;
    Payouts.Pending private _pending;
    Authorization.Facts private _facts;
    Exits.Record private _exits;

    /// @inheritdoc IRollup
    address public guardian;

    /// @inheritdoc IRollup
    IExitVerifier public exitVerifier;
    /// @inheritdoc IRollup
    address public validatorManager;

    OpenPayouts.Record private _openPayouts;
    RequestFee.Settings private _requestFee;

    // Each modifier is one call, because its code is copied into every function that has it.
    modifier onlyValidator() {
        _requireValidator();
        _;
    }

    /// @dev Makes the public data part of the transaction itself, where every L1 node keeps it. An
    /// account without code that starts a transaction can only make the call that it has signed; a
    /// contract, or an account with a delegation (EIP-7702), could compute the data on the way.
    modifier onlyDirectly() {
        // solhint-disable-next-line avoid-tx-origin
        if (msg.sender != tx.origin || msg.sender.code.length != 0) {
            revert CommitNotDirect(msg.sender);
        }
        _;
    }

    /// @dev Closes a function in exodus, in which the rollup only pays out.
    modifier whenActive() {
        _requireActive();
        _;
    }

    modifier whenExodus() {
        _requireExodus();
        _;
    }

    modifier onlyGovernorOrGuardian() {
        _requireGovernorOrGuardian();
        _;
    }

    /// @dev Nobody can initialize the implementation itself, so nobody can own it.
    constructor() {
        _disableInitializers();
    }

    /// @notice Initializes the rollup; `RollupProxy` calls it in its constructor.
    /// @dev Reverts with `VerifierWithoutCode`, `CapacityInvalid`, `RequestFeeTooHigh`, or
    /// `NonCanonicalField` for the genesis state root.
    /// @param params Verifiers, roles, sizes and fees.
    function initialize(InitializeParams calldata params) external initializer {
        _requireCode(address(params.verifier));
        _requireCode(address(params.exitVerifier));
        _requireCapacity(params.accountCapacity, 1, ProtocolConstants.ACCOUNT_ID_BYTES);
        _requireCapacity(
            params.tokenCapacity,
            ProtocolConstants.TAILS,
            ProtocolConstants.TOKEN_ID_BYTES
        );
        Commitment.requireCanonical(params.genesisStateRoot);

        __Ownable_init(params.governor);
        verifier = params.verifier;
        exitVerifier = params.exitVerifier;
        accountCapacity = params.accountCapacity;
        tokenCapacity = params.tokenCapacity;
        priorityExpirationSeconds = params.priorityExpirationSeconds;
        storedBlockHash[0] = _hash(
            StoredBlock({
                blockNumber: 0,
                priorityRequests: 0,
                timestamp: 0,
                payoutsHash: 0,
                stateRoot: params.genesisStateRoot,
                commitment: 0
            })
        );
        emit RollupInitialized(
            params.genesisStateRoot,
            params.feeAccount,
            params.verifier,
            params.accountCapacity,
            params.tokenCapacity,
            params.priorityExpirationSeconds
        );
        _tokens.listEth();
        _setGuardian(params.guardian);
        _setValidatorManager(params.validatorManager);
        _requestFee.setRecipient(params.requestFeeRecipient, params.governor);
        _requestFee.set(params.requestFeeWei);
        for (uint256 i = 0; i < params.validators.length; ++i) {
            _setValidator(params.validators[i], true);
        }
    }

    // ------------------------------------------------------------------------------- deposits

    /// @inheritdoc IRollup
    function depositEth(address owner) external payable whenActive nonReentrant {
        _deposit(_tokens.depositableIdOf(TokenRegistry.ETH), _requestFee.take(_pending), owner);
    }

    /// @inheritdoc IRollup
    function depositErc20(
        address token,
        uint256 amount,
        address owner
    ) external payable whenActive nonReentrant {
        uint16 tokenId = _tokens.depositableIdOf(token);
        if (tokenId == ProtocolConstants.ETH_TOKEN_ID) revert TokenWithoutCode(token);
        _requestFee.takeAndKeepRest(_pending);
        uint256 balanceBefore = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        _deposit(tokenId, IERC20(token).balanceOf(address(this)) - balanceBefore, owner);
    }

    /// @inheritdoc IRollup
    function requestFullExit(uint32 accountId, address token) external payable whenActive {
        uint16 tokenId = _tokens.idOf(token);
        _requireAccountId(accountId);
        _requestFee.takeAndKeepRest(_pending);
        _queue.add(
            uint8(ProtocolConstants.OP_FULL_EXIT),
            msg.sender,
            tokenId,
            accountId,
            0,
            priorityExpirationSeconds
        );
    }

    /// @inheritdoc IRollup
    function withdrawPendingBalance(address owner, address token) external nonReentrant {
        _pending.payPending(_tokens, owner, token);
    }

    /// @inheritdoc IRollup
    function setAuthPubKeyHash(
        uint256 pubKeyHash,
        uint32 accountId,
        uint32 nonce
    ) external whenActive {
        _facts.set(pubKeyHash, accountId, nonce);
    }

    // --------------------------------------------------------------------------------- blocks

    /// @inheritdoc IRollup
    function commitBlocks(
        StoredBlock calldata last,
        CommitBlock[] calldata newBlocks
    ) external onlyValidator onlyDirectly whenActive {
        CanonicalCalldata.requireForCommit(newBlocks);
        _requireNumber(last.blockNumber, _queue.committedBlocks);
        _requireKnown(last);
        StoredBlock memory parent = last;
        for (uint256 i = 0; i < newBlocks.length; ++i) {
            parent = _commitBlock(parent, newBlocks[i]);
        }
        _queue.committedBlocks = parent.blockNumber;
    }

    /// @inheritdoc IRollup
    function proveBlocks(
        bytes32 parentCommitment,
        StoredBlock calldata last,
        ProveBlock[] calldata blocks
    ) external whenActive {
        _requireKnown(last);
        uint32 lastNumber = last.blockNumber;
        if (Commitment.ofLast(parentCommitment, blocks) != last.commitment) {
            revert CommitmentMismatch(lastNumber);
        }
        uint32 proven = _provenBlocks;
        if (lastNumber <= proven) return;
        uint256 count = lastNumber - proven;
        if (count > blocks.length) {
            revert BlockOutOfOrder(proven + 1, lastNumber + 1 - blocks.length);
        }
        uint256[] calldata claims = Commitment.toClaims(blocks[blocks.length - count:]);
        if (!verifier.verifyProofs(Commitment.PUBLIC_INPUTS, claims)) {
            revert ProofsInvalid(proven + 1, lastNumber);
        }
        _provenBlocks = lastNumber;
        emit BlocksProven(lastNumber);
    }

    /// @inheritdoc IRollup
    function executeBlocks(
        ExecuteBlock[] calldata blocks
    ) external onlyValidator whenActive nonReentrant {
        uint32 executed = _queue.executedBlocks;
        uint32 proven = _provenBlocks;
        uint64 firstOpen = _queue.firstOpen;
        for (uint256 i = 0; i < blocks.length; ++i) {
            StoredBlock calldata stored = blocks[i].storedBlock;
            _requireKnown(stored);
            _requireNumber(stored.blockNumber, ++executed);
            if (stored.blockNumber > proven) revert BlockNotProven(stored.blockNumber);
            if (blocks[i].payouts.length != 0) _requirePayouts(stored, blocks[i].payouts);
            firstOpen += stored.priorityRequests;
            emit BlockExecuted(stored.blockNumber);
        }
        _queue.executedBlocks = executed;
        _queue.firstOpen = firstOpen;
        // Recipients and tokens get control only now, after every check and update of state.
        _openPayouts.payWhileGasLasts(_pending, _tokens, blocks);
    }

    /// @inheritdoc IRollup
    function payOut(
        StoredBlock calldata stored,
        Payout[] calldata payouts,
        uint256 first,
        uint256 count
    ) external nonReentrant {
        _requireKnown(stored);
        if (stored.blockNumber > _queue.executedBlocks) {
            revert BlockNotExecuted(stored.blockNumber);
        }
        _requirePayouts(stored, payouts);
        _openPayouts.pay(_pending, _tokens, stored.blockNumber, payouts, first, count);
    }

    /// @inheritdoc IRollup
    function revertBlocks(StoredBlock[] calldata blocks) external onlyValidator whenActive {
        uint32 committed = _queue.committedBlocks;
        uint32 executed = _queue.executedBlocks;
        uint64 firstUncommitted = _queue.firstUncommitted;
        for (uint256 i = 0; i < blocks.length; ++i) {
            StoredBlock calldata stored = blocks[i];
            _requireNumber(stored.blockNumber, committed);
            if (stored.blockNumber <= executed) {
                revert BlockAlreadyExecuted(stored.blockNumber);
            }
            _requireKnown(stored);
            delete storedBlockHash[stored.blockNumber];
            firstUncommitted -= stored.priorityRequests;
            --committed;
        }
        uint32 proven = _provenBlocks;
        if (proven > committed) (proven, _provenBlocks) = (committed, committed);
        _queue.committedBlocks = committed;
        _queue.firstUncommitted = firstUncommitted;
        emit BlocksReverted(committed, proven);
    }

    // --------------------------------------------------------------------------------- exodus

    /// @inheritdoc IRollup
    function activateExodusMode() external whenActive {
        uint64 requestId = _queue.requireExpiredRequest();
        exodusMode = true;
        emit ExodusModeActivated(requestId);
    }

    /// @inheritdoc IRollup
    function performExit(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[8] calldata
    ) external whenExodus nonReentrant {
        _performExit(last, claim);
    }

    /// @inheritdoc IRollup
    function performExitByPath(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[] calldata
    ) external whenExodus nonReentrant {
        _performExit(last, claim);
    }

    /// @inheritdoc IRollup
    function cancelDeposits(QueuedDeposit[] calldata deposits) external whenExodus {
        for (uint256 i = 0; i < deposits.length; ++i) {
            QueuedDeposit calldata deposit = deposits[i];
            _queue.cancel(deposit);
            _pending.keep(deposit.owner, deposit.tokenId, deposit.amount);
        }
    }

    // ----------------------------------------------------------------------------- governance

    /// @inheritdoc IRollup
    function listToken(address token) external onlyOwner whenActive returns (uint16 tokenId) {
        return _tokens.list(token, tokenCapacity);
    }

    /// @inheritdoc IRollup
    function setDepositsPaused(
        address token,
        bool paused
    ) external onlyGovernorOrGuardian whenActive {
        _tokens.setDepositsPaused(token, paused);
    }

    /// @inheritdoc IRollup
    function setAllDepositsPaused(bool paused) external onlyGovernorOrGuardian whenActive {
        _tokens.setAllDepositsPaused(paused);
    }

    /// @inheritdoc IRollup
    function setGuardian(address newGuardian) external onlyOwner whenActive {
        _setGuardian(newGuardian);
    }

    /// @inheritdoc IRollup
    function setValidator(address validator, bool active) external whenActive {
        if (msg.sender != owner() && msg.sender != validatorManager) {
            revert NotGovernorOrValidatorManager(msg.sender);
        }
        _setValidator(validator, active);
    }

    /// @inheritdoc IRollup
    function setValidatorManager(address newValidatorManager) external onlyOwner whenActive {
        _setValidatorManager(newValidatorManager);
    }

    /// @inheritdoc IRollup
    function setRequestFee(uint256 feeWei) external onlyOwner whenActive {
        _requestFee.set(feeWei);
    }

    /// @inheritdoc IRollup
    function setRequestFeeRecipient(address newRecipient) external onlyOwner whenActive {
        _requestFee.setRecipient(newRecipient, msg.sender);
    }

    // ---------------------------------------------------------------------------------- views

    /// @inheritdoc IRollup
    function priorityQueue()
        external
        view
        returns (uint64 firstOpen, uint64 firstUncommitted, uint64 next)
    {
        return (_queue.firstOpen, _queue.firstUncommitted, _queue.next);
    }

    /// @inheritdoc IRollup
    function blockCounts()
        external
        view
        returns (uint32 committed, uint32 proven, uint32 executed)
    {
        return (_queue.committedBlocks, _provenBlocks, _queue.executedBlocks);
    }

    /// @inheritdoc IRollup
    function hasExited(uint32 accountId, uint16 tokenId) external view returns (bool) {
        return _exits.done[accountId][tokenId];
    }

    /// @inheritdoc IRollup
    function priorityRequest(
        uint64 requestId
    ) external view returns (bytes24 requestHash, uint64 expiration) {
        PriorityQueue.Request storage request = _queue.requests[requestId];
        return (request.requestHash, request.expiration);
    }

    /// @inheritdoc IRollup
    function pendingBalance(address owner, address token) external view returns (uint256) {
        return _pending.amounts[owner][_tokens.idOf(token)];
    }

    /// @inheritdoc IRollup
    function openPayouts(uint32 blockNumber) external view returns (uint32) {
        return _openPayouts.blocks[blockNumber].open;
    }

    /// @inheritdoc IRollup
    function isPayoutMade(uint32 blockNumber, uint256 index) external view returns (bool) {
        return _openPayouts.isMade(blockNumber, index);
    }

    /// @inheritdoc IRollup
    function authPubKeyHash(
        address owner,
        uint32 accountId,
        uint32 nonce
    ) external view returns (uint256) {
        return _facts.pubKeyHashes[Authorization.keyOf(owner, accountId, nonce)];
    }

    /// @inheritdoc IRollup
    function authResetAvailableAt(
        address owner,
        uint32 accountId,
        uint32 nonce
    ) external view returns (uint64) {
        return _facts.resetsAvailableAt[Authorization.keyOf(owner, accountId, nonce)];
    }

    /// @inheritdoc IRollup
    function tokenCount() external view returns (uint32) {
        return _tokens.count;
    }

    /// @inheritdoc IRollup
    function tokenAddress(uint16 tokenId) external view returns (address) {
        return _tokens.addressOf(tokenId);
    }

    /// @inheritdoc IRollup
    function tokenOf(address token) external view returns (uint16 tokenId, bool depositsPaused) {
        return (_tokens.idOf(token), _tokens.tokens[token].depositsPaused);
    }

    /// @inheritdoc IRollup
    function allDepositsPaused() external view returns (bool) {
        return _tokens.allDepositsPaused;
    }

    /// @inheritdoc IRollup
    function domain() external view returns (uint256) {
        return Commitment.domain();
    }

    /// @inheritdoc IRollup
    function authResetDelaySeconds() external pure returns (uint256) {
        return Authorization.RESET_DELAY_SECONDS;
    }

    /// @inheritdoc IRollup
    function authResetWindowSeconds() external pure returns (uint256) {
        return Authorization.RESET_WINDOW_SECONDS;
    }

    /// @inheritdoc IRollup
    function requestFeeWei() external view returns (uint256) {
        return _requestFee.feeWei;
    }

    /// @inheritdoc IRollup
    function requestFeeMaxWei() external pure returns (uint256) {
        return RequestFee.REQUEST_FEE_MAX_WEI;
    }

    /// @inheritdoc IRollup
    function requestFeeRecipient() external view returns (address) {
        return _requestFee.recipient;
    }

    /// @inheritdoc IRollup
    function payoutGasLimit() external pure returns (uint256) {
        return Payouts.GAS_LIMIT;
    }

    /// @inheritdoc IRollup
    function protocolDigest() external pure returns (bytes32) {
        return ProtocolConstants.PROTOCOL_DIGEST;
    }

    // ------------------------------------------------------------------------------- internal

    function _deposit(uint16 tokenId, uint256 amount, address owner) private {
        if (owner == address(0)) revert OwnerZero();
        if (amount == 0) revert AmountZero();
        if (amount > ProtocolConstants.DEPOSIT_AMOUNT_MAX) {
            revert DepositTooLarge(amount, ProtocolConstants.DEPOSIT_AMOUNT_MAX);
        }
        _queue.add(
            uint8(ProtocolConstants.OP_DEPOSIT),
            owner,
            tokenId,
            0,
            uint128(amount),
            priorityExpirationSeconds
        );
    }

    function _commitBlock(
        StoredBlock memory parent,
        CommitBlock calldata newBlock
    ) private returns (StoredBlock memory stored) {
        _requireTimestamp(newBlock.timestamp, parent.timestamp);
        _requireAccountId(newBlock.feeAccountId);
        Commitment.requireCanonical(newBlock.newStateRoot);
        Commitment.requireCanonical(newBlock.digest);

        stored.blockNumber = parent.blockNumber + 1;
        stored.timestamp = newBlock.timestamp;
        stored.stateRoot = newBlock.newStateRoot;
        uint256 header = Commitment.header(
            stored.blockNumber,
            newBlock.timestamp,
            newBlock.feeAccountId
        );
        uint256 z = Commitment.challenge(
            newBlock.pubdata,
            newBlock.kind,
            newBlock.digest,
            parent.stateRoot,
            newBlock.newStateRoot,
            header
        );
        OperationEffects.Effects memory effects = Operations.process(_queue, _facts, newBlock, z);
        stored.priorityRequests = effects.priorityRequests;
        stored.payoutsHash = effects.payoutsHash;
        uint256 y = Commitment.evaluate(
            parent.stateRoot,
            newBlock.newStateRoot,
            header,
            Commitment.domain(),
            effects.dataValue,
            z
        );
        stored.commitment = Commitment.hash(
            parent.commitment,
            newBlock.kind,
            newBlock.digest,
            z,
            y
        );
        _queue.firstUncommitted += effects.priorityRequests;
        storedBlockHash[stored.blockNumber] = _hash(stored);
        emit BlockCommitted(stored.blockNumber, stored);
    }

    function _setGuardian(address newGuardian) private {
        guardian = newGuardian;
        emit GuardianSet(newGuardian);
    }

    function _setValidatorManager(address newValidatorManager) private {
        validatorManager = newValidatorManager;
        emit ValidatorManagerSet(newValidatorManager);
    }

    function _setValidator(address validator, bool active) private {
        isValidator[validator] = active;
        emit ValidatorSet(validator, active);
    }

    /// @dev Performs the exit of a claim. The exit verifier gets the whole calldata, and checks the
    /// proof or the path in it.
    function _performExit(StoredBlock calldata last, ExitClaim calldata claim) private {
        _requireNumber(last.blockNumber, _queue.executedBlocks);
        _requireKnown(last);
        _exits.take(claim);
        Exits.requireVerified(exitVerifier);
        _pending.pay(_tokens, claim.owner, claim.tokenId, claim.amount);
    }

    function _requireValidator() private view {
        if (!isValidator[msg.sender]) revert NotValidator(msg.sender);
    }

    function _requireGovernorOrGuardian() private view {
        if (msg.sender != owner() && msg.sender != guardian) {
            revert NotGovernorOrGuardian(msg.sender);
        }
    }

    function _requireExodus() private view {
        if (!exodusMode) revert NotInExodusMode();
    }

    function _requireActive() private view {
        if (exodusMode) revert ExodusMode();
    }

    function _requireKnown(StoredBlock calldata stored) private view {
        bytes32 expectedHash = storedBlockHash[stored.blockNumber];
        bytes32 actualHash = _hashCalldata(stored);
        if (actualHash != expectedHash) {
            revert StoredBlockMismatch(stored.blockNumber, expectedHash, actualHash);
        }
    }

    function _requireAccountId(uint32 accountId) private view {
        if (accountId >= accountCapacity) {
            revert AccountIdOutOfRange(accountId, accountCapacity);
        }
    }

    function _requireTimestamp(uint64 timestamp, uint64 parentTimestamp) private view {
        uint256 earliest = block.timestamp - ProtocolConstants.TIMESTAMP_LAG_MAX_SECONDS;
        if (earliest < parentTimestamp) earliest = parentTimestamp;
        uint256 latest = block.timestamp + ProtocolConstants.TIMESTAMP_LEAD_MAX_SECONDS;
        if (timestamp < earliest || timestamp > latest) {
            revert TimestampOutOfRange(timestamp, earliest, latest);
        }
    }

    function _requireCode(address verifierAddress) private view {
        if (verifierAddress.code.length == 0) revert VerifierWithoutCode(verifierAddress);
    }

    function _requirePayouts(StoredBlock calldata stored, Payout[] calldata payouts) private pure {
        if (Payouts.hash(payouts) != stored.payoutsHash) {
            revert PayoutsMismatch(stored.blockNumber);
        }
    }

    function _requireNumber(uint32 actual, uint32 expected) private pure {
        if (actual != expected) revert BlockOutOfOrder(expected, actual);
    }

    /// @dev A capacity has to be that of `trees` full trees: circuits and `ExitVerifier` have no
    /// others, and a leaf beyond the capacity could never be claimed.
    function _requireCapacity(uint256 capacity, uint256 trees, uint256 idBytes) private pure {
        uint256 maximum = 1 << (8 * idBytes);
        uint256 leaves = trees;
        while (leaves < capacity) leaves *= ProtocolConstants.TREE_ARITY;
        if (leaves != capacity || capacity > maximum) revert CapacityInvalid(capacity, maximum);
    }

    /// @dev keccak256(abi.encode(stored)): a struct of value types is in memory as it is encoded.
    function _hash(StoredBlock memory stored) private pure returns (bytes32 storedHash) {
        assembly ("memory-safe") {
            storedHash := keccak256(stored, 0xc0)
        }
    }

    /// @dev `_hash` of a struct in calldata.
    function _hashCalldata(StoredBlock calldata stored) private pure returns (bytes32 storedHash) {
        assembly ("memory-safe") {
            let words := mload(0x40)
            calldatacopy(words, stored, 0xc0)
            storedHash := keccak256(words, 0xc0)
        }
    }
}
