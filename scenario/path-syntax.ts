import { InputError, showValue } from './input-error.js';

/** The way to a field: names of fields and numbers of list entries. */
export type Path = readonly (string | number)[];

const STEP = /(?:^|\.)(?<name>[^.[\]\s]+)|\[(?<index>\d{1,6})\]/uy;

/**
 * The steps of a dotted path.
 *
 * @throws InputError if it is none.
 *
 * @example
 * parsePath('vm.workload[0].size') // => ['vm', 'workload', 0, 'size']
 */
export function parsePath(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const { name, index } = STEP.exec(path)?.groups ?? {};
    if (name !== undefined) steps.push(name);
    else if (index !== undefined && steps.length > 0) steps.push(Number(index));
    else throw new InputError(`${showValue(path)}: must be a field, such as vm.ram or vm.workload[0].size`);
  }
  if (steps.length === 0) throw new InputError(`'': must be a field, such as vm.ram or vm.workload[0].size`);
  return steps;
}

/**
 * The path with these steps, as people write it.
 *
 * @example
 * formatPath(['vm', 'workload', 0, 'size']) // => 'vm.workload[0].size'
 */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}
