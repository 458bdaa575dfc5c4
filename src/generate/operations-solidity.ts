/** Renders `contracts/generated/Operations.sol`: the work of L1 for each operation, by its spec. */
import type { OperationSpec } from "../operations/definition.ts";
import { OPERATIONS_NOTICE, toUpperSnake } from "./tables.ts";

const HEAD = `// SPDX-License-Identifier: MIT
// ${OPERATIONS_NOTICE}
pragma solidity ^0.8.24;

import {IRollup} from "../interfaces/IRollup.sol";
import {Authorization} from "../libraries/Authorization.sol";
import {OperationEffects} from "../libraries/OperationEffects.sol";
import {PriorityQueue} from "../libraries/PriorityQueue.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {CommitBlock} from "../types/Blocks.sol";
import {ProtocolConstants} from "./ProtocolConstants.sol";
import {PubdataReader} from "./PubdataReader.sol";

/// @title What the operations of a block mean on L1
/// @dev Only operations with an extension mean anything here. A block cannot hide one: leaving an
/// extension out changes y, as its first word is never zero, and then no proof fits.
library Operations {
    using Pubdata for bytes;
    using Pubdata for Pubdata.Walk;

    /// @notice Checks the L1 side of every operation of a block and sums up what they do.
    /// @param z Where the block's data is evaluated.
    function process(
        PriorityQueue.Queue storage queue,
        Authorization.Facts storage facts,
        CommitBlock calldata newBlock,
        uint256 z
    ) internal view returns (OperationEffects.Effects memory effects) {
        bytes calldata pubdata = newBlock.pubdata;
        Pubdata.Walk memory walk = pubdata.start(newBlock.kind & ProtocolConstants.KIND_SLOTS_MASK, z);
        while (walk.next(pubdata)) {
            uint256 op = PubdataReader.opOf(walk.record);
`;

const TAIL = `
        }
        if (effects.authorizations != newBlock.authorizations.length) {
            revert IRollup.AuthorizationCountMismatch(
                effects.authorizations,
                newBlock.authorizations.length
            );
        }
        effects.dataValue = walk.value;
    }
}
`;

/** Renders the file. @param specs - Specs of all operations, in the order of their codes. */
export function renderOperationsSolidity(specs: readonly OperationSpec[]): string {
  const branches = specs.flatMap((spec) => {
    const calls = callsOf(spec);
    if (calls.length === 0) return [];
    const condition = `op == ProtocolConstants.OP_${toUpperSnake(spec.name)}`;
    return [`if (${condition}) { ${calls.join(" ")} }`];
  });
  return `${HEAD}${branches.join(" else ")}${TAIL}`;
}

/** Renders the calls of L1 when an operation is committed; most operations have none. */
function callsOf({ l1, payout }: OperationSpec): string[] {
  return [
    ...(l1.serves === "deposit" ? ["OperationEffects.serveDeposit(queue, walk, effects);"] : []),
    ...(l1.serves === "fullExit" ? ["OperationEffects.serveFullExit(queue, walk, effects);"] : []),
    ...(l1.consent
      ? ["OperationEffects.checkConsent(facts, walk, effects, newBlock.authorizations);"]
      : []),
    ...(payout ? ["OperationEffects.payOut(walk, effects);"] : []),
  ];
}
