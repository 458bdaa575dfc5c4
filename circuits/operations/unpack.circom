pragma circom 2.1.0;

include "../generated/protocol.circom";
include "../lib/bits.circom";

/*
 * Unpacks a decimal floating point number, mantissa · 10^exponent.
 *
 * Inputs
 *   packed   {Field}   the mantissa in the high bits, the exponent in the low ones
 * Outputs
 *   value    {Field}   below 2^mantissaBits · 10^(2^exponentBits)
 *
 * Guarantees: packed is below 2^(mantissaBits + exponentBits).
 * Constraints: 46 for Unpack(35, 5)
 */
template Unpack(mantissaBits, exponentBits) {
    signal input packed;
    signal output value;

    signal bits[exponentBits + mantissaBits] <== ToBits(exponentBits + mantissaBits)(packed);
    var mantissa = 0;
    for (var i = 0; i < mantissaBits; i++) {
        mantissa += bits[exponentBits + i] * (1 << i);
    }

    // 10^exponent is the product of 10^(2^i) over the bits i that are set.
    signal steps[exponentBits];
    var scaled = mantissa;
    var power = PACKED_BASE();
    for (var i = 0; i < exponentBits; i++) {
        steps[i] <== scaled * (1 + bits[i] * (power - 1));
        scaled = steps[i];
        power *= power;
    }
    value <== scaled;
}
