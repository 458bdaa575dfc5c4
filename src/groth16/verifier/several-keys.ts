/**
 * The part of a verifier contract with several keys, which checks proofs of any
 * keys in batches.
 *
 * A proof (A, B, C) of the public values x is valid if E = 1, where
 *
 *     E = e(A, B) e(alpha, -beta) e(ic[0] + Σ x[j] ic[j + 1], -gamma) e(C, -delta).
 *
 * For proofs E_0, E_1, … and a scalar s the contract checks that Π E_i^(s^i) = 1. The pairing is
 * bilinear and the keys share alpha, beta and gamma, so one call of its precompiled contract is
 * enough, with a pair (s^i A_i, B_i) of each proof, (Σ s^i C_i, -delta) of each key, and one
 * (Σ s^i alpha, -beta) and one (X, -gamma) of all. X contains each point of a key's inputs once,
 * times a sum of field elements.
 *
 * Soundness. All values of the pairing have the prime order r, because the contract of EIP-197
 * accepts only points of the two groups. So with logarithms e_i of E_i the check is whether
 * Σ e_i s^i = 0 modulo r. If one of n proofs is wrong, this polynomial in s is not zero and has
 * fewer than n roots. s is a hash of all key ids, values and proofs, so nobody can choose it. A
 * given residue modulo r is that of a hash with a probability below 2^-253, and for each key one
 * more such polynomial must not be zero (see `addKey`). So n proofs of which one is wrong pass with
 * a probability below n · 2^-250, for every list that somebody tries. The powers of one scalar are
 * as good as independent scalars here, because scalars of all sizes cost the same.
 *
 * @see https://eprint.iacr.org/1998/007 tests of many equations by a random combination of them
 * @see https://zips.z.cash/protocol/protocol.pdf appendix B.2, the same for Groth16
 */

import { keccak } from "../../util/keccak.ts";
import {
  bytesConstant,
  G1_WORDS,
  G2_WORDS,
  hexNumber,
  type VerifierKey,
  WORD_BYTES,
  wordsInG1,
  wordsOfOpposite,
  wrapComment,
} from "./keys.ts";

/** alpha, -beta and -gamma. */
const SHARED_WORDS = G1_WORDS + 2 * G2_WORDS;
/** A sum of points, the point that is added next, and the scalar that multiplies this point. */
const POINT_SUM_WORDS = 2 * G1_WORDS + 1;
const PROOF_WORDS = 2 * G1_WORDS + G2_WORDS;

/** Renders the keys in the pairing's form, `verifyProof` and `verifyProofs`. */
export function severalKeysSections(keys: readonly VerifierKey[]): string[] {
  return [keysConstant(keys), ERRORS, verifyProof(keys), VERIFY_PROOFS, verify(keys)];
}

const ERRORS = `    error UnknownKey(uint256 keyId);
    error WrongInputCount(uint256 expected, uint256 actual);
    error NoClaims();
    error ClaimIncomplete();`;

function keysConstant(keys: readonly VerifierKey[]): string {
  const { vk_alpha_1, vk_beta_2, vk_gamma_2 } = keys[0]!.verificationKey;
  const names = keys.map(({ name }) => name).join(", ");
  const comment =
    "@dev alpha, -beta and -gamma, which all keys share; then of each key -delta and the points " +
    `of its inputs, in the order ${names}.`;
  return bytesConstant(comment, "KEYS", [
    ...wordsInG1(vk_alpha_1),
    ...wordsOfOpposite(vk_beta_2),
    ...wordsOfOpposite(vk_gamma_2),
    ...keys.flatMap(({ verificationKey: { vk_delta_2, IC } }) => [
      ...wordsOfOpposite(vk_delta_2),
      ...IC.flatMap(wordsInG1),
    ]),
  ]);
}

function verifyProof(keys: readonly VerifierKey[]): string {
  const list = keys.map(({ id, name }) => `${id} is ${name}`).join(", ");
  return `    /// @notice Whether a proof is valid. Reverts only for wrong arguments.
${wrapComment(`@param keyId ${list}.`, "    ")}
    /// @param proof Points A, B (the imaginary parts first) and C.
    /// @param input The public values: outputs, then public inputs.
    function verifyProof(
        uint256 keyId,
        uint256[8] calldata proof,
        uint256[] calldata input
    ) external view returns (bool) {
        return _verify(input.length, abi.encodePacked(keyId, input, proof));
    }`;
}

