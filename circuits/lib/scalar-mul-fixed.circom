pragma circom 2.2.0;

include "baby-jubjub.circom";

/*
 * A multiple of BASE8, the generator of the subgroup.
 *
 * Let H = BASE8 / 2. Two bits K at 4^i represent the odd multiple (2K - 3) · 4^i · H, with a factor
 * of ±1 or ±3; its u and v are linear in the bits and their product. The windows add up to
 * (2S - (4^125 - 1)) · H for the number S in the lower 250 bits. One complete addition at the end
 * adds the rest of S · BASE8 and the highest bit.
 *
 * No window addition can fail: the sum below 4^i is an odd multiple of H by less than 4^i in
 * absolute value, and the addend a multiple by at least 4^i. Their sum and difference are therefore
 * multiples by a number other than 0 and less than 4^125 in absolute value, which is below the
 * order l. For the same reason the Edwards form has the last sum.
 *
 * Inputs
 *   bits[251]   {Bool}   the least significant bit first
 * Outputs
 *   out                  bits · BASE8
 *
 * Assumes: the bits are 0 or 1; the number may be l or more.
 * Constraints: 509, of which 4 are linear
 */
template ScalarMulFixed() {
    signal input bits[251];
    output EdwardsPoint() out;

    var windows = 125;
    var table[windows][4] = BASE8_WINDOWS();
    signal both[windows];
    signal slope[windows];
    MontgomeryPoint() sums[windows];
    for (var i = 0; i < windows; i++) {
        both[i] <== bits[2 * i] * bits[2 * i + 1];
        var isThree = 2 * both[i] - bits[2 * i] - bits[2 * i + 1] + 1;
        var u = table[i][0] + isThree * (table[i][2] - table[i][0]);
        var v = table[i][1] * (bits[2 * i + 1] - bits[2 * i])
            + table[i][3] * (bits[2 * i + 1] + bits[2 * i] - 1);
        if (i == 0) {
            sums[0].u <== u;
            sums[0].v <== v;
        } else {
            slope[i] <-- (v - sums[i - 1].v) / (u - sums[i - 1].u);
            slope[i] * (u - sums[i - 1].u) === v - sums[i - 1].v;
            sums[i].u <== slope[i] * slope[i] - BABY_JUBJUB_MONTGOMERY_A() - sums[i - 1].u - u;
            sums[i].v <== slope[i] * (sums[i - 1].u - sums[i].u) - sums[i - 1].v;
        }
    }

    var tops[2][2] = BASE8_TOPS();
    EdwardsPoint() top;
    top.x <== tops[0][0] + bits[250] * (tops[1][0] - tops[0][0]);
    top.y <== tops[0][1] + bits[250] * (tops[1][1] - tops[0][1]);
    out <== EdwardsAdd()(MontgomeryToEdwards()(sums[windows - 1]), top);
}
