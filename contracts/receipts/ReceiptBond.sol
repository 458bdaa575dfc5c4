// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {ExecutedBlock, IReceiptBond, SealedBlock} from "../interfaces/IReceiptBond.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {Commitment} from "../libraries/Commitment.sol";
import {StoredBlock} from "../types/Blocks.sol";

/// @title Bond of an operator for the promises that it signs
/// @dev Everything but the money and the record of claims is fixed at deployment: another signer or
/// penalty is another contract. EIP-712 binds promises to this contract, and it to one rollup.
contract ReceiptBond is IReceiptBond, EIP712 {
    /// @notice Type of the signed promise.
    bytes32 public constant SEALED_BLOCK_TYPEHASH = keccak256(
        "SealedBlock(uint32 blockNumber,bytes32 pubdataHash,uint64 anchorNumber,bytes32 anchorHash)"
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
        _requireSigned(sealedBlock, signature);
        _requireAnchor(sealedBlock.anchorNumber, sealedBlock.anchorHash);
        _requireExecuted(blockNumber, executedBlock);
        if (executedBlock.pubdataHash == sealedBlock.pubdataHash) revert PromiseKept(blockNumber);

        uint256 balance = address(this).balance;
        if (balance == 0) revert BondEmpty();
        uint256 taken = balance < penalty ? balance : penalty;
        uint256 reward = taken / REWARD_DIVISOR;
        isClaimed[blockNumber] = true;
        emit PromiseBroken(blockNumber, msg.sender, reward, taken - reward);
        _pay(BURNED, taken - reward);
        _pay(msg.sender, reward);
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

    /// @dev A recipient that refuses its payment undoes the whole call.
    function _pay(address recipient, uint256 amount) private {
        (bool success, ) = recipient.call{value: amount}("");
        if (!success) revert PaymentFailed(recipient);
    }

    function _requireSigned(
        SealedBlock calldata sealedBlock,
        bytes calldata signature
    ) private view {
        bytes32 structHash = keccak256(
            abi.encode(
                SEALED_BLOCK_TYPEHASH,
                sealedBlock.blockNumber,
                sealedBlock.pubdataHash,
                sealedBlock.anchorNumber,
                sealedBlock.anchorHash
            )
        );
        address recovered = ECDSA.recover(_hashTypedDataV4(structHash), signature);
        if (recovered != signer) revert SignatureInvalid(recovered);
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

    /// @dev Executed blocks are never reverted, so what this accepts stays true. The commitment
    /// fixes z, and z the hash of the public data.
    function _requireExecuted(uint32 blockNumber, ExecutedBlock calldata shown) private view {
        StoredBlock calldata stored = shown.storedBlock;
        if (stored.blockNumber != blockNumber) revert OtherBlock(blockNumber, stored.blockNumber);
        (, , uint32 executed) = rollup.blockCounts();
        if (blockNumber > executed) revert BlockNotExecuted(blockNumber, executed);
        if (keccak256(abi.encode(stored)) != rollup.storedBlockHash(blockNumber)) {
            revert BlockUnknown(blockNumber);
        }
        bytes32 seed = keccak256(
            abi.encode(
                shown.pubdataHash,
                uint256(shown.kind),
                shown.digest,
                shown.oldStateRoot,
                stored.stateRoot,
                Commitment.header(blockNumber, stored.timestamp, shown.feeAccountId)
            )
        );
        bytes32 commitment = Commitment.hash(
            shown.parentCommitment,
            shown.kind,
            shown.digest,
            uint256(seed) % ProtocolConstants.FIELD_MODULUS,
            shown.y
        );
        if (commitment != stored.commitment) revert CommitmentMismatch(blockNumber);
    }
}
