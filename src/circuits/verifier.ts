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
 *
 * Both return false for what only a wrong proof can bring about: an input not below r, a coordinate
 * not below q, a point off its curve or out of its subgroup, a pairing that does not hold. They
 * revert for a caller's mistake: UnknownKey, WrongInputCount.
 *
 * @see EIP-196 and EIP-197 for the precompiled contracts
 */

import { FIELD_MODULUS } from "../crypto/field.ts";
import { BASE_FIELD_MODULUS } from "./bn254.ts";
import { circuitsError } from "./errors.ts";
import type { ProofWithSignals, VerificationKey } from "./snarkjs.ts";

/** A key in a verifier contract. */
export interface VerifierKey {
  /** What callers pass as keyId, where they do. */
  readonly id: number;
  /** The circuit's name, for the documentation and the constant's name. */
  readonly name: string;
  readonly verificationKey: VerificationKey;
}

export interface VerifierOptions {
  readonly contractName: string;
  readonly keys: readonly VerifierKey[];
  /** Whether `verifyProof` takes a keyId. By default only if there are several keys. */
  readonly selectByKeyId?: boolean;
  /** Keys of a dev setup: the contract then refuses to be deployed on any chain but a local one. */
  readonly insecure: boolean;
  /** 32 bytes in hex that the contract exposes as DIGEST: what its circuits belong to. */
  readonly digest?: string;
}

/** A proof in the order in which the contracts take it. */
export interface SolidityProof {
  readonly a: readonly [bigint, bigint];
  /** The imaginary part comes first, as in EIP-197. */
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  readonly c: readonly [bigint, bigint];
  /** a, b and c in one list, for contracts that take a keyId. */
  readonly flat: readonly bigint[];
  readonly input: readonly bigint[];
}

/** The chains that Hardhat and Ganache simulate. */
const LOCAL_CHAIN_IDS = [31337, 1337] as const;
/** alpha, beta, gamma and delta in words; the points of the inputs follow. */
const FIXED_WORDS = 14;
const WORD_BYTES = 32;

/** The arguments for `verifyProof`. */
export function toSolidityProof({ proof, publicSignals }: ProofWithSignals): SolidityProof {
  const [a, c] = [pointInG1(proof.pi_a), pointInG1(proof.pi_c)];
  const [xImaginary, xReal, yImaginary, yReal] = pointInG2(proof.pi_b);
  const b = [
    [xImaginary, xReal],
    [yImaginary, yReal],
  ] as const;
  return { a, b, c, flat: [...a, ...b.flat(), ...c], input: publicSignals.map(BigInt) };
}

/**
 * The source of a verifier contract. It stands alone, and is formatted as prettier would.
 *
 * @throws VERIFIER_KEYS
 */
export function generateVerifier(options: VerifierOptions): string {
  checkOptions(options);
  const { keys, selectByKeyId = keys.length > 1 } = options;
  const body = selectByKeyId ? keyIdBody(keys) : singleKeyBody(keys[0]!);
  const sections = [constants(options), insecureGuard(options), ...body].filter(
    (section) => section !== "",
  );
  return `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

${contractComment(options)}
contract ${options.contractName} {
${sections.join("\n\n")}
}
`;
}

function checkOptions({ contractName, keys, selectByKeyId, digest }: VerifierOptions): void {
  const refuse = (problem: string) => circuitsError({ code: "VERIFIER_KEYS", problem });
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
}

function contractComment({ keys, insecure }: VerifierOptions): string {
  const names = keys.map(({ name }) => name).join(", ");
  const warning = insecure
    ? `
/// @custom:security INSECURE. The keys come from a dev setup whose secrets everybody knows, so
/// anyone can prove anything. The contract can be deployed on local chains only.`
    : "";
  const title = wrapComment(`@title Verifier of Groth16 proofs over BN254 for ${names}`);
  const notice = "/// @notice Generated by hardhat-zkrollup from verification keys; do not edit.";
  return `${title}\n${notice}${warning}`;
}

