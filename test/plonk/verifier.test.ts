/** Contracts that verify PLONK and fflonk proofs, on Hardhat's EVM. */
import { expect } from "chai";
import { type Contract, Interface } from "ethers";
import { compileCircuit } from "../../src/circom/compile.ts";
import { createWitnessCalculator } from "../../src/circom/witness-generator.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { BASE_FIELD_MODULUS } from "../../src/groth16/formats/bn254.ts";
import { encodeWitness } from "../../src/groth16/formats/wtns.ts";
import { compileSolidity } from "../../src/plugin/bench/verifier-gas.ts";
import { PLONK_PROTOCOLS, type PlonkProtocol } from "../../src/plonk/protocols.ts";
import { ensurePlonkKey } from "../../src/plonk/setup/keys.ts";
import { toPlonkSolidityProof } from "../../src/plonk/verifier/calldata.ts";
import { generateFflonkContract } from "../../src/plonk/verifier/fflonk.ts";
import { generatePlonkContract } from "../../src/plonk/verifier/plonk.ts";
import { createPlonkWorkers } from "../../src/plonk/workers.ts";
import { createWorkspace, type Workspace } from "../circom/workspace.ts";
import { deploy } from "../groth16/verifier-contract.ts";

/** Circuits with one and with several public values; commitments of the first are infinity. */
const CIRCUITS: readonly (readonly [name: string, inputs: InputValues])[] = [
  ["squarer", { root: 9 }],
  [
    "multiplier",
    {
      start: 2,
      factors: [3, 4, 5],
      grid: [
        [1, 2, 6],
        [6, 1, 3],
      ],
    },
  ],
];
const WORDS = 24;
/** The words of a proof that are coordinates; the others are evaluations. */
const COORDINATES: Readonly<Record<PlonkProtocol, number>> = { plonk: 18, fflonk: 8 };
const LIVE_CHAIN = 1;

describe("plonk: verifier contracts", () => {
  const workers = createPlonkWorkers();
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(async () => {
    await workers.close();
    await workspace.remove();
  });

  async function prepare(protocol: PlonkProtocol, name: string, inputs: InputValues) {
    const circuit = await compileCircuit(workspace.options(name));
    const calculate = await createWitnessCalculator(circuit, () => undefined);
    const witness = encodeWitness(calculate(inputs));
    const zkeyPath = await ensurePlonkKey(circuit, protocol, { cacheDir: workspace.folder });
    const proven = await workers.prove(protocol, zkeyPath, witness);
    const solidity = async (insecure: boolean) =>
      protocol === "plonk"
        ? generatePlonkContract({
            contractName: "Verifier",
            name,
            verificationKey: await workers.verificationKey("plonk", zkeyPath),
            insecure,
          })
        : generateFflonkContract({ contractName: "Verifier", name, zkeyPath, insecure });
    return { proof: toPlonkSolidityProof(protocol, proven), solidity };
  }

  function verifierOf(contract: Contract) {
    return (proof: readonly string[], input: readonly bigint[]) =>
      contract.getFunction("verifyProof").staticCall(proof, input) as Promise<boolean>;
  }

  for (const protocol of PLONK_PROTOCOLS) {
    for (const [name, inputs] of CIRCUITS) {
      it(`accepts a ${protocol} proof of ${name}, and refuses it with any other word`, async () => {
        const { proof, solidity } = await prepare(protocol, name, inputs);
        const verify = verifierOf(await deploy(compileSolidity(await solidity(true), "Verifier")));
        expect(await verify(proof.proof, proof.input)).to.equal(true);
        for (let word = 0; word < WORDS; word++) {
          const value = BigInt(proof.proof[word]!);
          const modulus = word < COORDINATES[protocol] ? BASE_FIELD_MODULUS : FIELD_MODULUS;
          // Another value, zero, and another form of the same value.
          for (const other of [(value + 1n) % modulus, 0n, value + modulus]) {
            if (other === value || other >= 2n ** 256n) continue;
            const tampered = proof.proof.with(word, toWord(other));
            const isTaken = await verify(tampered, proof.input);
            expect(isTaken, `word ${word} as ${other}`).to.equal(false);
          }
        }
        for (const [index, value] of proof.input.entries()) {
          for (const other of [value + 1n, value + FIELD_MODULUS, 0n]) {
            expect(await verify(proof.proof, proof.input.with(index, other))).to.equal(false);
          }
        }
      });
    }

    it(`refuses to deploy a ${protocol} contract of insecure keys on another chain`, async () => {
      const { proof, solidity } = await prepare(protocol, ...CIRCUITS[0]!);
      const insecure = compileSolidity(await solidity(true), "Verifier");
      const reason = await deploy(insecure, LIVE_CHAIN).then(
        () => "deployed",
        (error: unknown) =>
          new Interface(insecure.abi).parseError((error as { data: string }).data),
      );
      expect(reason).to.include({ name: "InsecureKeysOnLiveChain" });
      const secure = await deploy(compileSolidity(await solidity(false), "Verifier"), LIVE_CHAIN);
      expect(await verifierOf(secure)(proof.proof, proof.input)).to.equal(true);
      expect(await secure.getFunction("INSECURE").staticCall()).to.equal(false);
    });
  }

  it("names the license of each contract", async () => {
    const license = async (protocol: PlonkProtocol) =>
      (await (await prepare(protocol, ...CIRCUITS[0]!)).solidity(true)).split("\n")[0];
    expect(await license("plonk")).to.equal("// SPDX-License-Identifier: MIT");
    expect(await license("fflonk")).to.equal("// SPDX-License-Identifier: GPL-3.0");
  });
});

function toWord(value: bigint): string {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
