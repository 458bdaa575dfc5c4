pragma circom 2.1.0;

/*
 * Whether a number is zero.
 *
 * If in is not 0, the second constraint forces out to 0; if in is 0, the first forces out to 1.
 *
 * Inputs
 *   in    {Field}
 * Outputs
 *   out   {Bool}
 *
 * Constraints: 2
 */
template IsZero() {
    signal input in;
    signal output out;

    signal inverse <-- in != 0 ? 1 / in : 0;
    out <== 1 - in * inverse;
    in * out === 0;
}

/*
 * Whether two numbers are equal.
 *
 * Inputs
 *   in[2]   {Field}
 * Outputs
 *   out     {Bool}
 *
 * Constraints: 2
 */
template IsEqual() {
    signal input in[2];
    signal output out;

    signal inverse <-- in[0] != in[1] ? 1 / (in[0] - in[1]) : 0;
    out <== 1 - (in[0] - in[1]) * inverse;
    (in[0] - in[1]) * out === 0;
}