function constants({ keys, insecure, digest }: VerifierOptions): string {
  const digestConstant =
    digest === undefined
      ? ""
      : `
    /// @notice Digest of what the circuits belong to, as it was when the contract was generated.
    bytes32 public constant DIGEST =
        0x${digest.replace(/^0x/, "").toLowerCase()};
`;
  return `    /// @notice Whether the keys come from a dev setup with known secrets.
    bool public constant INSECURE = ${insecure};
${digestConstant}
    /// @dev The order of the groups: public inputs are below it.
    uint256 private constant R =
        ${FIELD_MODULUS};
    /// @dev The prime of the base field: coordinates are below it.
    uint256 private constant Q =
        ${BASE_FIELD_MODULUS};

${keys.map(keyConstant).join("\n\n")}`;
}

/** The points as the pairing takes them: alpha, beta, gamma, delta, one for 1 and each input. */
function keyConstant(key: VerifierKey): string {
  const { name, verificationKey } = key;
  const words = [
    ...pointInG1(verificationKey.vk_alpha_1),
    ...pointInG2(verificationKey.vk_beta_2),
    ...pointInG2(verificationKey.vk_gamma_2),
    ...pointInG2(verificationKey.vk_delta_2),
    ...verificationKey.IC.flatMap(pointInG1),
  ];
  const literals = words.map((word) => `        hex"${word.toString(16).padStart(64, "0")}"`);
  const comment = `@dev Key ${name}: alpha, beta, gamma, delta, and the points of its inputs.`;
  return `${wrapComment(comment, "    ")}
    bytes private constant ${constantName(key)} =
${literals.join("\n")};`;
}

function insecureGuard({ insecure }: VerifierOptions): string {
  if (!insecure) return "";
  const conditions = LOCAL_CHAIN_IDS.map((id) => `block.chainid != ${id}`).join(" && ");
  return `    /// @notice Keys with known secrets were about to be used where something is at stake.
    error InsecureKeysOnLiveChain(uint256 chainId);

    constructor() {
        if (${conditions})
            revert InsecureKeysOnLiveChain(block.chainid);
    }`;
}

function singleKeyBody(key: VerifierKey): string[] {
  const count = key.verificationKey.nPublic;
  const verifyProof = `    /// @notice Whether a proof is valid. Never reverts.
    /// @param a Point A.
    /// @param b Point B, the imaginary parts first.
    /// @param c Point C.
    /// @param input The public values: outputs, then public inputs.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[${count}] calldata input
    ) external view returns (bool) {
        uint256[8] memory proof = [a[0], a[1], b[0][0], b[0][1], b[1][0], b[1][1], c[0], c[1]];
        return _verify(${constantName(key)}, proof, input);
    }`;
  return [verifyProof, verifyFunction(`uint256[${count}] memory input`, "input", String(count))];
}

function keyIdBody(keys: readonly VerifierKey[]): string[] {
  const list = keys.map(({ id, name }) => `${id} is ${name}`).join(", ");
  const errors = `    error UnknownKey(uint256 keyId);
    error WrongInputCount(uint256 expected, uint256 actual);`;
  const verifyProof = `    /// @notice Whether a proof is valid. Reverts only for wrong arguments.
${wrapComment(`@param keyId ${list}.`, "    ")}
    /// @param proof Points A, B (the imaginary parts first) and C.
    /// @param input The public values: outputs, then public inputs.
    function verifyProof(
        uint256 keyId,
        uint256[8] calldata proof,
        uint256[] calldata input
    ) external view returns (bool) {
        bytes memory key = _findKey(keyId);
        uint256 inputCount = (key.length - ${(FIXED_WORDS + 2) * WORD_BYTES}) / ${2 * WORD_BYTES};
        if (input.length != inputCount) revert WrongInputCount(inputCount, input.length);
        return _verify(key, proof, input);
    }`;
  const findKey = `    function _findKey(uint256 keyId) private pure returns (bytes memory) {
${keys.map((key) => `        if (keyId == ${key.id}) return ${constantName(key)};`).join("\n")}
        revert UnknownKey(keyId);
    }`;
  const verify = verifyFunction("uint256[] memory input", "add(input, 0x20)", "mload(input)");
  return [errors, verifyProof, findKey, verify];
}

