/** Draws how costs grow with the size of a block: one panel per cost, with logarithmic axes. */
import { escapeXml } from "../util/escape-xml.ts";

export interface Panel {
  readonly title: string;
  /** Unit of the values. */
  readonly unit: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly label: string;
  /** One positive value per place on the horizontal axis. */
  readonly values: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly horizontal: string;
  /** Places on the horizontal axis, ascending. */
  readonly places: readonly number[];
  readonly panels: readonly Panel[];
}

type Scale = (value: number) => number;

const PANEL = { width: 300, height: 260 } as const;
const MARGIN = { left: 72, right: 24, top: 100, bottom: 56 } as const;
const COLORS = ["#0b62a4", "#d9480f", "#2b8a3e", "#862e9c"] as const;
/** Maximum ticks of the vertical axis. */
const TICKS_MAX = 10;
/** Minimum distance of two labels under the axis. */
const LABEL_DISTANCE = 26;
const STYLE =
  "text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:16px;font-weight:600}" +
  ".panel{font-size:13px;font-weight:600}.unit{fill:#666}" +
  ".grid{stroke:#e4e4e4}.axis{stroke:#666;fill:none}polyline{stroke-width:2;fill:none}";

/** Renders a chart as an SVG document. */
export function renderChart({ title, horizontal, places, panels }: Chart): string {
  const step = MARGIN.left + PANEL.width + MARGIN.right;
  const width = panels.length * step;
  const height = MARGIN.top + PANEL.height + MARGIN.bottom;
  const parts = panels.map((panel, index) => {
    const left = index * step + MARGIN.left;
    const drawing = renderPanel(panel, places, horizontal);
    return `<g transform="translate(${left} ${MARGIN.top})">${drawing}</g>`;
  });
  const size = `width="${width}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${size}>`,
    `<style>${STYLE}</style><rect width="100%" height="100%" fill="#fff"/>`,
    text(MARGIN.left, 28, title, 'class="title"'),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function renderPanel(
  { title, unit, lines }: Panel,
  places: readonly number[],
  horizontal: string,
): string {
  const { width, height } = PANEL;
  const ticks = ticksFor(lines.flatMap(({ values }) => values));
  const scaleX = logarithmicScale(places, 12, width - 12);
  const scaleY = logarithmicScale(ticks, height, 0);
  const middle = 'text-anchor="middle" class="unit"';
  return [
    text(0, -44, title, 'class="panel"'),
    renderLegend(lines),
    renderGrid(ticks, scaleY, places.map(scaleX)),
    renderPlaces(places, scaleX),
    text(width / 2, height + 42, horizontal, middle),
    text(-height / 2, -54, unit, `transform="rotate(-90)" ${middle}`),
    ...lines.map((line, index) => renderLine(line, index, places.map(scaleX), scaleY)),
  ].join("");
}

function renderGrid(ticks: readonly number[], scaleY: Scale, xs: readonly number[]): string {
  const { width, height } = PANEL;
  const rows = ticks.map((tick) => {
    const y = round(scaleY(tick));
    const label = text(-8, y + 4, format(tick), 'text-anchor="end"');
    return `<path class="grid" d="M0 ${y}H${width}"/>${label}`;
  });
  const columns = xs.map((x) => `<path class="grid" d="M${round(x)} 0V${height}"/>`);
  return [...rows, ...columns, `<path class="axis" d="M0 0V${height}H${width}"/>`].join("");
}

/** Renders the labels under the axis, except those that have no room. */
function renderPlaces(places: readonly number[], scaleX: Scale): string {
  let last = -Infinity;
  return places
    .map((place) => {
      const x = scaleX(place);
      if (x < last + LABEL_DISTANCE) return "";
      last = x;
      return text(x, PANEL.height + 20, format(place), 'text-anchor="middle"');
    })
    .join("");
}

function renderLine(
  { label, values }: Line,
  index: number,
  xs: readonly number[],
  scaleY: Scale,
): string {
  const color = COLORS[index % COLORS.length]!;
  const points = values.map((value, i) => [round(xs[i]!), round(scaleY(value))] as const);
  const dots = points.map(([x, y], i) => {
    const tip = `<title>${escapeXml(label)}: ${format(values[i]!)}</title>`;
    return `<circle cx="${x}" cy="${y}" r="4" fill="${color}">${tip}</circle>`;
  });
  return `<polyline stroke="${color}" points="${points.join(" ")}"/>${dots.join("")}`;
}

/** Renders the legend above a panel, in columns of equal width. */
function renderLegend(lines: readonly Line[]): string {
  return lines
    .map(({ label }, index) => {
      const x = round((index * PANEL.width) / lines.length);
      const color = COLORS[index % COLORS.length]!;
      return `<circle cx="${x + 5}" cy="-22" r="4" fill="${color}"/>${text(x + 14, -18, label)}`;
    })
    .join("");
}

/** Returns the closest ticks around all values: powers of ten, with 2 and 5 between if few. */
function ticksFor(values: readonly number[]): number[] {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const enclose = (steps: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let exponent = floorLog10(lowest) - 1; exponent <= floorLog10(highest) + 1; exponent++) {
      ticks.push(...steps.map((step) => step * 10 ** exponent));
    }
    const from = ticks.findLastIndex((tick) => tick < lowest);
    const to = ticks.findIndex((tick) => tick > highest);
    return ticks.slice(from, to + 1);
  };
  const fine = enclose([1, 2, 5]);
  return fine.length <= TICKS_MAX ? fine : enclose([1]);
}

function floorLog10(value: number): number {
  return Math.floor(Math.log10(value));
}

/** Creates a logarithmic scale; a single value is placed in the middle. */
function logarithmicScale(values: readonly number[], start: number, end: number): Scale {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  if (low === high) return () => (start + end) / 2;
  return (value) => start + ((Math.log(value) - low) / (high - low)) * (end - start);
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3, notation: "compact" });
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escapeXml(content)}</text>`;
}
