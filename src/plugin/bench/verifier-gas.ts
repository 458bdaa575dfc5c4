/** Whether a generated contract takes a proof as well, and for how much gas. */
import { createRequire } from "node:module";
import { ContractFactory, type InterfaceAbi } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { BenchProof } from "../../bench/blocks.ts";
import { generateVerifier, toSolidityProof } from "../../circuits/verifier.ts";
import { assert } from "../../util/errors.ts";

const CONTRACT_NAME = "BenchVerifier";

/** @returns Gas of a call with one proof, the transaction around it left out. */
export async function measureVerification(
  { ethers }: NetworkConnection,
  { proven, verificationKey }: BenchProof,
): Promise<number> {
  const keys = [{ id: 0, name: "block", verificationKey }];
  const source = generateVerifier({ contractName: CONTRACT_NAME, keys, insecure: true });
  const { abi, bytecode } = compileSolidity(source, CONTRACT_NAME);
  const [signer] = await ethers.getSigners();
  const contract = await new ContractFactory(abi, bytecode, signer).deploy();
  const verifyProof = (await contract.waitForDeployment()).getFunction("verifyProof");
  const { a, b, c, input } = toSolidityProof(proven);
  assert((await verifyProof.staticCall(a, b, c, input)) === true, "the contract takes the proof");
  const wrong = input.with(0, (input[0]! + 1n) % 2n ** 253n);
  assert((await verifyProof.staticCall(a, b, c, wrong)) === false, "and no other's inputs");
  const data = contract.interface.encodeFunctionData("verifyProof", [a, b, c, input]);
  const gas = await ethers.provider.estimateGas({ to: contract.target, data });
  return Number(gas);
}

export interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** Compiles one contract that stands alone, with the npm package solc. */
export function compileSolidity(source: string, contractName: string): Artifact {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const input = {
    language: "Solidity",
    sources: { "a.sol": { content: source } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const { errors, contracts } = JSON.parse(solc.compile(JSON.stringify(input))) as {
    errors?: readonly { readonly formattedMessage: string }[];
    contracts: Record<string, Record<string, { abi: InterfaceAbi; evm: Bytecode }>>;
  };
  const messages = (errors ?? []).map(({ formattedMessage }) => formattedMessage);
  assert(messages.length === 0, `solc compiles without a warning: ${messages.join("\n")}`);
  const { abi, evm } = contracts["a.sol"]![contractName]!;
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

interface Bytecode {
  readonly bytecode: { readonly object: string };
}
