/** The part of a verifier contract with one key, which callers do not name. */

import { BASE_FIELD_MODULUS } from "../formats/bn254.ts";
import {
  bytesConstant,
  constantName,
  hexNumber,
  type VerifierKey,
  WORD_BYTES,
  wordsInG1,
  wordsInG2,
} from "./keys.ts";

/** alpha, beta, gamma and delta in words; the points of the inputs follow. */
const FIXED_WORDS = 14;

const BASE_PRIME = `    /// @dev The prime of the base field: coordinates are below it.
    uint256 private constant Q =
        ${BASE_FIELD_MODULUS};`;

/** Renders the key in the pairing's form, and `verifyProof`. */
export function singleKeySections(key: VerifierKey): string[] {
  return [BASE_PRIME, keyConstant(key), verifyProof(key), verifyFunction(key)];
}

function keyConstant(key: VerifierKey): string {
  const { name, verificationKey } = key;
  const comment = `@dev Key ${name}: alpha, beta, gamma, delta, and the points of its inputs.`;
  return bytesConstant(comment, constantName(key), [
    ...wordsInG1(verificationKey.vk_alpha_1),
    ...wordsInG2(verificationKey.vk_beta_2),
    ...wordsInG2(verificationKey.vk_gamma_2),
    ...wordsInG2(verificationKey.vk_delta_2),
    ...verificationKey.IC.flatMap(wordsInG1),
  ]);
}

function verifyProof(key: VerifierKey): string {
  return `    /// @notice Whether a proof is valid. Never reverts.
    /// @param a Point A.
    /// @param b Point B, the imaginary parts first.
    /// @param c Point C.
    /// @param input The public values: outputs, then public inputs.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[${key.verificationKey.nPublic}] calldata input
    ) external view returns (bool) {
        uint256[8] memory proof = [a[0], a[1], b[0][0], b[0][1], b[1][0], b[1][1], c[0], c[1]];
        return _verify(${constantName(key)}, proof, input);
    }`;
}

/**
 * The equation e(A, B) = e(alpha, beta) e(X, gamma) e(C, delta), where X is the sum of the inputs'
 * points, as a product of four pairings with -A. In memory the four pairs lie one after the other.
 */
function verifyFunction({ verificationKey: { nPublic } }: VerifierKey): string {
  return `    function _verify(
        bytes memory key,
        uint256[8] memory proof,
        uint256[${nPublic}] memory input
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
            let value := input
            let end := add(value, ${hexNumber(nPublic * WORD_BYTES)})
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
