pragma circom 2.2.0;

include "baby-jubjub.circom";
include "bits.circom";
include "poseidon.circom";
include "scalar-mul-any.circom";
include "scalar-mul-fixed.circom";

/*
 * Verifies a signature like `verify` of src/crypto/eddsa.ts: S · B8 = R8 + h · 8A with
 * h = Poseidon(R8.x, R8.y, A.x, A.y, message), S < l, A and R8 on the curve, 8A not the identity.
 *
 * The circuit adds 4A to both sides, because (2h + 1) · 4A is cheaper than h · 8A. If nothing is
 * signed, only the equation is waived: every other condition still holds.
 *
 * Inputs
 *   enabled    {Bool}    1 = the equation must hold
 *   ax, ay     {Field}   the key A
 *   r8x, r8y   {Field}   the point R8 of the signature
 *   s          {Field}   the scalar S of the signature
 *   message    {Field}
 *
 * Assumes: enabled is 0 or 1.
 * Guarantees: the key and the signature are well formed; the signature is valid if enabled is 1.
 * Constraints: 2770
 */
template EdDSAPoseidonVerifier() {
    signal input enabled;
    signal input ax, ay;
    signal input r8x, r8y;
    signal input s;
    signal input message;

    EdwardsPoint() key;
    key.x <== ax;
    key.y <== ay;
    EdwardsPoint() r8;
    r8.x <== r8x;
    r8.y <== r8y;
    AssertOnCurve()(key);
    AssertOnCurve()(r8);

    signal sBits[251] <== ToBits(251)(s);
    AssertAtMost(251, BABY_JUBJUB_SUBGROUP_ORDER() - 1, 0, 1)(sBits, 1);

    signal challenge <== Poseidon(5)([r8x, r8y, ax, ay, message]);
    EdwardsPoint() key4 <== EdwardsDouble()(EdwardsDouble()(key));
    EdwardsPoint() left <== EdwardsAdd()(ScalarMulFixed()(sBits), key4);
    EdwardsPoint() right <== EdwardsAdd()(ScalarMulAny()(challenge, key4), r8);
    enabled * (left.x - right.x) === 0;
    enabled * (left.y - right.y) === 0;
}
