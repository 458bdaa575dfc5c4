pragma circom 2.1.0;

/*
 * Decomposes a number into bits. It is a range check if the bits are not used.
 *
 * Inputs
 *   in       {Field}
 * Outputs
 *   out[n]   {Bool}   the least significant bit first
 *
 * Assumes: n <= 253, so that different numbers below 2^n are different field elements.
 * Guarantees: in is in [0, 2^n), and out holds its bits.
 * Constraints: n + 1, one of them linear
 */
template ToBits(n) {
    assert(n <= 253);
    signal input in;
    signal output out[n];

    // Shifts, because a witness generator computes 2 ** i by 256 squarings.
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * (1 << i);
    }
    sum === in;
}

/*
 * Asserts that a number, given in bits, is at most a constant.
 *
 * Both are read from the highest bit. The number exceeds the constant exactly if it has all ones of
 * the constant down to some bit, and then a one where the constant has a zero. So for each run of
 * zeros of the constant: (ones missing above the run = 0) implies (ones within the run = 0). Such
 * an implication between two counts is one constraint, missing * hint = extra.
 *
 * The bits may be scaled: a signal represents 0 by `zero * scale` and 1 by `one * scale`. If `zero`
 * and `one` are exchanged, the complement of the number is compared.
 *
 * Inputs
 *   bits[n]   {Field}   the least significant bit first
 *   scale     {Field}
 *
 * Assumes: every bit is zero * scale or one * scale, zero != one, and scale is not 0.
 * Guarantees: the number is at most the constant.
 * Constraints: one for each run of zeros in the n bits of the constant
 */
template AssertAtMost(n, maximum, zero, one) {
    assert(n <= 253);
    signal input bits[n];
    signal input scale;

    signal hints[n];
    var missing = 0;
    var extra = 0;
    for (var i = n - 1; i >= 0; i--) {
        if (((maximum >> i) & 1) == 1) {
            missing += one * scale - bits[i];
        } else {
            extra += bits[i] - zero * scale;
            var isEndOfRun = i == 0 ? 1 : (maximum >> (i - 1)) & 1;
            if (isEndOfRun == 1) {
                hints[i] <-- missing == 0 ? 0 : extra / missing;
                missing * hints[i] === extra;
                extra = 0;
            }
        }
    }
}
