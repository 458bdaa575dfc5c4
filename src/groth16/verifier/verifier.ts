/**
 * Generates Solidity contracts that verify Groth16 proofs, from templates of our own.
 *
 * A contract with one key has the interface of snarkjs's verifiers:
 *
 *     verifyProof(uint256[2] a, uint256[2][2] b, uint256[2] c, uint256[N] input) returns (bool)
 *
 * One with several keys, possibly with different numbers of public inputs, or with `selectByKeyId`:
 *
 *     verifyProof(uint256 keyId, uint256[8] proof, uint256[] input) returns (bool)
 *     verifyProofs(uint256 inputCount, uint256[] claims) returns (bool)
 *
 * where a claim is a key id, `inputCount` public values and a proof, in consecutive words. All
 * claims are checked with one call of the pairing, for a third of the gas when there are ten.
 *
 * They return false for a wrong proof: an input not below r, a coordinate not below q, a point off
 * its curve or out of its subgroup, a pairing that does not hold. They revert for a caller's
 * mistake: UnknownKey, WrongInputCount, NoClaims, ClaimIncomplete.
 *
 * @see EIP-196 and EIP-197 for the precompiled contracts
 */

import { FIELD_MODULUS } from "../../crypto/field.ts";
import { groth16Error } from "../errors.ts";
import { assertProof } from "../formats/proof-shape.ts";
import type { ProofWithSignals } from "../snarkjs.ts";
import { insecureConstant, insecureGuard, insecureWarning } from "./insecure.ts";
import { constantName, type VerifierKey, wordsInG1, wordsInG2, wrapComment } from "./keys.ts";
import { severalKeysSections } from "./several-keys.ts";
import { singleKeySections } from "./single-key.ts";

/** What a verifier contract is made of. */
export interface VerifierOptions {
  /** Name of the contract, an identifier. */
  readonly contractName: string;
  /** At least one key, with distinct ids and names. */
  readonly keys: readonly VerifierKey[];
  /** Whether callers name the key. Default: only if there are several keys. */
  readonly selectByKeyId?: boolean;
  /**
   * Whether the keys come from a dev setup: the constructor then reverts on chains that are not
   * local.
   */
  readonly insecure: boolean;
  /** 32 bytes in hex that the contract exposes as DIGEST, the version of its circuits. */
  readonly digest?: string;
}

/**
 * A proof in the order of the contracts' arguments. Its tuples are not `readonly`, because the
 * types that TypeChain generates refuse readonly tuples.
 */
export interface SolidityProof {
  readonly a: [bigint, bigint];
  /** The imaginary part comes first, as in EIP-197. */
  readonly b: [[bigint, bigint], [bigint, bigint]];
  readonly c: [bigint, bigint];
  /** a, b and c in one list, for contracts that take a keyId. */
  readonly flat: readonly bigint[];
  readonly input: readonly bigint[];
}

/** The points that keys from one powers-of-tau file share. */
const SHARED_POINTS = ["vk_alpha_1", "vk_beta_2", "vk_gamma_2"] as const;

/**
 * Turns a proof into the arguments of a verifier contract.
 *
 * @param proven - A proof in snarkjs's form, with all its public values.
 * @returns Points and public values as integers, also in one list.
 * @throws PROOF_MALFORMED
 *
 * @example
 * const { flat, input } = toSolidityProof(await multiplier.prove({ a: 6n, b: 7n }));
 * flat.length; // 8
 * input; // [42n]
 */
export function toSolidityProof(proven: ProofWithSignals): SolidityProof {
  assertProof(proven);
  const { proof, publicSignals } = proven;
  const [a, c] = [wordsInG1(proof.pi_a), wordsInG1(proof.pi_c)];
  const [xImaginary, xReal, yImaginary, yReal] = wordsInG2(proof.pi_b);
  const b: SolidityProof["b"] = [
    [xImaginary, xReal],
    [yImaginary, yReal],
  ];
  return { a, b, c, flat: [...a, ...b.flat(), ...c], input: publicSignals.map(BigInt) };
}

