import { lusolve } from 'mathjs';

/** A parameter of a fit. */
export interface FitParameter {
  name: string;
  bounds: readonly [number, number];
  /** Step of the difference quotients, in the parameter's own unit. */
  step: number;
}

export interface LeastSquaresResult {
  values: number[];
  residuals: number[];
  /** d residual / d parameter, by residual. */
  jacobian: number[][];
  cost: number;
  iterations: number;
  /** Whether the last step changed the cost by less than the tolerance. */
  converged: boolean;
}

/** What is minimised: half the sum of squares of these. */
export type Residuals = (values: readonly number[]) => number[];

/**
 * Bounded least squares by Levenberg and Marquardt's method: steps are damped until they lower the cost, and clipped
 * to the bounds; a parameter that lies on a bound and would be pushed out is left out of that step.
 *
 * @example
 * const doubled = ([x]) => [2 * x - 4];
 * leastSquares([{ name: 'x', bounds: [-9, 9], step: 1 }], [0], doubled).values // => [2], nearly
 */
export function leastSquares(
  parameters: readonly FitParameter[],
  start: readonly number[],
  residualsOf: Residuals,
  options: {
    maxIterations?: number;
    tolerance?: number;
  } = {},
): LeastSquaresResult {
  const { maxIterations = 20, tolerance = 3e-4 } = options;
  let values = clip(parameters, start);
  let residuals = residualsOf(values);
  let cost = costOf(residuals);
  let damping = 1e-2;
  let jacobian: number[][] = [];
  for (let iteration = 1; ; iteration++) {
    jacobian = differences(parameters, values, residuals, residualsOf);
    let improved = 0;
    while (improved === 0 && damping < 1e6) {
      const trial = clip(parameters, plus(values, stepOf(parameters, values, residuals, jacobian, damping)));
      const trialResiduals = residualsOf(trial);
      const trialCost = costOf(trialResiduals);
      if (trialCost < cost) {
        improved = (cost - trialCost) / cost;
        values = trial;
        residuals = trialResiduals;
        cost = trialCost;
        damping = Math.max(damping / 5, 1e-6);
      } else damping *= 4;
    }
    const converged = improved < tolerance;
    if (converged || iteration >= maxIterations) {
      return { values, residuals, jacobian, cost, iterations: iteration, converged };
    }
    damping = Math.min(damping, 1e3);
  }
}

/**
 * The damped Gauss-Newton step for residuals r and Jacobian J: (J'J + damping diag(J'J)) step = -J'r.
 *
 * @example
 * // one parameter, residual 2x - 4 at x = 0
 * stepOf([{ name: 'x', bounds: [-9, 9], step: 1 }], [0], [-4], [[2]], 0) // => [2]
 */
export function stepOf(
  parameters: readonly FitParameter[],
  values: readonly number[],
  residuals: readonly number[],
  jacobian: readonly (readonly number[])[],
  damping: number,
): number[] {
  const gradient = parameters.map((_, j) => residuals.reduce((sum, r, i) => sum + jacobian[i]![j]! * r, 0));
  const free = parameters
    .map((_, j) => j)
    .filter((j) => {
      const [low, high] = parameters[j]!.bounds;
      const curvature = jacobian.reduce((sum, row) => sum + row[j]! * row[j]!, 0);
      const pushedOut = (values[j]! <= low && gradient[j]! > 0) || (values[j]! >= high && gradient[j]! < 0);
      return curvature > 0 && !pushedOut;
    });
  const step = parameters.map(() => 0);
  if (free.length === 0) return step;
  // In units of each parameter's own effect: they differ by fifteen powers of ten as they are.
  const scale = free.map((j) => Math.sqrt(jacobian.reduce((sum, row) => sum + row[j]! * row[j]!, 0)));
  const normal = free.map((j, p) =>
    free.map((k, q) => {
      if (p === q) return 1 + damping + leastRidge;
      return jacobian.reduce((sum, row) => sum + (row[j]! / scale[p]!) * (row[k]! / scale[q]!), 0);
    }),
  );
  const solution = lusolve(
    normal,
    free.map((j, p) => -gradient[j]! / scale[p]!),
  ) as number[][];
  free.forEach((j, place) => (step[j] = solution[place]![0]! / scale[place]!));
  return step;
}

/** Keeps the equations solvable where two parameters do the same. */
const leastRidge = 1e-9;

/**
 * Values moved into their bounds.
 *
 * @example
 * clip([{ name: 'x', bounds: [0, 1], step: 1 }], [1.5]) // => [1]
 */
export function clip(parameters: readonly FitParameter[], values: readonly number[]): number[] {
  return values.map((value, j) => {
    const [low, high] = parameters[j]!.bounds;
    return Math.min(high, Math.max(low, value));
  });
}

function differences(
  parameters: readonly FitParameter[],
  values: readonly number[],
  residuals: readonly number[],
  residualsOf: Residuals,
): number[][] {
  const columns = parameters.map(({ bounds, step }, j) => {
    // Towards the inside, so that the quotient is taken where the model is defined.
    const signed = values[j]! + step > bounds[1] ? -step : step;
    const there = residualsOf(values.map((value, k) => (k === j ? value + signed : value)));
    return there.map((r, i) => (r - residuals[i]!) / signed);
  });
  return residuals.map((_, i) => columns.map((column) => column[i]!));
}

function plus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, j) => value + b[j]!);
}

function costOf(residuals: readonly number[]): number {
  return residuals.reduce((sum, r) => sum + r * r, 0) / 2;
}
