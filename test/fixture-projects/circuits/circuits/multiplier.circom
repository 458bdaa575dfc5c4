pragma circom 2.1.0;

include "lib/square.circom";

template Multiplier() {
    signal input a;
    signal input b[2];
    signal output product;

    signal square <== Square()(a);
    signal partial <== square * b[0];
    product <== partial * b[1];
}

component main {public [b]} = Multiplier();
