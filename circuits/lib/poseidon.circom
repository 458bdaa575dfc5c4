/*
 * The Poseidon hash with circomlib's parameters. With --O1 it takes as many constraints as
 * circomlib's own with --O2.
 *
 * A round adds constants, raises elements to the fifth power and multiplies the state by a matrix.
 * Each S-box takes three constraints:
 *     x * x = square,   square * square = quad,   quad * x = fifth.
 * The signals between rounds are the inputs x of the S-boxes, with the constants already added;
 * `fifth` is a linear expression in the next round's inputs, by the inverse matrix. So every
 * product is of single wires, and the linear combinations are on the right sides, where they cost a
 * Groth16 prover nothing. If `fifth` were a signal, they would be on left sides three times.
 *
 * Soundness: the matrices are invertible, so exactly one next state satisfies the constraints for
 * given S-box outputs; a hint (`<--`) can assign no other.
 */
pragma circom 2.1.0;

include "../generated/poseidon-constants.circom";

/*
 * Hashes nInputs field elements, where poseidon-constants.circom has constants for that width.
 *
 * Inputs
 *   inputs[nInputs]   {Field}
 * Outputs
 *   out               {Field}   `poseidon(inputs)` of src/crypto
 *
 * Constraints: with t = nInputs + 1, 3 * (8t - 1 + POSEIDON_PARTIAL_ROUNDS(t)), none of them
 *   linear: 240 for 2 inputs, 261 for 3, 297 for 4, 321 for 5, 402 for 8, 609 for 16
 */
template Poseidon(nInputs) {
    signal input inputs[nInputs];
    signal output out;

    var t = nInputs + 1;
    signal state[nInputs] <== PoseidonFirstRound(t)(inputs);
    out <== PoseidonOtherRounds(t)(state);
}

/*
 * The first full round. The capacity element is 0, so the output of its S-box is a constant, and
 * the first element of the state after the round is a linear expression in the others.
 *
 * Inputs
 *   in[t - 1]    {Field}   the inputs of the hash
 * Outputs
 *   out[t - 1]   {Field}   the state after the round, without its first element
 *
 * Constraints: 3 * (t - 1)
 */
template PoseidonFirstRound(t) {
    signal input in[t - 1];
    signal output out[t - 1];

    var constants[8][t] = POSEIDON_FULL_CONSTANTS(t);
    var mds[t][t] = POSEIDON_MDS(t);
    var inverse[t][t] = POSEIDON_MDS_INVERSE(t);
    signal square[t];
    signal quad[t];
    var x[t];
    var fifth[t];
    fifth[0] = constants[0][0] ** 5;
    for (var i = 1; i < t; i++) {
        x[i] = in[i - 1] + constants[0][i];
        square[i] <== x[i] * x[i];
        quad[i] <== square[i] * square[i];
        fifth[i] = quad[i] * x[i];
    }
    var state[t];
    state[0] = fifth[0];
    for (var i = 1; i < t; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += mds[i][j] * fifth[j];
        }
        out[i - 1] <-- sum;
        state[i] = out[i - 1];
        state[0] -= inverse[0][i] * state[i];
    }
    state[0] *= POSEIDON_SCHUR_COMPLEMENT(t);
    for (var i = 1; i < t; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += inverse[i][j] * state[j];
        }
        quad[i] * x[i] === sum;
    }
}

/*
 * All rounds but the first.
 *
 * Inputs
 *   in[t - 1]   {Field}   the state after the first round, without its first element
 * Outputs
 *   out         {Field}   the hash
 *
 * Constraints: 3 * (7t + POSEIDON_PARTIAL_ROUNDS(t))
 */
template PoseidonOtherRounds(t) {
    signal input in[t - 1];
    signal output out;

    var constants[8][t] = POSEIDON_FULL_CONSTANTS(t);
    var mds[t][t] = POSEIDON_MDS(t);
    var inverse[t][t] = POSEIDON_MDS_INVERSE(t);
    var noConstants[t];
    component second = PoseidonSecondRound(t, constants, mds, inverse);
    component third = PoseidonFullRound(t, constants[3], mds, inverse);
    component middle = PoseidonMiddleRounds(
        t, POSEIDON_PARTIAL_ROUNDS(t), constants[4], inverse
    );
    component fifth = PoseidonFullRound(t, constants[5], mds, inverse);
    component sixth = PoseidonFullRound(t, constants[6], mds, inverse);
    component seventh = PoseidonFullRound(t, constants[7], mds, inverse);
    component eighth = PoseidonFullRound(t, noConstants, mds, inverse);

    second.in <== in;
    third.in <== second.out;
    middle.in <== third.out;
    fifth.in <== middle.out;
    sixth.in <== fifth.out;
    seventh.in <== sixth.out;
    eighth.in <== seventh.out;
    out <== eighth.out[0];
}

/*
 * The second full round.
 *
 * Inputs
 *   in[t - 1]   {Field}   the state after the first round, without its first element
 * Outputs
 *   out[t]      {Field}   the S-box inputs of the third round
 *
 * Constraints: 3t
 */