const VERIFY_PROOFS = `    /// @notice Whether all of some proofs are valid: checks one random combination of them.
    /// Reverts only for wrong arguments.
    /// @dev n proofs of which one is wrong pass with a probability below n / 2^250: wrong proofs
    /// would have to make up for each other, and what each is multiplied by comes from a hash of
    /// the whole list. Which one is wrong is not known then.
    /// @param inputCount How many public values each proof has: which word means what must not
    /// depend on the words.
    /// @param claims One after the other, at least one; for each the id of its key, the public
    /// values, and the points A, B (the imaginary parts first) and C.
    function verifyProofs(
        uint256 inputCount,
        uint256[] calldata claims
    ) external view returns (bool) {
        return _verify(inputCount, abi.encodePacked(claims));
    }`;

/** Offsets of a key's words and sums. */
interface KeyPlace {
  readonly key: VerifierKey;
  /** From the start of the constant, in bytes. */
  readonly keyOffset: number;
  /** From the start of the sums, in bytes. */
  readonly sumsOffset: number;
}

function placeKeys(keys: readonly VerifierKey[]): { places: KeyPlace[]; sumWords: number } {
  const places: KeyPlace[] = [];
  let keyWords = SHARED_WORDS;
  let sumWords = 1 + POINT_SUM_WORDS;
  for (const key of keys) {
    places.push({ key, keyOffset: keyWords * WORD_BYTES, sumsOffset: sumWords * WORD_BYTES });
    const scalars = key.verificationKey.nPublic + 1;
    keyWords += G2_WORDS + G1_WORDS * scalars;
    sumWords += scalars + POINT_SUM_WORDS;
  }
  return { places, sumWords };
}

/**
 * Plans the memory: the pairs one after the other, then the sums, all zero at first. These are the
 * sum of the scalars of all proofs, and X; then, for each key, the sums of the scalars, of each
 * input, and of the points C. Behind a sum of points is space for the next point.
 */
function verify(keys: readonly VerifierKey[]): string {
  const { places, sumWords } = placeKeys(keys);
  return `    /// @dev Checks that the product of the pairings (s·A, B) of each proof, (Σ s · alpha, -beta),
    /// (X, -gamma), and (Σ s·C, -delta) of each key is 1, where s are the powers of a hash of all
    /// claims, and 1 for the first. X is the sum of the points of all inputs, each times
    /// Σ s · input.
    function _verify(uint256 inputCount, bytes memory claims) private view returns (bool valid) {
        if (claims.length == 0) revert NoClaims();
        bytes memory keys = KEYS;
        uint256[${sumWords}] memory sums;
        uint256 r = R;
        uint256 challenge = uint256(keccak256(claims)) % r;
        assembly ("memory-safe") {
${YUL_FUNCTIONS}

            let proofOffset := shl(5, add(inputCount, 1))
            let claimSize := add(proofOffset, ${hexNumber(PROOF_WORDS * WORD_BYTES)})
            if mod(mload(claims), claimSize) {
                mstore(0x00, ${selector("ClaimIncomplete()")})
                revert(0x1c, 0x04)
            }

${addProofs(places)}

${places.map(finishKey).join("\n")}
            mcopy(pair, add(keys, 0x20), 0x40)
            if xor(mload(sums), 1) {
                multiply(pair, mload(sums), pair)
            }
            mcopy(add(pair, 0x40), add(keys, 0x60), 0x80)
            pair := add(pair, 0xc0)
            mcopy(pair, add(sums, 0x20), 0x40)
            mcopy(add(pair, 0x40), add(keys, 0xe0), 0x80)
            pair := add(pair, 0xc0)

            let pairs := mload(0x40)
            valid := staticcall(gas(), 0x08, pairs, sub(pair, pairs), 0x00, 0x20)
            valid := and(valid, eq(mload(0x00), 1))
        }
    }`;
}

