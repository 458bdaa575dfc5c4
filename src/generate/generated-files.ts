/** The list of every committed file that is generated from code or from a build. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createOpenApi } from "../api/openapi.ts";
import { OPERATION_NAMES, OPERATIONS } from "../operations/table.ts";
import { TREE_ARITY } from "../protocol/kinds.ts";
import { LEAF_WORDS } from "../protocol/leaf.ts";
import { type AbiArtifact, renderAbi } from "./abi.ts";
import { renderContractTypes } from "./contract-types.ts";
import { renderBabyJubjubConstants } from "./baby-jubjub-constants.ts";
import { renderL1Gas } from "./l1-gas.ts";
import { renderPoseidonConstants } from "./poseidon-constants.ts";
import { renderPoseidonSolidity } from "./poseidon-solidity.ts";
import { renderCircomConstants } from "./circom.ts";
import { renderOperationsCircom } from "./operations-circom.ts";
import { renderOperationsSolidity } from "./operations-solidity.ts";
import { renderRpcDocs } from "./rpc-docs.ts";
import { renderAlerts } from "./alerts.ts";
import { renderDashboard } from "./dashboard.ts";
import { renderMetricDocs } from "./metric-docs.ts";
import { renderEthereumDocs } from "./ethereum-docs.ts";
import { renderErrorDocs } from "./error-docs.ts";
import { renderPubdataDocs } from "./pubdata-docs.ts";
import { renderSignedOperations } from "./signed-operations-solidity.ts";
import {
  renderOperationReaders,
  renderPubdataReader,
  renderSolidityConstants,
} from "./solidity.ts";

/** A generated file: its path from the package root, and its renderer. */
export interface GeneratedFile {
  readonly path: string;
  /**
   * @param root - Folder of the package.
   * @returns Its text; undefined if it needs a build that does not exist.
   */
  readonly render: (root: string) => string | Promise<string | undefined>;
}

/** Widths of Poseidon in `circuits/`: 2, 3, 4, 5, 8 and 16 inputs plus the capacity. */
const POSEIDON_WIDTHS = [3, 4, 5, 6, 9, 17];

const SPECS = OPERATION_NAMES.map((name) => OPERATIONS[name]);

export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: "circuits/generated/protocol.circom", render: renderCircomConstants },
  {
    path: "circuits/generated/operations.circom",
    render: () => renderOperationsCircom(SPECS),
  },
  {
    path: "circuits/generated/poseidon-constants.circom",
    render: () => renderPoseidonConstants(POSEIDON_WIDTHS),
  },
  { path: "circuits/generated/baby-jubjub-constants.circom", render: renderBabyJubjubConstants },
  { path: "contracts/generated/ProtocolConstants.sol", render: renderSolidityConstants },
  {
    path: "contracts/generated/Operations.sol",
    render: () => renderOperationsSolidity(SPECS),
  },
  { path: "contracts/generated/PubdataReader.sol", render: renderPubdataReader },
  {
    path: "contracts/generated/SignedOperations.sol",
    render: () => renderSignedOperations(SPECS),
  },
  { path: "contracts/mocks/OperationReaders.sol", render: renderOperationReaders },
  {
    path: "contracts/generated/Poseidon.sol",
    render: () => renderPoseidonSolidity(TREE_ARITY, LEAF_WORDS),
  },
  {
    path: "src/l1/generated/abi.ts",
    render: (root) => fromBuild(root, (rollup) => renderAbi(rollup)),
  },
  {
    path: "src/receipts/generated/bond-abi.ts",
    render: (root) =>
      fromBuild(
        root,
        (artifact) => renderAbi(artifact, "receipts/ReceiptBond", "RECEIPT_BOND_ABI"),
        "receipts/ReceiptBond",
      ),
  },
  {
    path: "src/l1/generated/rollup.ts",
    render: (root) => fromBuild(root, ({ abi }) => renderContractTypes(abi)),
  },
  { path: "src/fees/generated/l1-gas.ts", render: renderL1Gas },
  { path: "docs/pubdata.md", render: renderPubdataDocs },
  { path: "docs/rpc.md", render: renderRpcDocs },
  { path: "docs/ethereum.md", render: renderEthereumDocs },
  { path: "docs/errors.md", render: renderErrorDocs },
  { path: "docs/openapi.json", render: () => `${JSON.stringify(createOpenApi(), null, 2)}\n` },
  { path: "docs/monitoring/metrics.md", render: renderMetricDocs },
  { path: "docs/monitoring/dashboard.json", render: renderDashboard },
  { path: "docs/monitoring/alerts.yml", render: renderAlerts },
];

/** Reads a build artifact; undefined without a build, which itself needs generated files. */
async function fromBuild(
  root: string,
  render: (artifact: AbiArtifact) => string,
  source = "Rollup",
): Promise<string | undefined> {
  const name = source.split("/").at(-1)!;
  const file = join(root, `artifacts/contracts/${source}.sol/${name}.json`);
  const artifact = await readFile(file, "utf8").catch(() => undefined);
  return artifact === undefined ? undefined : render(JSON.parse(artifact) as AbiArtifact);
}
