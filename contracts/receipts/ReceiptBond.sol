// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignedOperations} from "../generated/SignedOperations.sol";
import {
    AccountPath,
    ExecutedBlock,
    Inclusion,
    InclusionGroup,
    IReceiptBond,
    SealedBlock,
    SignedInclusion
} from "../interfaces/IReceiptBond.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {StoredBlock} from "../types/Blocks.sol";
import {ExecutedBlocks} from "./ExecutedBlocks.sol";

/// @title Bond of an operator for the promises that it signs
/// @dev Everything but the money and the record of claims is fixed at deployment: another signer or
/// penalty is another contract. EIP-712 binds promises to this contract, and it to one rollup.
contract ReceiptBond is IReceiptBond, EIP712 {
    using ExecutedBlocks for IRollup;

    /// @notice Type of the signed promise about a sealed block.
    bytes32 public constant SEALED_BLOCK_TYPEHASH = keccak256(
        "SealedBlock(uint32 blockNumber,bytes32 pubdataHash,uint64 anchorNumber,bytes32 anchorHash)"
    );
    /// @notice Type of a promise at acceptance. It has more than 64 bytes, so that no leaf of a
    /// group's tree can pose as a node of it, nor a node as a leaf.
    bytes32 public constant INCLUSION_TYPEHASH = keccak256(
        "Inclusion(uint32 accountId,uint32 nonce,uint8 op,uint16 tokenId,address recipient,"
        "uint128 amount,uint64 validUntil)"
    );
    /// @notice Type of the signed root of a group's promises.
    bytes32 public constant INCLUSION_GROUP_TYPEHASH = keccak256(
        "InclusionGroup(bytes32 root,uint32 dueBlock,uint64 dueAt,"
        "uint64 anchorNumber,bytes32 anchorHash)"
    );
    /// @notice Shortest delay of a withdrawal: longer than a block may take from its seal to its
    /// execution, with time left to claim.
    uint256 public constant DELAY_MIN_SECONDS = 7 days;
    /// @notice Part of a penalty that the claimer gets; the rest is burned.
    uint256 public constant REWARD_DIVISOR = 2;
    address private constant BURNED = 0x000000000000000000000000000000000000dEaD;

    /// @notice The rollup whose blocks the promises are about.
    // solhint-disable-next-line immutable-vars-naming
    IRollup public immutable rollup;
    /// @notice Account that may withdraw the bond.
    // solhint-disable-next-line immutable-vars-naming
    address public immutable owner;
    /// @notice Account whose signatures are promises.
    // solhint-disable-next-line immutable-vars-naming
    address public immutable signer;
    /// @notice Penalty of a broken promise, in wei.
    // solhint-disable-next-line immutable-vars-naming
    uint256 public immutable penalty;
    /// @notice Seconds from the announcement of a withdrawal to the withdrawal.
    // solhint-disable-next-line immutable-vars-naming
    uint256 public immutable delaySeconds;

    /// @notice Unix second from which on the bond can be withdrawn; 0 if nothing is announced.
    uint256 public withdrawableAt;
    /// @notice Whether the penalty for a block was taken.
    mapping(uint32 blockNumber => bool) public isClaimed;
    /// @notice Whether the penalty for a promise at acceptance was taken.
    mapping(bytes32 inclusionHash => bool) public isInclusionClaimed;
    /// @notice Hashes of L1 blocks that were kept; 0 for all others.
    mapping(uint64 blockNumber => bytes32) public anchors;

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    /// @dev Reverts with `SignerZero`, `PenaltyZero` or `DelayTooShort`.
    constructor(
        IRollup bondedRollup,
        address bondOwner,
        address promiseSigner,
        uint256 penaltyWei,
        uint256 withdrawalDelaySeconds
    ) payable EIP712("hardhat-zkrollup receipts", "1") {
        if (promiseSigner == address(0)) revert SignerZero();
        if (penaltyWei == 0) revert PenaltyZero();
        if (withdrawalDelaySeconds < DELAY_MIN_SECONDS) {
            revert DelayTooShort(withdrawalDelaySeconds, DELAY_MIN_SECONDS);
        }
        rollup = bondedRollup;
        owner = bondOwner;
        signer = promiseSigner;
        penalty = penaltyWei;
        delaySeconds = withdrawalDelaySeconds;
        emit BondFunded(msg.sender, msg.value);
    }

    /// @inheritdoc IReceiptBond
    function fund() external payable {
        emit BondFunded(msg.sender, msg.value);
    }

    /// @inheritdoc IReceiptBond
    function claim(
        SealedBlock calldata sealedBlock,
        bytes calldata signature,
        ExecutedBlock calldata executedBlock
    ) external {
        uint32 blockNumber = sealedBlock.blockNumber;
        if (isClaimed[blockNumber]) revert ClaimedAlready(blockNumber);
        _requireSigned(_hashSealedBlock(sealedBlock), signature);
        _requireAnchor(sealedBlock.anchorNumber, sealedBlock.anchorHash);
        uint32 shown = executedBlock.storedBlock.blockNumber;
        if (shown != blockNumber) revert OtherBlock(blockNumber, shown);
        rollup.requireExecuted(executedBlock.storedBlock);
        ExecutedBlocks.requireCommitted(executedBlock);
        if (executedBlock.pubdataHash == sealedBlock.pubdataHash) revert PromiseKept(blockNumber);

        isClaimed[blockNumber] = true;
        (uint256 reward, uint256 burned) = _penalty();
        emit PromiseBroken(blockNumber, msg.sender, reward, burned);
        _payPenalty(reward, burned);
    }

    /// @inheritdoc IReceiptBond
    function claimLate(
        SignedInclusion calldata signed,
        StoredBlock calldata storedBlock,
        AccountPath calldata account
    ) external {
        bytes32 inclusionHash = _requireInclusion(signed, storedBlock);
        (uint32 blockNumber, uint64 timestamp) = (storedBlock.blockNumber, storedBlock.timestamp);
        if (blockNumber < signed.group.dueBlock && timestamp < signed.group.dueAt) {
            revert InclusionNotDue(blockNumber, timestamp);
        }
        Inclusion calldata inclusion = signed.inclusion;
        uint256 noncesUsed = rollup.requireAccount(
            storedBlock.stateRoot,
            inclusion.accountId,
            account
        );
        if (noncesUsed > inclusion.nonce) {
            revert InclusionKept(inclusion.accountId, inclusion.nonce);
        }
        _payForInclusion(inclusionHash, blockNumber);
    }

    /// @inheritdoc IReceiptBond
    function claimReplaced(
        SignedInclusion calldata signed,
        ExecutedBlock calldata executedBlock,
        bytes calldata pubdata,
        uint256 slot,
        AccountPath calldata account,
        AccountPath calldata payee
    ) external {
        StoredBlock calldata storedBlock = executedBlock.storedBlock;
        bytes32 inclusionHash = _requireInclusion(signed, storedBlock);
        ExecutedBlocks.requireCommitted(executedBlock);
        if (keccak256(pubdata) != executedBlock.pubdataHash) {
            revert OtherPubdata(keccak256(pubdata), executedBlock.pubdataHash);
        }
        Inclusion calldata inclusion = signed.inclusion;
        ExecutedBlocks.Slot memory found = ExecutedBlocks.readSlot(
            pubdata,
            executedBlock.kind,
            slot,
            inclusion.accountId
        );
        // The last operation of the account in the block uses the last of its nonces.
        uint256 used =
            rollup.requireAccount(storedBlock.stateRoot, inclusion.accountId, account) -
                found.later -
                1;
        if (used != inclusion.nonce) revert OtherNonce(used, inclusion.nonce);
        if (_isPromised(inclusion, found, storedBlock.stateRoot, payee)) {
            revert InclusionKept(inclusion.accountId, inclusion.nonce);
        }
        _payForInclusion(inclusionHash, storedBlock.blockNumber);
    }

    /// @inheritdoc IReceiptBond
    function keepAnchor(uint64 blockNumber) external {
        bytes32 blockHash = blockhash(blockNumber);
        if (blockHash == 0) revert AnchorUnavailable(blockNumber);
        anchors[blockNumber] = blockHash;
        emit AnchorKept(blockNumber, blockHash);
    }

    /// @inheritdoc IReceiptBond
    function announceWithdrawal() external onlyOwner {
        withdrawableAt = block.timestamp + delaySeconds;
        emit WithdrawalAnnounced(withdrawableAt);
    }

    /// @inheritdoc IReceiptBond
    function cancelWithdrawal() external onlyOwner {
        withdrawableAt = 0;
        emit WithdrawalCancelled();
    }

    /// @inheritdoc IReceiptBond
    function withdraw() external onlyOwner {
        uint256 availableAt = withdrawableAt;
        if (availableAt == 0) revert WithdrawalNotAnnounced();
        if (block.timestamp < availableAt) revert WithdrawalTooEarly(availableAt);
        withdrawableAt = 0;
        uint256 amount = address(this).balance;
        emit BondWithdrawn(amount);
        _pay(owner, amount);
    }

    function _payForInclusion(bytes32 inclusionHash, uint32 blockNumber) private {
        isInclusionClaimed[inclusionHash] = true;
        (uint256 reward, uint256 burned) = _penalty();
        emit InclusionBroken(inclusionHash, blockNumber, msg.sender, reward, burned);
        _payPenalty(reward, burned);
    }

    function _payPenalty(uint256 reward, uint256 burned) private {
        _pay(BURNED, burned);
        _pay(msg.sender, reward);
    }

    /// @dev A recipient that refuses its payment undoes the whole call.
    function _pay(address recipient, uint256 amount) private {
        (bool success, ) = recipient.call{value: amount}("");
        if (!success) revert PaymentFailed(recipient);
    }

    /// @dev The penalty, or what is left for it.
    function _penalty() private view returns (uint256 reward, uint256 burned) {
        uint256 balance = address(this).balance;
        if (balance == 0) revert BondEmpty();
        uint256 taken = balance < penalty ? balance : penalty;
        reward = taken / REWARD_DIVISOR;
        burned = taken - reward;
    }

    function _requireSigned(bytes32 structHash, bytes calldata signature) private view {
        address recovered = ECDSA.recover(_hashTypedDataV4(structHash), signature);
        if (recovered != signer) revert SignatureInvalid(recovered);
    }

    /// @dev Reverts unless the promise is signed and not void, was not paid for, and covers the
    /// block, which is executed. A path of another group leads to a root that nobody has signed.
    function _requireInclusion(
        SignedInclusion calldata signed,
        StoredBlock calldata storedBlock
    ) private view returns (bytes32 inclusionHash) {
        inclusionHash = keccak256(abi.encode(INCLUSION_TYPEHASH, signed.inclusion));
        if (isInclusionClaimed[inclusionHash]) revert InclusionClaimedAlready(inclusionHash);
        InclusionGroup calldata group = signed.group;
        bytes32 root = MerkleProof.processProofCalldata(signed.path, inclusionHash);
        bytes32 groupHash = keccak256(abi.encode(INCLUSION_GROUP_TYPEHASH, root, group));
        _requireSigned(groupHash, signed.signature);
        _requireAnchor(group.anchorNumber, group.anchorHash);
        rollup.requireExecuted(storedBlock);
        uint64 validUntil = signed.inclusion.validUntil;
        if (storedBlock.timestamp > validUntil) {
            revert InclusionExpired(storedBlock.timestamp, validUntil);
        }
    }

    /// @dev Whether an operation is what the signer of the promised transaction has signed.
    function _isPromised(
        Inclusion calldata inclusion,
        ExecutedBlocks.Slot memory found,
        uint256 stateRoot,
        AccountPath calldata payee
    ) private view returns (bool) {
        uint256 record = found.record;
        if (SignedOperations.signedOp(record) != inclusion.op) return false;
        if (SignedOperations.tokenOf(record) != inclusion.tokenId) return false;
        if (SignedOperations.amountOf(record, found.e2) != inclusion.amount) return false;
        if (!SignedOperations.paysOwnerOfB(record)) {
            return SignedOperations.recipientOf(record, found.e1) == inclusion.recipient;
        }
        rollup.requireAccount(stateRoot, SignedOperations.accountB(record), payee);
        return payee.owner == inclusion.recipient;
    }

    /// @dev A promise is void if this chain has another block in the place that it was made on.
    /// What is neither kept nor among the last 256 blocks counts as unchanged.
    function _requireAnchor(uint64 anchorNumber, bytes32 anchorHash) private view {
        bytes32 actualHash = anchors[anchorNumber];
        if (actualHash == 0) actualHash = blockhash(anchorNumber);
        if (actualHash != 0 && actualHash != anchorHash) {
            revert PromiseVoid(anchorNumber, anchorHash, actualHash);
        }
    }

    function _hashSealedBlock(SealedBlock calldata sealedBlock) private pure returns (bytes32) {
        return keccak256(abi.encode(SEALED_BLOCK_TYPEHASH, sealedBlock));
    }
}
