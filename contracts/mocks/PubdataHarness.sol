// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PubdataReader} from "../generated/PubdataReader.sol";
import {SignedOperations} from "../generated/SignedOperations.sol";
import {Commitment} from "../libraries/Commitment.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {OperationReaders} from "./OperationReaders.sol";

/// @title Shows tests what the contracts read from public data
contract PubdataHarness is OperationReaders {
    using Pubdata for bytes;
    using Pubdata for Pubdata.Walk;

    struct Extension {
        uint256 slot;
        uint256 record;
        uint256 e1;
        uint256 e2;
    }

    /// @notice What the signer of an operation has signed.
    struct Signed {
        bool isSigned;
        uint256 op;
        uint32 accountA;
        uint32 accountB;
        uint256 tokenId;
        uint256 amount;
        bool paysOwnerOfB;
        address recipient;
    }

    /// @notice Walks through the public data of a block.
    /// @param pubdata Public data.
    /// @param slots Slots of the block.
    /// @param z Point at which the data is evaluated.
    /// @return value Polynomial of the data at `z`.
    /// @return extensions All extensions, in slot order.
    function walk(
        bytes calldata pubdata,
        uint256 slots,
        uint256 z
    ) external pure returns (uint256 value, Extension[] memory extensions) {
        Extension[] memory found = new Extension[](slots);
        uint256 count = 0;
        Pubdata.Walk memory position = pubdata.start(slots, z);
        while (position.next(pubdata)) {
            found[count++] = Extension(position.slot, position.record, position.e1, position.e2);
        }
        extensions = new Extension[](count);
        for (uint256 i = 0; i < count; ++i) extensions[i] = found[i];
        value = position.value;
    }

    function challenge(
        bytes calldata pubdata,
        uint32 kind,
        uint256 digest,
        uint256 oldStateRoot,
        uint256 newStateRoot,
        uint256 header
    ) external pure returns (uint256) {
        return Commitment.challenge(pubdata, kind, digest, oldStateRoot, newStateRoot, header);
    }

    function evaluate(
        uint256[4] calldata inputs,
        uint256 dataValue,
        uint256 z
    ) external pure returns (uint256) {
        return Commitment.evaluate(inputs[0], inputs[1], inputs[2], inputs[3], dataValue, z);
    }

    function readRecord(bytes calldata pubdata, uint256 slot) external pure returns (uint256) {
        return PubdataReader.readRecord(pubdata, slot);
    }

    function readSigned(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) external pure returns (Signed memory signed) {
        signed.isSigned = SignedOperations.isSigned(record);
        signed.op = SignedOperations.signedOp(record);
        signed.accountA = SignedOperations.accountA(record);
        signed.accountB = SignedOperations.accountB(record);
        signed.tokenId = SignedOperations.tokenOf(record);
        signed.amount = SignedOperations.amountOf(record, e2);
        signed.paysOwnerOfB = SignedOperations.paysOwnerOfB(record);
        signed.recipient = SignedOperations.recipientOf(record, e1);
    }
}
