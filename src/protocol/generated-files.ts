/** Every committed file that is generated from the protocol data. */
import { renderCircomConstants } from "./render-circom.ts";
import { renderPubdataDocs } from "./render-docs.ts";
import { renderPubdataReader, renderSolidityConstants } from "./render-solidity.ts";

/** A generated file: its path from the package root and the function that writes its text. */
export interface GeneratedFile {
  readonly path: string;
  readonly render: () => string;
}

export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: "circuits/generated/protocol.circom", render: renderCircomConstants },
  { path: "contracts/generated/ProtocolConstants.sol", render: renderSolidityConstants },
  { path: "contracts/generated/PubdataReader.sol", render: renderPubdataReader },
  { path: "docs/pubdata.md", render: renderPubdataDocs },
];
