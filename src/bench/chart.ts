/** How things grow with the size of a block, as a picture: one panel for each, logarithmic axes. */

export interface Panel {
  readonly title: string;
  /** What the numbers are, with their unit. */
  readonly lines: readonly Line[];
}

export interface Line {
  readonly label: string;
  /** One for each place on the horizontal axis, all positive. */
  readonly values: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly horizontal: string;
  /** Ascending, at least two. */
  readonly places: readonly number[];
  readonly panels: readonly Panel[];
}

const PANEL = { width: 300, height: 260 } as const;
const MARGIN = { left: 62, right: 16, top: 58, bottom: 64 } as const;
const COLORS = ["#0b62a4", "#d9480f", "#2b8a3e", "#862e9c"] as const;
const SIZE_PER_CHARACTER = 6.2;

/** @returns An SVG document. */
export function renderChart({ title, horizontal, places, panels }: Chart): string {
  const width = panels.length * (MARGIN.left + PANEL.width + MARGIN.right);
  const height = MARGIN.top + PANEL.height + MARGIN.bottom;
  const parts = panels.map((panel, index) => {
    const left = index * (MARGIN.left + PANEL.width + MARGIN.right) + MARGIN.left;
    return `<g transform="translate(${left} ${MARGIN.top})">${renderPanel(panel, places)}</g>`;
  });
  const style =
    "text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:15px;font-weight:600}" +
    ".panel{font-weight:600}.grid{stroke:#ddd}.axis{stroke:#666}polyline{stroke-width:2}";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}">`,
    `<style>${style}</style><rect width="100%" height="100%" fill="#fff"/>`,
    text(MARGIN.left, 22, title, 'class="title"'),
    ...parts,
    text(width / 2, height - 8, horizontal, 'text-anchor="middle"'),
    "</svg>",
    "",
  ].join("\n");
}

function renderPanel({ title, lines }: Panel, places: readonly number[]): string {
  const scaleX = logarithmicScale(places, 0, PANEL.width);
  const values = lines.flatMap((line) => line.values);
  const ticks = ticksFor(values);
  const scaleY = logarithmicScale([...ticks, ...values], PANEL.height, 0);
  const grid = ticks.map((tick) => {
    const y = scaleY(tick);
    const label = text(-8, y + 4, format(tick), 'text-anchor="end"');
    return `<line class="grid" x2="${PANEL.width}" y1="${y}" y2="${y}"/>${label}`;
  });
  const marks = places.map((place) =>
    text(scaleX(place), PANEL.height + 18, format(place), 'text-anchor="middle"'),
  );
  const { width, height } = PANEL;
  return [
    text(0, -14, title, 'class="panel"'),
    ...grid,
    `<path class="axis" fill="none" d="M0 0V${height}H${width}"/>`,
    ...marks,
    ...lines.map((line, index) => renderLine(line, index, places.map(scaleX), scaleY)),
    renderLegend(lines),
  ].join("");
}

function renderLine(
  { label, values }: Line,
  index: number,
  xs: readonly number[],
  scaleY: (value: number) => number,
): string {
  const color = COLORS[index % COLORS.length]!;
  const points = values.map((value, i) => `${round(xs[i]!)},${round(scaleY(value))}`);
  const dots = values.map((value, i) => {
    const tip = `<title>${escape(label)}: ${format(value)}</title>`;
    const [x, y] = [round(xs[i]!), round(scaleY(value))];
    return `<circle cx="${x}" cy="${y}" r="4" fill="${color}">${tip}</circle>`;
  });
  const path = `<polyline fill="none" stroke="${color}" points="${points.join(" ")}"/>`;
  return path + dots.join("");
}

function renderLegend(lines: readonly Line[]): string {
  let x = 0;
  return lines
    .map(({ label }, index) => {
      const color = COLORS[index % COLORS.length]!;
      const y = PANEL.height + 36;
      const dot = `<circle cx="${x + 5}" cy="${y - 4}" r="4" fill="${color}"/>`;
      const entry = dot + text(x + 13, y, label);
      x += 24 + SIZE_PER_CHARACTER * label.length;
      return entry;
    })
    .join("");
}

/** Powers of ten, with 2 and 5 between if they are few, that enclose all values. */
function ticksFor(values: readonly number[]): number[] {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const first = Math.floor(Math.log10(lowest));
  const last = Math.ceil(Math.log10(highest));
  const steps = last - first > 2 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    ticks.push(...steps.map((step) => step * 10 ** exponent));
  }
  const from = ticks.findLastIndex((tick) => tick <= lowest);
  const to = ticks.findIndex((tick) => tick >= highest);
  return ticks.slice(from, to + 1);
}

function logarithmicScale(
  values: readonly number[],
  start: number,
  end: number,
): (value: number) => number {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  const span = high - low || 1;
  return (value) => round(start + ((Math.log(value) - low) / span) * (end - start));
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3, notation: "compact" });
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