template PoseidonSecondRound(t, constants, mds, inverse) {
    signal input in[t - 1];
    signal output out[t];

    signal square[t];
    signal quad[t];
    var x[t];
    var fifth[t];
    x[0] = constants[0][0] ** 5;
    for (var i = 1; i < t; i++) {
        x[0] -= inverse[0][i] * in[i - 1];
        x[i] = in[i - 1] + constants[1][i];
    }
    x[0] = x[0] * POSEIDON_SCHUR_COMPLEMENT(t) + constants[1][0];
    for (var i = 0; i < t; i++) {
        square[i] <== x[i] * x[i];
        quad[i] <== square[i] * square[i];
        fifth[i] = quad[i] * x[i];
    }
    for (var i = 0; i < t; i++) {
        var sum = constants[2][i];
        for (var j = 0; j < t; j++) {
            sum += mds[i][j] * fifth[j];
        }
        out[i] <-- sum;
    }
    for (var i = 0; i < t; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += inverse[i][j] * (out[j] - constants[2][j]);
        }
        quad[i] * x[i] === sum;
    }
}

/*
 * A round with an S-box on every element.
 *
 * Inputs
 *   in[t]    {Field}   its S-box inputs
 * Outputs
 *   out[t]   {Field}   the S-box inputs of the next round
 *
 * Constraints: 3t
 */
template PoseidonFullRound(t, nextConstants, mds, inverse) {
    signal input in[t];
    signal output out[t];

    signal square[t];
    signal quad[t];
    var fifth[t];
    for (var i = 0; i < t; i++) {
        square[i] <== in[i] * in[i];
        quad[i] <== square[i] * square[i];
        fifth[i] = quad[i] * in[i];
    }
    for (var i = 0; i < t; i++) {
        var sum = nextConstants[i];
        for (var j = 0; j < t; j++) {
            sum += mds[i][j] * fifth[j];
        }
        out[i] <-- sum;
    }
    for (var i = 0; i < t; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += inverse[i][j] * (out[j] - nextConstants[j]);
        }
        quad[i] * in[i] === sum;
    }
}

/*
 * The fourth full round and the n partial rounds after it, in which only the first element passes
 * an S-box. The state between rounds is a linear expression in `out`, so the template states the
 * constraints of the partial rounds from the last to the first, and then those of the full round.
 *
 * Inputs
 *   in[t]    {Field}   the S-box inputs of the full round
 * Outputs
 *   out[t]   {Field}   the S-box inputs of the next full round
 *
 * Constraints: 3 * (t + n)
 * See: `deriveSchedule` in src/crypto/poseidon-constants.ts for the sparse form of the rounds
 */
template PoseidonMiddleRounds(t, n, nextConstants, inverse) {
    signal input in[t];
    signal output out[t];

    var constants[n] = POSEIDON_PARTIAL_CONSTANTS(t);
    var rows[n][t - 1] = POSEIDON_ROWS(t);
    var columns[n][t - 1] = POSEIDON_COLUMNS(t);
    var bridgeInverse[t][t] = POSEIDON_BRIDGE_INVERSE(t);
    component hints = PoseidonMiddleHints(t, n);
    hints.in <== in;

    signal square[t];
    signal quad[t];
    for (var i = 0; i < t; i++) {
        square[i] <== in[i] * in[i];
        quad[i] <== square[i] * square[i];
    }
    signal partialIn[n] <== hints.partialIn;
    signal partialSquare[n];
    signal partialQuad[n];
    for (var round = 0; round < n; round++) {
        partialSquare[round] <== partialIn[round] * partialIn[round];
        partialQuad[round] <== partialSquare[round] * partialSquare[round];
    }

    var state[t];
    for (var i = 0; i < t; i++) {
        out[i] <-- hints.state[i] + nextConstants[i];
        state[i] = out[i] - nextConstants[i];
    }
    for (var round = n - 1; round >= 0; round--) {
        var fifth = state[0];
        for (var i = 1; i < t; i++) {
            fifth -= rows[round][i - 1] * state[i];
        }
        fifth *= inverse[0][0];
        partialQuad[round] * partialIn[round] === fifth;
        state[0] = partialIn[round] - constants[round];
        for (var i = 1; i < t; i++) {
            state[i] -= columns[round][i - 1] * fifth;
        }
    }
    for (var i = 0; i < t; i++) {
        var sum = 0;
        for (var j = 0; j < t; j++) {
            sum += bridgeInverse[i][j] * state[j];
        }
        quad[i] * in[i] === sum;
    }
}

/*
 * Hints for PoseidonMiddleRounds: values that satisfy its constraints.
 *
 * Inputs
 *   in[t]          {Field}   the S-box inputs of the full round
 * Outputs
 *   partialIn[n]   {Field}   the S-box inputs of the partial rounds
 *   state[t]       {Field}   the state after them
 *
 * Guarantees: nothing; the caller constrains the values.
 * Constraints: 0
 */
template PoseidonMiddleHints(t, n) {
    signal input in[t];
    signal output partialIn[n];
    signal output state[t];

    var bridge[t][t] = POSEIDON_BRIDGE(t);
    var constants[n] = POSEIDON_PARTIAL_CONSTANTS(t);
    var rows[n][t - 1] = POSEIDON_ROWS(t);
    var columns[n][t - 1] = POSEIDON_COLUMNS(t);

    var current[t];
    for (var j = 0; j < t; j++) {
        var fifth = (in[j] * in[j]) * (in[j] * in[j]) * in[j];
        for (var i = 0; i < t; i++) {
            current[i] += bridge[i][j] * fifth;
        }
    }
    for (var round = 0; round < n; round++) {
        var x = current[0] + constants[round];
        var fifth = (x * x) * (x * x) * x;
        partialIn[round] <-- x;
        current[0] = POSEIDON_CORNER(t) * fifth;
        for (var i = 1; i < t; i++) {
            current[0] += rows[round][i - 1] * current[i];
            current[i] += columns[round][i - 1] * fifth;
        }
    }
    state <-- current;
}
