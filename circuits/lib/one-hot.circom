pragma circom 2.1.0;

/*
 * Converts an index to one flag per value, of which exactly one is set.
 *
 * Inputs
 *   index      {Field}
 * Outputs
 *   flags[n]   {Bool}   flags[i] = 1 exactly for i = index
 *
 * Guarantees: index is in [0, n).
 * Constraints: 11 for OneHot(9)
 */
template OneHot(n) {
    signal input index;
    signal output flags[n];

    var flagSum = 0;
    var indexSum = 0;
    for (var i = 0; i < n; i++) {
        flags[i] <-- i == index ? 1 : 0;
        flags[i] * (flags[i] - 1) === 0;
        flagSum += flags[i];
        indexSum += i * flags[i];
    }
    flagSum === 1;
    indexSum === index;
}
