// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {PubdataReader} from "../generated/PubdataReader.sol";
import {Commitment} from "../libraries/Commitment.sol";
import {Pubdata} from "../libraries/Pubdata.sol";

/// @title Shows tests what the contracts read from public data
contract PubdataHarness {
    using Pubdata for bytes;
    using Pubdata for Pubdata.Walk;

    struct Extension {
        uint256 slot;
        uint256 record;
        uint256 e1;
        uint256 e2;
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
        uint32 slots,
        uint256 digest,
        uint256 oldStateRoot,
        uint256 newStateRoot,
        uint256 header
    ) external pure returns (uint256) {
        return Commitment.challenge(pubdata, slots, digest, oldStateRoot, newStateRoot, header);
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

    function readDeposit(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) external pure returns (PubdataReader.Deposit memory) {
        return PubdataReader.readDeposit(record, e1, e2);
    }

    function readTransfer(uint256 record) external pure returns (PubdataReader.Transfer memory) {
        return PubdataReader.readTransfer(record);
    }

    function readTransferToNew(
        uint256 record,
        uint256 e1
    ) external pure returns (PubdataReader.TransferToNew memory) {
        return PubdataReader.readTransferToNew(record, e1);
    }

    function readWithdraw(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) external pure returns (PubdataReader.Withdraw memory) {
        return PubdataReader.readWithdraw(record, e1, e2);
    }

    function readFullExit(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) external pure returns (PubdataReader.FullExit memory) {
        return PubdataReader.readFullExit(record, e1, e2);
    }

    function readChangePubKey(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) external pure returns (PubdataReader.ChangePubKey memory) {
        return PubdataReader.readChangePubKey(record, e1, e2);
    }

    function readForcedExit(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) external pure returns (PubdataReader.ForcedExit memory) {
        return PubdataReader.readForcedExit(record, e1, e2);
    }

    function readRefund(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) external pure returns (PubdataReader.Refund memory) {
        return PubdataReader.readRefund(record, e1, e2);
    }
}
