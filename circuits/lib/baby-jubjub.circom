pragma circom 2.2.0;

include "../generated/baby-jubjub-constants.circom";

/* A point of a x² + y² = 1 + d x² y². Addition is complete: it is valid for every two points. */
bus EdwardsPoint() {
    signal x;   // {Field}
    signal y;   // {Field}
}

/*
 * A point of v² = u³ + A u² + u: the same curve with u = (1 + y) / (1 - y), v = u / x.
 *
 * Addition takes half the constraints of the Edwards form, but is unsound where the denominator of
 * a slope is 0: the slope is then a free signal. Callers must show that this cannot happen.
 */
bus MontgomeryPoint() {
    signal u;   // {Field}
    signal v;   // {Field}
}

/*
 * Asserts the equation of the curve.
 *
 * Inputs
 *   point
 *
 * Guarantees: point is on the curve.
 * Constraints: 3
 */
template AssertOnCurve() {
    input EdwardsPoint() point;

    signal xx <== point.x * point.x;
    signal yy <== point.y * point.y;
    BABY_JUBJUB_D() * xx * yy === BABY_JUBJUB_A() * xx + yy - 1;
}

/*
 * The sum of two points, equal or not.
 *
 * Inputs
 *   p, q
 * Outputs
 *   sum
 *
 * Assumes: p and q are on the curve; then no denominator is 0, because a is a square and d is not.
 * Constraints: 6
 */
template EdwardsAdd() {
    input EdwardsPoint() p, q;
    output EdwardsPoint() sum;

    var a = BABY_JUBJUB_A();
    var d = BABY_JUBJUB_D();
    signal xy <== p.x * q.y;
    signal yx <== p.y * q.x;
    signal xyxy <== xy * yx;
    signal product <== (p.y - a * p.x) * (q.x + q.y);
    var numerator = product - yx + a * xy; // y y' - a x x'

    sum.x <-- (xy + yx) / (1 + d * xyxy);
    sum.x * (1 + d * xyxy) === xy + yx;
    sum.y <-- numerator / (1 - d * xyxy);
    sum.y * (1 - d * xyxy) === numerator;
}

/*
 * The double of a point.
 *
 * Inputs
 *   point
 * Outputs
 *   double
 *
 * Assumes: point is on the curve, so that a x² + y² can be written as 1 + d (x y)².
 * Constraints: 5
 */
template EdwardsDouble() {
    input EdwardsPoint() point;
    output EdwardsPoint() double;

    signal xx <== point.x * point.x;
    signal xy <== point.x * point.y;
    signal xyxy <== xy * xy;
    var denominator = 1 + BABY_JUBJUB_D() * xyxy;
    var difference = denominator - 2 * BABY_JUBJUB_A() * xx; // y² - a x²

    double.x <-- 2 * xy / denominator;
    double.x * denominator === 2 * xy;
    double.y <-- difference / (2 - denominator);
    double.y * (2 - denominator) === difference;
}

/*
 * Converts a point to the Montgomery form; has no solution for points of order 1 and 2.
 *
 * Inputs
 *   edwards
 * Outputs
 *   montgomery
 *
 * Assumes: edwards is on the curve.
 * Guarantees: edwards is neither (0, 1) nor (0, -1), the only points with x = 0.
 * Constraints: 3
 */
template EdwardsToMontgomery() {
    input EdwardsPoint() edwards;
    output MontgomeryPoint() montgomery;

    signal inverse <-- 1 / edwards.x;
    edwards.x * inverse === 1;
    montgomery.u <-- (1 + edwards.y) / (1 - edwards.y);
    montgomery.u * (1 - edwards.y) === 1 + edwards.y;
    montgomery.v <== montgomery.u * inverse;
}

/*
 * Converts a point to the Edwards form.
 *
 * Inputs
 *   montgomery
 * Outputs
 *   edwards
 *
 * Assumes: montgomery is on the curve and not (0, 0); no point has the coordinate u = -1.
 * Constraints: 2
 */
template MontgomeryToEdwards() {
    input MontgomeryPoint() montgomery;
    output EdwardsPoint() edwards;

    edwards.x <-- montgomery.u / montgomery.v;
    edwards.x * montgomery.v === montgomery.u;
    edwards.y <-- (montgomery.u - 1) / (montgomery.u + 1);
    edwards.y * (montgomery.u + 1) === montgomery.u - 1;
}

/*
 * The sum of two points.
 *
 * Inputs
 *   p, q
 * Outputs
 *   sum
 *
 * Assumes: p and q are on the curve, and p is neither q nor -q.
 * Constraints: 3
 */
template MontgomeryAdd() {
    input MontgomeryPoint() p, q;
    output MontgomeryPoint() sum;

    signal slope <-- (q.v - p.v) / (q.u - p.u);
    slope * (q.u - p.u) === q.v - p.v;
    sum.u <== slope * slope - BABY_JUBJUB_MONTGOMERY_A() - p.u - q.u;
    sum.v <== slope * (p.u - sum.u) - p.v;
}

/*
 * The double of a point.
 *
 * Inputs
 *   point
 * Outputs
 *   double
 *
 * Assumes: point is on the curve and not (0, 0).
 * Constraints: 4
 */
template MontgomeryDouble() {
    input MontgomeryPoint() point;
    output MontgomeryPoint() double;

    var a = BABY_JUBJUB_MONTGOMERY_A();
    signal uu <== point.u * point.u;
    var derivative = 3 * uu + 2 * a * point.u + 1;
    signal slope <-- derivative / (2 * point.v);
    slope * (2 * point.v) === derivative;
    double.u <== slope * slope - a - 2 * point.u;
    double.v <== slope * (point.u - double.u) - point.v;
}

/*
 * The sum 2p + q, computed as (p + q) + p without the v of p + q.
 *
 * Inputs
 *   p, q
 * Outputs
 *   sum
 *
 * Assumes: p and q are on the curve, and p is neither q nor -q.
 * Guarantees: sum = 2p + q; there is no solution if that is the identity.
 * Constraints: 5
 */
template MontgomeryDoubleAdd() {
    input MontgomeryPoint() p, q;
    output MontgomeryPoint() sum;

    var a = BABY_JUBJUB_MONTGOMERY_A();
    signal slope <-- (q.v - p.v) / (q.u - p.u);
    slope * (q.u - p.u) === q.v - p.v;
    signal middleU <== slope * slope - a - p.u - q.u;
    // nextSlope is the slope of the line through p + q and p. That line passes through p exactly if
    // slope + nextSlope = 2 v / (u - middleU).
    signal nextSlope <-- 2 * p.v / (p.u - middleU) - slope;
    (slope + nextSlope) * (p.u - middleU) === 2 * p.v;
    sum.u <== nextSlope * nextSlope - a - middleU - p.u;
    sum.v <== nextSlope * (p.u - sum.u) - p.v;
}
