pragma circom 2.1.0;

template Square() {
    signal input in;
    signal output out;

    out <== in * in;
}
