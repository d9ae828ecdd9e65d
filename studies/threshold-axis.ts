import { findProfile, findStack } from '../scenario/catalog.js';
import { didYouMean } from '../scenario/did-you-mean.js';
import { assignFlag, FLAGS, pathOf } from '../scenario/flags.js';
import type { Grid } from '../scenario/constant-rules.js';
import { fieldAt } from '../scenario/fields.js';
import { InputError, showValue } from '../scenario/input-error.js';
import type { Assignment, Layer } from '../scenario/merge.js';
import { measureOfConstant } from '../scenario/parameters.js';
import { parsePath } from '../scenario/path-syntax.js';
import { formatQuantity, readQuantity, type Dimension } from '../scenario/units.js';
import { prepare, type Prepared } from './prepare.js';

/** What is asked, as people write it: a field or a flag's name, and values with units. */
export interface ThresholdQuestion {
  over: string;
  from: string;
  to: string;
  tolerance?: string;
}

/** One field as an axis to search along, in SI. */
export interface ThresholdAxis {
  /** Path of the field. */
  over: string;
  /** SI unit of its values. */
  unit: string;
  dimension: Dimension;
  from: number;
  to: number;
  /** The search ends when completing and failing values are no farther apart. */
  tolerance: number;
  /** Which of its values have a meaning. */
  grid: Grid;
  /** The scenario at a value of the field. */
  at(value: number): Prepared;
}

type Measure = Pick<ThresholdAxis, 'dimension' | 'unit' | 'grid'>;

const UNITS: Record<Dimension, string> = {
  bytes: 'bytes',
  seconds: 's',
  rate: 'bytes/s',
  fraction: '1',
  visits: 'pages/s',
  count: '1',
};

/** A hundredth of the range is finer than most predictions deserve. */
const DEFAULT_TOLERANCE_SHARE = 0.01;

/**
 * Reads a question about a scenario, and checks the scenario at both ends.
 *
 * @param layers the scenario, without the field's value
 * @throws InputError where the field has no quantity, the ends are none or out of order, or the scenario is wrong
 * @example
 * readAxis({ over: 'stress', from: '16 MiB', to: '256 MiB' }, []).tolerance // => 2516582.4
 */
export function readAxis(
  question: ThresholdQuestion,
  layers: readonly (Layer | Assignment)[],
): ThresholdAxis {
  const over = pathOfField(question.over);
  const isConstant = parsePath(over)[0] === 'parameters';
  const { dimension, unit, grid } = isConstant ? measureOf(over, prepare(layers)) : ofField(over);
  const at = (value: string | number, origin: string) =>
    prepare([
      ...layers,
      { origin, path: over, value: typeof value === 'string' ? withUnit(question.over, value) : value },
    ]);
  const write = (value: number) => (isConstant ? value : formatQuantity(value, dimension));

  const read = (option: '--from' | '--to' | '--tolerance', text: string): number => {
    // A constant's number alone is in its SI unit, as under `parameters`.
    const isBare = isConstant && text.trim() !== '' && Number.isFinite(Number(text));
    const reading = readQuantity(withUnit(question.over, text), isBare ? 'count' : dimension);
    if ('rule' in reading) throw new InputError(`${option} is ${showValue(text)}: ${reading.rule}`);
    if (!Number.isFinite(reading.value))
      throw new InputError(`${option} is ${showValue(text)}: must be finite`);
    return reading.value;
  };
  const from = read('--from', question.from);
  const to = read('--to', question.to);
  if (from >= to) {
    throw new InputError(
      `--from is ${showValue(question.from)}: must be less than --to, which is ${showValue(question.to)}`,
    );
  }
  const tolerance =
    question.tolerance === undefined
      ? Math.max((to - from) * DEFAULT_TOLERANCE_SHARE, grid === 'whole numbers' ? 1 : 0)
      : read('--tolerance', question.tolerance);
  if (tolerance <= 0) {
    throw new InputError(`--tolerance is ${showValue(question.tolerance)}: must be greater than 0`);
  }
  at(write(from), '--from');
  at(write(to), '--to');
  return {
    over,
    unit,
    dimension,
    from,
    to,
    tolerance,
    grid,
    at: (value) => at(write(value), '--over'),
  };
}

function pathOfField(name: string): string {
  try {
    return pathOf(name);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const flag = didYouMean(
      name,
      FLAGS.map((one) => one.name),
    );
    throw new InputError(
      flag === undefined
        ? `--over is ${error.message}`
        : `--over is ${showValue(name)}: no such field; did you mean ${flag}?`,
    );
  }
}

function measureOf(over: string, { scenario }: Prepared): Measure {
  const [, group, name] = parsePath(over);
  const [stack, profile] = [findStack(scenario.stack), findProfile(scenario.profile)];
  try {
    return measureOfConstant(stack, profile, String(group), String(name));
  } catch (error) {
    throw error instanceof InputError ? new InputError(`--over: ${error.message}`) : error;
  }
}

/** A number alone has the unit that the flag gives it. */
function withUnit(name: string, text: string): string {
  const word = name.replace(/^--/u, '');
  return FLAGS.some((flag) => flag.name === word) ? String(assignFlag(word, text).value) : text;
}

function ofField(path: string): Measure {
  const { dimension } = fieldAt(path);
  if (dimension && path !== 'seed' && path !== 'replications') {
    return { dimension, unit: UNITS[dimension], grid: dimension === 'count' ? 'whole numbers' : 'all' };
  }
  throw new InputError(
    `--over is ${path}: must be a field of the scenario that holds a quantity, such as vm.workload[0].size`,
  );
}
