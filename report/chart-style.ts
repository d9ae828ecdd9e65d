/**
 * How series look on every chart of the study. The hues are from Okabe and Ito's palette, told apart with every common
 * kind of colour blindness ('Color Universal Design', 2008); its two light ones are darkened until each stands out from
 * white by 3:1, as WCAG 2.2 (1.4.11) asks of graphics. Kind of migration is also the shape of a mark, and the network's
 * load whether the mark is filled and the line drawn through, so that a grey print says the same.
 */
export interface SeriesStyle {
  readonly colour: string;
  readonly shape: 'circle' | 'rectRot';
  /** Hollow marks and a dashed line. */
  readonly hollow: boolean;
}

export const LM_STYLE: SeriesStyle = { colour: '#0072b2', shape: 'circle', hollow: false };
export const BLM_STYLE: SeriesStyle = { colour: '#c14a00', shape: 'rectRot', hollow: false };
export const LM_UNLOADED_STYLE: SeriesStyle = { colour: '#3a94cc', shape: 'circle', hollow: true };
export const BLM_UNLOADED_STYLE: SeriesStyle = { colour: '#b88400', shape: 'rectRot', hollow: true };

export const INK = '#222222';
export const SOFT_INK = '#595959';
export const GRID = '#e6e6e6';
export const WARNING_INK = '#a33a00';
export const PAPER = '#ffffff';

/**
 * A colour of six hexadecimal digits with an opacity, for bands under lines.
 *
 * @param colour '#rrggbb'
 * @param opacity 0 to 1
 * @example
 * translucent('#0072b2', 0.2); // => '#0072b233'
 */
export function translucent(colour: string, opacity: number): string {
  return (
    colour +
    Math.round(opacity * 255)
      .toString(16)
      .padStart(2, '0')
  );
}