/**
 * Generates the source of a verifier contract. It imports nothing, and has prettier's format.
 *
 * @param options - Name of the contract, its keys, and whether they are insecure.
 * @returns Solidity, for version 0.8.24 or later.
 * @throws VERIFIER_KEYS, VERIFIER_KEYS_MIXED
 *
 * @example
 * const verificationKey = await multiplier.verificationKey();
 * const keys = [{ id: 0, name: "multiplier", verificationKey }];
 * const source = generateVerifier({ contractName: "MyVerifier", keys, insecure: true });
 * source.includes("contract MyVerifier {"); // true
 * generateVerifier({ contractName: "None", keys: [], insecure: true }); // throws VERIFIER_KEYS
 */
export function generateVerifier(options: VerifierOptions): string {
  checkOptions(options);
  const { keys, selectByKeyId = keys.length > 1 } = options;
  const body = selectByKeyId ? severalKeysSections(keys) : singleKeySections(keys[0]!);
  const sections = [constants(options), insecureGuard(options.insecure), ...body];
  return `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

${contractComment(options)}
contract ${options.contractName} {
${sections.filter((section) => section !== "").join("\n\n")}
}
`;
}

function checkOptions({ contractName, keys, selectByKeyId, digest }: VerifierOptions): void {
  const refuse = (problem: string) => groth16Error({ code: "VERIFIER_KEYS", problem });
  if (!/^[A-Za-z_]\w*$/.test(contractName)) {
    throw refuse(`"${contractName}" is no name for a contract`);
  }
  if (keys.length === 0) throw refuse("there is no key");
  if (keys.length > 1 && selectByKeyId === false) throw refuse("several keys need their ids");
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw refuse("two keys have one id");
  if (new Set(keys.map(constantName)).size < keys.length) throw refuse("two keys have one name");
  if (digest !== undefined && !/^(0x)?[0-9a-fA-F]{64}$/.test(digest)) {
    throw refuse(`the digest ${digest} is not 32 bytes in hex`);
  }
  for (const { id, name, verificationKey } of keys) {
    if (!Number.isSafeInteger(id) || id < 0) throw refuse(`${id} is no key id`);
    const { protocol, curve, nPublic } = verificationKey;
    if (protocol !== "groth16" || curve !== "bn128") {
      throw refuse(`the key of ${name} is for ${protocol} over ${curve}`);
    }
    if (nPublic === 0) throw refuse(`circuit ${name} has no public value to prove anything about`);
  }
  checkShared(keys);
}

/** Refuses keys that differ in the points which a batch of proofs shares. */
function checkShared([first, ...others]: readonly VerifierKey[]): void {
  for (const { name, verificationKey } of others) {
    for (const point of SHARED_POINTS) {
      const [own, expected] = [verificationKey[point], first!.verificationKey[point]];
      if (JSON.stringify(own) === JSON.stringify(expected)) continue;
      throw groth16Error({ code: "VERIFIER_KEYS_MIXED", first: first!.name, second: name, point });
    }
  }
}

function contractComment({ keys, insecure }: VerifierOptions): string {
  const names = keys.map(({ name }) => name).join(", ");
  const title = wrapComment(`@title Verifier of Groth16 proofs over BN254 for ${names}`);
  const notice = "/// @notice Generated by hardhat-zkrollup from verification keys; do not edit.";
  return `${title}\n${notice}${insecureWarning(insecure)}`;
}

function constants({ insecure, digest }: VerifierOptions): string {
  const digestConstant =
    digest === undefined
      ? ""
      : `
    /// @notice Digest of what the circuits belong to, as it was when the contract was generated.
    bytes32 public constant DIGEST =
        0x${digest.replace(/^0x/, "").toLowerCase()};
`;
  return `${insecureConstant(insecure)}
${digestConstant}
    /// @dev The order of the groups: public inputs are below it.
    uint256 private constant R =
        ${FIELD_MODULUS};`;
}
