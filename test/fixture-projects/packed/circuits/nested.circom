pragma circom 2.2.0;

bus Point {
    signal x;
    signal y[2];
}

// Inputs nested in every way: their generated types have to compile.
template Nested() {
    signal input grid[2][3];
    input Point points[2][2];
    signal output product;

    product <== grid[1][2] * points[1][0].y[1];
}

component main = Nested();