/** Writes the pair of each proof, and adds its other parts to the sums of its key. */
function addProofs(places: readonly KeyPlace[]): string {
  return `            let pair := mload(0x40)
            let claim := add(claims, 0x20)
            let end := add(claim, mload(claims))
            for {
                let scalar := 1
            } lt(claim, end) {
                claim := add(claim, claimSize)
                pair := add(pair, 0xc0)
                scalar := mulmod(scalar, challenge, r)
            } {
                // The sums of the key.
                let sum
                let expected
                switch mload(claim)
${places.map(claimCase).join("\n")}
                default {
                    unknownKey(mload(claim))
                }
                if xor(inputCount, expected) {
                    wrongInputCount(expected, inputCount)
                }

                mstore(sum, addmod(mload(sum), scalar, r))
                let proof := add(claim, proofOffset)
                let offset := sub(sum, claim)
                let isCanonical := 1
                for {
                    let place := add(claim, 0x20)
                } lt(place, proof) {
                    place := add(place, 0x20)
                } {
                    let input := mload(place)
                    isCanonical := and(isCanonical, lt(input, r))
                    sum := add(place, offset)
                    mstore(sum, addmod(mload(sum), mulmod(input, scalar, r), r))
                }
                if iszero(isCanonical) {
                    refuse()
                }
                mcopy(add(sum, 0x60), add(proof, 0xc0), 0x40)
                addScaled(add(sum, 0x20), scalar)
                mcopy(pair, proof, 0xc0)
                // A is multiplied where it is, as B behind it has been copied.
                if xor(scalar, 1) {
                    multiply(proof, scalar, pair)
                }
            }`;
}

function claimCase({ key: { id, verificationKey }, sumsOffset }: KeyPlace): string {
  return `                case ${id} {
                    sum := add(sums, ${hexNumber(sumsOffset)})
                    expected := ${verificationKey.nPublic}
                }`;
}

function finishKey({ key: { verificationKey }, keyOffset, sumsOffset }: KeyPlace): string {
  const key = `add(keys, ${hexNumber(WORD_BYTES + keyOffset)})`;
  const sum = `add(sums, ${hexNumber(sumsOffset)})`;
  return `            pair := addKey(${key}, ${verificationKey.nPublic}, ${sum}, sums, pair)`;
}

/** Returns the four-byte selector of an error as a word of Yul. */
function selector(error: string): string {
  const digest = keccak(new TextEncoder().encode(error));
  return `0x${(digest >> BigInt(8 * (WORD_BYTES - 4))).toString(16).padStart(8, "0")}`;
}

const YUL_FUNCTIONS = `            function unknownKey(keyId) {
                mstore(0x00, ${selector("UnknownKey(uint256)")})
                mstore(0x20, keyId)
                revert(0x1c, 0x24)
            }

            function wrongInputCount(expected, actual) {
                mstore(0x00, ${selector("WrongInputCount(uint256,uint256)")})
                mstore(0x20, expected)
                mstore(0x40, actual)
                revert(0x1c, 0x44)
            }

            // Ends with false: a precompiled contract that fails has taken all its gas.
            function refuse() {
                mstore(0x00, 0)
                return(0x00, 0x20)
            }

            // Overwrites the word behind the point.
            function multiply(point, scalar, product) {
                mstore(add(point, 0x40), scalar)
                if iszero(staticcall(gas(), 0x07, point, 0x60, product, 0x40)) {
                    refuse()
                }
            }

            // Multiplies the point behind a sum of points, and adds it to the sum.
            function addScaled(sum, scalar) {
                if xor(scalar, 1) {
                    multiply(add(sum, 0x40), scalar, add(sum, 0x40))
                }
                if iszero(staticcall(gas(), 0x06, sum, 0x80, sum, 0x40)) {
                    refuse()
                }
            }

            // Writes the pair of a key, and adds the sums of its scalars and inputs to the totals.
            // No proof is of a key whose scalars add up to 0, but for a chance like that of a wrong
            // proof.
            function addKey(key, inputs, sum, totals, pair) -> next {
                next := pair
                if iszero(mload(sum)) {
                    leave
                }
                mstore(totals, addmod(mload(totals), mload(sum), R))
                let point := add(key, 0x80)
                let end := add(sum, shl(5, inputs))
                for {} iszero(gt(sum, end)) {
                    sum := add(sum, 0x20)
                } {
                    mcopy(add(totals, 0x60), point, 0x40)
                    addScaled(add(totals, 0x20), mload(sum))
                    point := add(point, 0x40)
                }
                mcopy(pair, sum, 0x40)
                mcopy(add(pair, 0x40), key, 0x80)
                next := add(pair, 0xc0)
            }`;
