/**
 * A smooth curve through points that never descends where the points do not: piecewise cubic, with the slopes of
 * Fritsch and Butland (A method for constructing local monotone piecewise cubic interpolants, SIAM J. Sci. Stat.
 * Comput. 5, 1984). Behind the last point it stays flat; before the first it has that point's value.
 *
 * `points` are `[x, y]` with x strictly ascending and y not descending; at least two of them.
 *
 * @example
 * monotoneCurve([[0, 0], [1, 1], [2, 2]])(0.5) // => 0.5
 */
export function monotoneCurve(points: readonly (readonly [number, number])[]): (x: number) => number {
  const x = points.map((point) => point[0]);
  const y = points.map((point) => point[1]);
  const last = x.length - 1;
  const width = (i: number) => x[i + 1]! - x[i]!;
  const rise = (i: number) => (y[i + 1]! - y[i]!) / width(i);
  const slope = x.map((_, i) => {
    if (last === 1) return rise(0);
    if (i === 0) return endSlope(width(0), width(1), rise(0), rise(1));
    if (i === last) return endSlope(width(last - 1), width(last - 2), rise(last - 1), rise(last - 2));
    return innerSlope(width(i - 1), width(i), rise(i - 1), rise(i));
  });
  return (at) => {
    if (at <= x[0]!) return y[0]!;
    if (at >= x[last]!) return y[last]!;
    let i = 0;
    while (x[i + 1]! <= at) i += 1;
    const h = width(i);
    const s = (at - x[i]!) / h;
    const r = 1 - s;
    return (
      r * r * (1 + 2 * s) * y[i]! +
      s * s * (1 + 2 * r) * y[i + 1]! +
      h * s * r * (r * slope[i]! - s * slope[i + 1]!)
    );
  };
}

/** Weighted harmonic mean of the two rises: 0 as soon as one of them is, so that flat stays flat. */
function innerSlope(left: number, right: number, riseLeft: number, riseRight: number): number {
  if (riseLeft === 0 || riseRight === 0) return 0;
  const weightLeft = 2 * right + left;
  const weightRight = right + 2 * left;
  return (weightLeft + weightRight) / (weightLeft / riseLeft + weightRight / riseRight);
}

/** Slope at an end from the parabola through three points, held within what keeps the cubic monotone. */
function endSlope(near: number, far: number, riseNear: number, riseFar: number): number {
  const parabola = ((2 * near + far) * riseNear - near * riseFar) / (near + far);
  return Math.min(Math.max(parabola, 0), 3 * riseNear);
}
