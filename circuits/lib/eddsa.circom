pragma circom 2.2.0;

include "baby-jubjub.circom";
include "poseidon.circom";
include "scalar-mul-any.circom";
include "scalar-mul-fixed.circom";

/*
 * Verifies a signature: a number S with S · B8 = R8 + h · 8A exists and is known to the prover, for
 * h = Poseidon(R8.x, R8.y, A.x, A.y, message), A and R8 on the curve, 8A not the identity.
 *
 * `verify` of src/crypto/eddsa.ts also requires S < l, so that a signature has one encoding. Here S
 * only shows that a signature exists: B8 has order l, so S mod l satisfies the equation, too, and
 * `verify` accepts (R8, S mod l). Nothing but the left side of the equation depends on S.
 *
 * The circuit adds 4A to both sides, because (2h + 1) · 4A is cheaper than h · 8A. If nothing is
 * signed, only the equation is waived: every other condition still holds, and any S fits.
 *
 * Inputs
 *   enabled    {Bool}    1 = the equation must hold
 *   ax, ay     {Field}   the key A
 *   r8x, r8y   {Field}   the point R8 of the signature
 *   s          {Field}   a hint for S, see ScalarMulFixed; it is in no constraint
 *   message    {Field}
 *
 * Assumes: enabled is 0 or 1.
 * Guarantees: A and R8 are on the curve, and A is not of small order; if enabled is 1, the prover
 *   knows a signature of the message by A that starts with R8.
 * Constraints: 2456
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

    signal challenge <== Poseidon(5)([r8x, r8y, ax, ay, message]);
    EdwardsPoint() key4 <== EdwardsDouble()(EdwardsDouble()(key));
    component left = EdwardsAdd();
    left.p <== ScalarMulFixed()(s);
    left.q <== key4;
    EdwardsPoint() right <== EdwardsAdd()(ScalarMulAny()(challenge, key4), r8);
    enabled * (left.sum.x - right.x) === 0;
    enabled * (left.sum.y - right.y) === 0;
}
