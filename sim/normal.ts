const SQRT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * The standard normal distribution function, the probability of a value up to `z`; NaN gives NaN.
 *
 * Near the middle it sums the series phi(z) (z + z^3/3 + z^5/(3 5) + ...), whose terms all have one sign; in the tails
 * it evaluates Laplace's continued fraction, so that small probabilities keep their digits (Abramowitz and Stegun,
 * 26.2.11 and 26.2.14). The relative error is below 1e-13 down to z = -37.
 *
 * @example
 * normalCdf(0); // => 0.5
 * normalCdf(1.959963984540054).toFixed(12); // => '0.975000000000'
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  const distance = Math.abs(z);
  if (distance > 39) return z > 0 ? 1 : 0;
  const density = Math.exp(-0.5 * z * z) / SQRT_TWO_PI;
  if (distance < 2.5) {
    let term = z;
    let sum = z;
    for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = distance;
  for (let n = 100; n >= 1; n--) fraction = distance + n / fraction;
  const tail = density / fraction;
  return z > 0 ? 1 - tail : tail;
}

// Wichura's rational approximations, lowest power first: the middle |p - 1/2| <= 0.425, the near and the far tail.
const MIDDLE = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const MIDDLE_BELOW = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
  39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
];
const NEAR = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
];
const NEAR_BELOW = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const FAR = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
  0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const FAR_BELOW = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) value = value * x + coefficients[i]!;
  return value;
}

/**
 * The value that a standard normal variable stays below with probability `p`, the inverse of `normalCdf`. It is
 * monotone in `p`; 0 gives -Infinity, 1 gives Infinity. Relative error about 1e-15 (M. J. Wichura, Algorithm AS 241,
 * Applied Statistics 37, 1988). Throws a RangeError outside [0, 1].
 *
 * @example
 * normalQuantile(0.975).toFixed(12); // => '1.959963984540'
 * normalQuantile(0.5); // => 0
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p = ${p}: a probability lies in [0, 1]`);
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  const fromMiddle = p - 0.5;
  if (Math.abs(fromMiddle) <= 0.425) {
    const x = 0.180625 - fromMiddle * fromMiddle;
    return (fromMiddle * polynomial(MIDDLE, x)) / polynomial(MIDDLE_BELOW, x);
  }
  const tail = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const size =
    tail <= 5
      ? polynomial(NEAR, tail - 1.6) / polynomial(NEAR_BELOW, tail - 1.6)
      : polynomial(FAR, tail - 5) / polynomial(FAR_BELOW, tail - 5);
  return fromMiddle < 0 ? -size : size;
}
