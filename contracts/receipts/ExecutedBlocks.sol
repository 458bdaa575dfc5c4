// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {SignedOperations} from "../generated/SignedOperations.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {IExitVerifier} from "../interfaces/IExitVerifier.sol";
import {AccountPath, ExecutedBlock, IReceiptBond} from "../interfaces/IReceiptBond.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {AccountLeaf} from "../libraries/AccountLeaf.sol";
import {Commitment} from "../libraries/Commitment.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {StoredBlock} from "../types/Blocks.sol";
import {ExitClaim} from "../types/Exits.sol";

/// @title What a rollup has executed, shown by the preimages of hashes that it has stored
/// @dev Executed blocks are never reverted, so what this library accepts stays true.
library ExecutedBlocks {
    using Pubdata for bytes;
    using Pubdata for Pubdata.Walk;

    /// @param record Record of the operation.
    /// @param e1 First word of its extension, 0 if it has none.
    /// @param e2 Second word of its extension, 0 if it has none.
    /// @param later Operations of the same signer in later slots.
    struct Slot {
        uint256 record;
        uint256 e1;
        uint256 e2;
        uint256 later;
    }

    /// @notice Reverts with `BlockNotExecuted` or `BlockUnknown` unless the rollup has executed the
    /// block.
    function requireExecuted(IRollup rollup, StoredBlock calldata stored) internal view {
        uint32 blockNumber = stored.blockNumber;
        (, , uint32 executed) = rollup.blockCounts();
        if (blockNumber > executed) revert IReceiptBond.BlockNotExecuted(blockNumber, executed);
        if (keccak256(abi.encode(stored)) != rollup.storedBlockHash(blockNumber)) {
            revert IReceiptBond.BlockUnknown(blockNumber);
        }
    }

    /// @notice Reverts with `CommitmentMismatch` unless the values shown are those of the block.
    /// @dev The commitment fixes z, and z the hash of the public data.
    function requireCommitted(ExecutedBlock calldata shown) internal pure {
        StoredBlock calldata stored = shown.storedBlock;
        bytes32 seed = keccak256(
            abi.encode(
                shown.pubdataHash,
                uint256(shown.kind),
                shown.digest,
                shown.oldStateRoot,
                stored.stateRoot,
                Commitment.header(stored.blockNumber, stored.timestamp, shown.feeAccountId)
            )
        );
        bytes32 commitment = Commitment.hash(
            shown.parentCommitment,
            shown.kind,
            shown.digest,
            uint256(seed) % ProtocolConstants.FIELD_MODULUS,
            shown.y
        );
        if (commitment != stored.commitment) {
            revert IReceiptBond.CommitmentMismatch(stored.blockNumber);
        }
    }

    /// @notice Reverts with `AccountPathInvalid` unless the state has at `accountId` what is shown.
    /// @return noncesUsed Nonces that the account has used; 0 if there is no account.
    function requireAccount(
        IRollup rollup,
        uint256 stateRoot,
        uint32 accountId,
        AccountPath calldata shown
    ) internal view returns (uint256 noncesUsed) {
        IExitVerifier verifier = rollup.exitVerifier();
        uint256 accounts = rollup.accountCapacity();
        uint256 tokens = rollup.tokenCapacity();
        // The tree has no leaf for such an id, so there is no account.
        if (accountId >= accounts) return 0;
        uint256[] calldata path = shown.path;
        if (shown.owner == address(0)) {
            if (!verifier.verifyAbsence(stateRoot, accounts, tokens, accountId, path)) {
                revert IReceiptBond.AccountPathInvalid(accountId);
            }
            return 0;
        }
        if (path.length < AccountLeaf.WORDS_WITHOUT_OWNER) {
            revert IReceiptBond.AccountPathInvalid(accountId);
        }
        // A path shows a whole leaf, whatever the token; a cut amount is in no leaf.
        uint16 eth = uint16(ProtocolConstants.ETH_TOKEN_ID);
        uint128 amount = uint128(AccountLeaf.balanceOf(path, eth));
        ExitClaim memory leaf = ExitClaim(accountId, eth, shown.owner, amount);
        if (!verifier.verifyPath(stateRoot, accounts, tokens, leaf, path)) {
            revert IReceiptBond.AccountPathInvalid(accountId);
        }
        return AccountLeaf.nonceOf(path);
    }

    /// @notice Reads the operation of a signer; reverts with `SlotOfOther` if it has none there.
    /// @param pubdata Public data of an executed block.
    /// @param kind Kind of the block.
    /// @param slot Slot of the operation.
    /// @param accountId The signer.
    function readSlot(
        bytes calldata pubdata,
        uint32 kind,
        uint256 slot,
        uint32 accountId
    ) internal pure returns (Slot memory found) {
        // The walk is for the extensions alone: its polynomial is not used.
        Pubdata.Walk memory walk = pubdata.start(kind & ProtocolConstants.KIND_SLOTS_MASK, 0);
        if (slot >= walk.records) revert IReceiptBond.SlotOfOther(accountId, slot);
        found.record = PubdataReader.readRecord(pubdata, slot);
        if (!_isSignedBy(found.record, accountId)) {
            revert IReceiptBond.SlotOfOther(accountId, slot);
        }
        for (uint256 i = slot + 1; i < walk.records; ++i) {
            if (_isSignedBy(PubdataReader.readRecord(pubdata, i), accountId)) ++found.later;
        }
        while (walk.next(pubdata)) {
            if (walk.slot == slot) (found.e1, found.e2) = (walk.e1, walk.e2);
        }
    }

    function _isSignedBy(uint256 record, uint32 accountId) private pure returns (bool) {
        return SignedOperations.isSigned(record) && SignedOperations.accountA(record) == accountId;
    }
}
