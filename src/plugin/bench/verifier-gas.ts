/** Checks that a generated contract accepts a proof, and measures its gas. */
import { createRequire } from "node:module";
import { ContractFactory, type InterfaceAbi } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import type { ProofWithSignals, VerificationKey } from "../../groth16/snarkjs.ts";
import { generateVerifier, toSolidityProof } from "../../groth16/verifier/verifier.ts";
import { assert } from "../../util/errors.ts";

const CONTRACT_NAME = "BenchVerifier";

/** The generated contract of one key, deployed. */
export interface DeployedVerifier {
  /** Asserts that it accepts a proof, and refuses it for other public values. */
  readonly assertTakes: (proven: ProofWithSignals) => Promise<void>;
  /** Measures the gas of a transaction that only verifies one proof. */
  readonly gasOf: (proven: ProofWithSignals) => Promise<number>;
}

export async function deployVerifier(
  { ethers }: NetworkConnection,
  verificationKey: VerificationKey,
): Promise<DeployedVerifier> {
  const keys = [{ id: 0, name: "bench", verificationKey }];
  const source = generateVerifier({ contractName: CONTRACT_NAME, keys, insecure: true });
  const { abi, bytecode } = compileSolidity(source, CONTRACT_NAME);
  const [signer] = await ethers.getSigners();
  const contract = await new ContractFactory(abi, bytecode, signer).deploy();
  const verifyProof = (await contract.waitForDeployment()).getFunction("verifyProof");
  return {
    async assertTakes(proven) {
      const { a, b, c, input } = toSolidityProof(proven);
      const isTaken = async (values: readonly bigint[]) =>
        (await verifyProof.staticCall(a, b, c, values)) === true;
      assert(await isTaken(input), "the contract accepts the proof");
      const wrong = input.with(0, (input[0]! + 1n) % 2n ** 253n);
      assert(!(await isTaken(wrong)), "the contract refuses a proof of other values");
    },
    async gasOf(proven) {
      const { a, b, c, input } = toSolidityProof(proven);
      const data = contract.interface.encodeFunctionData("verifyProof", [a, b, c, input]);
      return Number(await ethers.provider.estimateGas({ to: contract.target, data }));
    },
  };
}

export interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
}

/** Compiles one contract without imports, with the npm package solc. */
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
