import type { ReportRows } from '../rows.ts';

/** What a chart drew, as text: the first rows of it stand under the picture. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One mark's worth of inline data. */
export type Datum = Readonly<Record<string, string | number | boolean | null>>;

/** A picture before it is drawn. */
export interface ChartPicture {
  /** One line under the title: how to read it, what was left out. */
  readonly subtitle: string;
  /** What a person who cannot see the picture should know; also the caption. */
  readonly description: string;
  /** Everything of a Vega-Lite specification except title, description and configuration. */
  readonly spec: object;
  readonly table: DataTable;
}

/** A kind of chart. Adding one is a file and a line in the table. */
export interface Chart {
  /** File name and anchor, kebab-case. */
  readonly name: string;
  readonly title: string;
  /** Why it is missing when `draw` returns null. */
  readonly absence: string;
  /** Null when the rows hold nothing to draw. */
  draw(rows: ReportRows): ChartPicture | null;
}
