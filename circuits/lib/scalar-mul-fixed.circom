pragma circom 2.2.0;

include "baby-jubjub.circom";

/*
 * A multiple of BASE8, the generator of the subgroup, that the prover chooses.
 *
 * Let H = BASE8 / 2. Window i = 0 … 82 holds an odd digit d = ±1, ±3, ±5 or ±7 as the point
 * (u, v) = d · 8^i · H. Three constraints let (u, v) be only one of these eight points:
 *  - isLarge is 0 or 1: whether d is ±5 or ±7.
 *  - Given isLarge, u is a root of a quadratic polynomial: one of two coordinates.
 *  - Given isLarge and u, v² has one value, so v is that of the point or of its negative. On the
 *    four points with positive d, v² - (u + m · isLarge)² is a linear form in isLarge and u, for
 *    the m that src/generate/baby-jubjub-constants.ts finds.
 * The digits 2 k_i - 7 for the octal digits k_i of K < 2^249 add up to (2K - (2^249 - 1)) · H.
 * Two bits J choose the point (2^249 - 1) · H + J · 2^249 · BASE8. Its addition is complete, and
 * gives (K + 2^249 J) · BASE8.
 *
 * No window addition can fail, whatever the digits are: the sum of the windows below i is an odd
 * multiple c · H with |c| <= 7 (1 + 8 + … + 8^(i-1)) = 8^i - 1, and the addend is d · 8^i · H with
 * 8^i <= |d · 8^i| <= 7 · 8^i. So neither c + d · 8^i nor c - d · 8^i is 0, and both are at most
 * 8^(i+1) - 1 < 2^249 in absolute value, below the order l > 2^250 of H. Modulo l they are not 0
 * either: the addend is neither the sum nor its negative, and their u differ. To the first window
 * nothing is added: it is the first sum. Every sum is a multiple of H by an odd number below 2^249
 * in absolute value, so it is never the identity and has order l: it has coordinates with v other
 * than 0, and the last one has an Edwards form. The last addition has no exceptions.
 *
 * Thus every scalar below 2^251 has a witness, among them all below l < 2^251. Some have two,
 * because K + 2^249 J can also be the scalar plus l.
 *
 * Inputs
 *   s     {Field}   a hint: what the digits are computed from. It is in no constraint.
 * Outputs
 *   out             S · BASE8 for a number S in [0, 2^251) that the prover chooses. Honestly it is
 *                   s; for s >= 2^251, it is the lower 251 bits of s.
 *
 * Guarantees: out is in the subgroup, and the prover knows S. Nothing else is known about S.
 * Constraints: 507
 */
template ScalarMulFixed() {
    signal input s;
    output EdwardsPoint() out;

    var windows = 83;
    var points[windows][8] = BASE8_WINDOWS(); // u and v of the multiples 1, 3, 5 and 7
    var equations[windows][4] = BASE8_WINDOW_EQUATIONS();
    signal isLarge[windows];
    signal slope[windows];
    MontgomeryPoint() addends[windows], sums[windows];
    for (var i = 0; i < windows; i++) {
        var digit = (s >> (3 * i)) & 7;
        var isPositive = digit >> 2;
        var index = isPositive == 1 ? digit - 4 : 3 - digit;
        isLarge[i] <-- index >> 1;
        isLarge[i] * (isLarge[i] - 1) === 0;
        addends[i].u <-- points[i][2 * index];
        var u = addends[i].u;
        (u - points[i][0] - isLarge[i] * (points[i][4] - points[i][0]))
            * (u - points[i][2] - isLarge[i] * (points[i][6] - points[i][2])) === 0;
        addends[i].v <-- (2 * isPositive - 1) * points[i][2 * index + 1];
        var v = addends[i].v;
        var w = u + equations[i][0] * isLarge[i];
        (v - w) * (v + w)
            === equations[i][1] + equations[i][2] * isLarge[i] + equations[i][3] * u;

        if (i == 0) {
            sums[0] <== addends[0];
        } else {
            slope[i] <-- (v - sums[i - 1].v) / (u - sums[i - 1].u);
            slope[i] * (u - sums[i - 1].u) === v - sums[i - 1].v;
            sums[i].u <== slope[i] * slope[i] - BABY_JUBJUB_MONTGOMERY_A() - sums[i - 1].u - u;
            sums[i].v <== slope[i] * (sums[i - 1].u - sums[i].u) - sums[i - 1].v;
        }
    }

    var tops[4][2] = BASE8_TOPS();
    signal topBits[2];
    for (var i = 0; i < 2; i++) {
        topBits[i] <-- (s >> (3 * windows + i)) & 1;
        topBits[i] * (topBits[i] - 1) === 0;
    }
    EdwardsPoint() top;
    top.x <== tops[0][0] + topBits[0] * (tops[1][0] - tops[0][0])
        + topBits[1] * (tops[2][0] - tops[0][0]
            + topBits[0] * (tops[3][0] - tops[2][0] - tops[1][0] + tops[0][0]));
    top.y <== tops[0][1] + topBits[0] * (tops[1][1] - tops[0][1])
        + topBits[1] * (tops[2][1] - tops[0][1]
            + topBits[0] * (tops[3][1] - tops[2][1] - tops[1][1] + tops[0][1]));
    out <== EdwardsAdd()(MontgomeryToEdwards()(sums[windows - 1]), top);
}
