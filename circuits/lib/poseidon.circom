/*
 * The Poseidon hash with circomlib's parameters: equal outputs, fewer rows as compiled with --O1.
 *
 * A round adds constants, raises elements to the fifth power and multiplies the state by a matrix.
 * Each S-box takes three rows:
 *     x * x = square,   square * square = quad,   quad * x = fifth.
 * The signals between rounds are the inputs x of the S-boxes, with the constants already added, and
 * `fifth` is the expression that the inverse matrix makes of the next round's inputs. So rows
 * multiply single wires, and the linear combinations stand on their right sides, where they cost a
 * Groth16 prover nothing. With `fifth` for a signal they would stand three times on left sides.
 *
 * Soundness: the matrices are invertible, so for given S-box outputs just one next state satisfies
 * the rows; what the hints (`<--`) assign can only be that state.
 */

pragma circom 2.1.0;

include "../generated/poseidon-constants.circom";

/*
 * Hashes one field element or more, as many as poseidon-constants.circom has widths for.
 *
 * inputs[nInputs] {Field}
 * out {Field}
 * Guarantees: out is `poseidon(inputs)` of src/crypto.
 * Rows, with t = nInputs + 1: 3 * (8t + POSEIDON_PARTIAL_ROUNDS(t)) - 2, one of them linear;
 *     241 for 2 inputs, 262 for 3, 298 for 4, 322 for 5, 403 for 8, 610 for 16
 */
template Poseidon(nInputs) {
    signal input inputs[nInputs];
    signal output out;

    var t = nInputs + 1;
    var constants[8][t] = POSEIDON_FULL_CONSTANTS(t);
    var mds[t][t] = POSEIDON_MDS(t);
    var inverse[t][t] = POSEIDON_MDS_INVERSE(t);
    var noConstants[t];
    component first = PoseidonFirstRound(t, constants[0], constants[1], mds, inverse);
    component second = PoseidonFullRound(t, constants[2], mds, inverse);
    component third = PoseidonFullRound(t, constants[3], mds, inverse);
    component middle = PoseidonMiddleRounds(t, POSEIDON_PARTIAL_ROUNDS(t), constants[4]);
    component fifth = PoseidonFullRound(t, constants[5], mds, inverse);
    component sixth = PoseidonFullRound(t, constants[6], mds, inverse);
    component seventh = PoseidonFullRound(t, constants[7], mds, inverse);
    component eighth = PoseidonFullRound(t, noConstants, mds, inverse);

    first.in <== inputs;
    second.in <== first.out;
    third.in <== second.out;
    middle.in <== third.out;
    fifth.in <== middle.out;
    sixth.in <== fifth.out;
    seventh.in <== sixth.out;
    eighth.in <== seventh.out;
    out <== eighth.out[0];
}

/*
 * The first full round, in which the capacity element is 0 and so its S-box a constant.
 *
 * in[t - 1] {Field}: the inputs of the hash
 * out[t] {Field}: the S-box inputs of the second round
 * Rows: 3t - 2, one of them linear
 */
template PoseidonFirstRound(t, constants, nextConstants, mds, inverse) {
    signal input in[t - 1];
    signal output out[t];

    signal square[t];
    signal quad[t];
    var x[t];
    var fifth[t];
    x[0] = constants[0];
    fifth[0] = x[0] ** 5;
    for (var i = 1; i < t; i++) {
        x[i] = in[i - 1] + constants[i];
        square[i] <== x[i] * x[i];
        quad[i] <== square[i] * square[i];
        fifth[i] = quad[i] * x[i];
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
        if (i == 0) {
            fifth[0] === sum;
        } else {
            quad[i] * x[i] === sum;
        }
    }
}

/*
 * A round with an S-box on every element.
 *
 * in[t] {Field}: its S-box inputs
 * out[t] {Field}: the S-box inputs of the next round
 * Rows: 3t
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
 * an S-box. The state between them is known as expressions of `out`, so the rows of the partial
 * rounds are stated from the last one back to the first, and those of the full round at the end.
 *
 * in[t] {Field}: the S-box inputs of the full round
 * out[t] {Field}: the S-box inputs of the next full round
 * Rows: 3 * (t + n)
 * See: deriveSchedule in src/crypto/poseidon-constants.ts for the sparse form of the rounds
 */
template PoseidonMiddleRounds(t, n, nextConstants) {
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
        var partialFifth = state[0];
        for (var i = 1; i < t; i++) {
            partialFifth -= rows[round][i - 1] * state[i];
        }
        partialFifth *= POSEIDON_CORNER_INVERSE(t);
        partialQuad[round] * partialIn[round] === partialFifth;
        state[0] = partialIn[round] - constants[round];
        for (var i = 1; i < t; i++) {
            state[i] -= columns[round][i - 1] * partialFifth;
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
 * The values that PoseidonMiddleRounds has to satisfy its rows with; states none itself.
 *
 * in[t] {Field}: the S-box inputs of the full round
 * partialIn[n] {Field}: the S-box inputs of the partial rounds
 * state[t] {Field}: the state after them
 * Rows: 0
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
