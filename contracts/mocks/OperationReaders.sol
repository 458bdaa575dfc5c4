// SPDX-License-Identifier: MIT
// generated from src/protocol; run `npm run generate`
pragma solidity ^0.8.24;

import {PubdataReader} from "../generated/PubdataReader.sol";

/// @title Shows tests what the contracts read of each operation
abstract contract OperationReaders {
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
