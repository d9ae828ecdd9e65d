/** Something whose speed is measured. */
export interface Task {
  readonly name: string;
  /** How many operations one call of `run` does. */
  readonly operations: number;
  readonly run: () => void;
}

/** Tasks that are measured side by side, and the quotients worth looking at. */
export interface Suite {
  readonly name: string;
  /** What an operation is, in the plural: 'events'. */
  readonly operation: string;
  readonly tasks: readonly Task[];
  /** Speed of one task over that of another, by name. */
  readonly ratios?: readonly { readonly name: string; readonly of: string; readonly to: string }[];
}
