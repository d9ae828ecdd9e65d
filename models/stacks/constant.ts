/** A number of a product or of a test bed, with everything one needs to trust or to change it. */
export interface Constant {
  value: number;
  /** 's', 'bytes', 'bytes/s', '1' (a count or a number), '%' (a share, as a part of 1), 's/page', 's/byte'. */
  unit: string;
  about: string;
  /** File and version where it was read, or how it was measured or fitted. */
  source: string;
  /** What the product itself takes for it, in the same unit; absent where it does not say. */
  accepts?: { min?: number; max?: number; whole?: true };
}

/** Constants by the part of the product that they belong to. */
export type ConstantGroups = Readonly<Record<string, Readonly<Record<string, Constant>>>>;

/** The bare numbers of constants, by group and name, SI. */
export type ConstantValues = Readonly<Record<string, Readonly<Record<string, number>>>>;
