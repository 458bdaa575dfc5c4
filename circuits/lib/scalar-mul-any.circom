pragma circom 2.2.0;

include "baby-jubjub.circom";
include "bits.circom";

/*
 * The multiple (2h + 1) · P of a point P of order l or 2l, where l is the order of the subgroup.
 *
 * k = h + 12 l has 255 bits, the highest of which is always 1, and (2k + 1) · P = (2h + 1) · P.
 * 2k + 1 is written with digits s_i = ±1 for i = 0 … 255, where s_i = 1 exactly if bit i of k is 1,
 * s_255 = 1. Since s_254 = 1 as well, a sum starts with 3P, and each further digit turns it from Q
 * into 2Q + s_i P.
 *
 * A signal holds a digit as s_i · v, where v is the coordinate of P. One constraint, (s_i v)² = v²,
 * shows that s_i is a digit, and the signal is the coordinate of the point s_i P. Further
 * constraints:
 *  - The sum of all digits is v · (2k + 1) mod r, so low = k - 2^254 equals h + 12 l - 2^254 mod r.
 *  - low is compared with its bounds, so it is this number and not one that differs by r. Only the
 *    highest 128 bits are compared, with bounds rounded inwards.
 *
 * Additions: let Q = cP before a step, c odd. The step fails if c = ±1 or 2c + s_i = 0 mod l. First
 * c = 3, and before the last six digits 3 <= c < 2^250 < l - 1, so no step can fail. Later c is the
 * highest bits of 2k + 1, and a step fails only for fewer than 2^10 values of h. If h is a hash
 * with P among its inputs, nobody finds such a value, nor one that the rounding excludes.
 *
 * Inputs
 *   scalar   {Field}   h
 *   point              P
 * Outputs
 *   out                (2h + 1) · P
 *
 * Assumes: the order of point divides 2l; the scalar is a hash of the point among other things.
 * Guarantees: the order of point is neither 1 nor 2.
 * Constraints: 1598
 */
template ScalarMulAny() {
    signal input scalar;
    input EdwardsPoint() point;
    output EdwardsPoint() out;

    var n = 254;
    var half = n / 2;
    var offset = SCALAR_OFFSET();
    MontgomeryPoint() base <== EdwardsToMontgomery()(point);

    // low is computed in two halves, because it can exceed r.
    var mask = (1 << half) - 1;
    var lowHalf = (scalar & mask) + (offset & mask);
    var highHalf = (scalar >> half) + (offset >> half) + (lowHalf >> half);
    signal vv <== base.v * base.v;
    signal signedV[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        var bit = i < half ? (lowHalf >> i) & 1 : (highHalf >> (i - half)) & 1;
        signedV[i] <-- bit == 1 ? base.v : -base.v;
        signedV[i] * signedV[i] === vv;
        sum += signedV[i] * (1 << i);
    }
    base.v * (2 * scalar + 2 * offset + 1 - 2 ** n) === sum;

    var compared = 128;
    component below = AssertAtMost(compared, SCALAR_TOP_MAXIMUM(), -1, 1);
    component above = AssertAtMost(compared, 2 ** compared - 1 - SCALAR_TOP_MINIMUM(), 1, -1);
    for (var i = 0; i < compared; i++) {
        below.bits[i] <== signedV[n - compared + i];
        above.bits[i] <== signedV[n - compared + i];
    }
    below.scale <== base.v;
    above.scale <== base.v;

    MontgomeryPoint() double <== MontgomeryDouble()(base);
    MontgomeryPoint() sums[n + 1];
    component step[n];
    sums[n] <== MontgomeryAdd()(double, base);
    for (var i = n - 1; i >= 0; i--) {
        step[i] = MontgomeryDoubleAdd();
        step[i].p <== sums[i + 1];
        step[i].q.u <== base.u;
        step[i].q.v <== signedV[i];
        sums[i] <== step[i].sum;
    }
    out <== MontgomeryToEdwards()(sums[0]);
}