/**
 * The equation e(A, B) = e(alpha, beta) e(X, gamma) e(C, delta), where X is the sum of the inputs'
 * points, as a product of four pairings with -A. In memory the four pairs lie one after the other.
 */
function verifyFunction(inputParameter: string, inputStart: string, inputCount: string): string {
  return `    function _verify(
        bytes memory key,
        uint256[8] memory proof,
        ${inputParameter}
    ) private view returns (bool valid) {
        uint256 q = Q;
        uint256 r = R;
        assembly ("memory-safe") {
            function copy(target, source, size) {
                for {} size {} {
                    size := sub(size, 0x20)
                    mstore(add(target, size), mload(add(source, size)))
                }
            }

            // Coordinates and inputs must be canonical.
            valid := 1
            let coordinate := proof
            for {} lt(coordinate, add(proof, 0x100)) {} {
                valid := and(valid, lt(mload(coordinate), q))
                coordinate := add(coordinate, 0x20)
            }

            // The four pairs: (-A, B), (alpha, beta), (X, gamma), (C, delta).
            let pairs := mload(0x40)
            copy(pairs, proof, 0xc0)
            mstore(add(pairs, 0x20), mod(sub(q, mload(add(proof, 0x20))), q))
            copy(add(pairs, 0xc0), add(key, 0x20), 0xc0)

            // X = ic[0] + input[0] * ic[1] + ..., each product made right behind the sum.
            let sum := add(pairs, 0x180)
            let product := add(pairs, 0x1c0)
            let point := add(key, ${hexNumber((FIXED_WORDS + 1) * WORD_BYTES)})
            copy(sum, point, 0x40)
            let value := ${inputStart}
            let end := add(value, mul(${inputCount}, 0x20))
            for {} lt(value, end) {} {
                point := add(point, 0x40)
                copy(product, point, 0x40)
                mstore(add(product, 0x40), mload(value))
                valid := and(valid, lt(mload(value), r))
                valid := and(valid, staticcall(gas(), 0x07, product, 0x60, product, 0x40))
                valid := and(valid, staticcall(gas(), 0x06, sum, 0x80, sum, 0x40))
                value := add(value, 0x20)
            }
            copy(add(pairs, 0x1c0), add(key, 0xe0), 0x80)
            copy(add(pairs, 0x240), add(proof, 0xc0), 0x40)
            copy(add(pairs, 0x280), add(key, 0x160), 0x80)

            // A precompiled contract takes all its gas when it fails: call it only if need be.
            if valid {
                valid := staticcall(gas(), 0x08, pairs, 0x300, pairs, 0x20)
                valid := and(valid, eq(mload(pairs), 1))
            }
        }
    }`;
}

/** "block-16" becomes KEY_BLOCK_16. */
function constantName({ name }: VerifierKey): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
  return `KEY_${words.toUpperCase()}`;
}

/** snarkjs writes infinity as (0, 1, 0); the precompiled contracts take (0, 0). */
function pointInG1([x, y, z]: readonly string[]): [bigint, bigint] {
  return z === "0" ? [0n, 0n] : [BigInt(x!), BigInt(y!)];
}

function pointInG2([x, y]: readonly (readonly string[])[]): [bigint, bigint, bigint, bigint] {
  return [BigInt(x![1]!), BigInt(x![0]!), BigInt(y![1]!), BigInt(y![0]!)];
}

function hexNumber(value: number): string {
  return `0x${value.toString(16)}`;
}

/** A NatSpec comment in lines of at most 100 columns. */
function wrapComment(text: string, indent = ""): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last ?? `${indent}///`} ${word}`;
    if (last !== undefined && longer.length > 100) lines.push(`${indent}/// ${word}`);
    else lines.splice(-1, 1, longer);
  }
  return lines.join("\n");
}
