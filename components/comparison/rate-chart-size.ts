const ROW_PX = 52;
const AXIS_PX = 34;

/** What the axis of a chart of shares takes of its height, in CSS pixels. */
export const AXIS_HEIGHT = AXIS_PX;

/** How high a chart of as many rows is, in CSS pixels: known before the chart is loaded. */
export const chartHeight = (rows: number): number => rows * ROW_PX + AXIS_PX;
