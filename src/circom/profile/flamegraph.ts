/**
 * Draws a flamegraph as an SVG document that stands alone: no script, no font, nothing loaded.
 *
 * The circuit is at the top, and below each component are those in it. Hovering shows the numbers.
 */
import { escapeXml } from "../../util/escape-xml.ts";
import type { Frame } from "./frames.ts";

export interface Flamegraph {
  readonly title: string;
  /** Second line of the picture. */
  readonly subtitle: string;
  /** What the values count, "constraints". */
  readonly unit: string;
  readonly root: Frame;
}

interface Rectangle {
  readonly x: number;
  readonly width: number;
  readonly level: number;
  /** Undefined for frames that are too narrow to be drawn one by one. */
  readonly frame: Frame | undefined;
  readonly title: string;
}

const WIDTH = 1200;
const MARGIN = 12;
const TOP = 58;
const ROW = 22;
/** Minimum width of a frame; narrower ones beside each other are drawn as one. */
const FRAME_MIN = 1.5;
/** Maximum levels, so that a recursion in a template does not fill a tower. */
const LEVELS_MAX = 48;
/** Width of a letter, and minimum letters of a label. */
const LETTER = 6.7;
const LETTERS_MIN = 3;

const STYLE = [
  "text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1a1a1a}",
  ".ground{fill:#fff}.head{font:600 16px system-ui,sans-serif;fill:#1a1a1a}",
  ".sub{font:13px system-ui,sans-serif;fill:#555}",
  "rect{stroke:#fff;stroke-width:.6}.ground{stroke:none}.rest{fill:#cfcfcf}",
  "g:hover>rect{stroke:#000;stroke-width:1.2}",
  "@media(prefers-color-scheme:dark){.ground{fill:#16181d}.head{fill:#f2f2f2}.sub{fill:#b4b8c0}",
  "rect{stroke:#16181d}g:hover>rect{stroke:#fff}}",
].join("");

/** Renders a flamegraph as an SVG document. */
export function renderFlamegraph({ title, subtitle, unit, root }: Flamegraph): string {
  const rectangles: Rectangle[] = [];
  const place = { x: MARGIN, width: WIDTH - 2 * MARGIN, level: 0 };
  layOut(root, place, { unit, whole: root.value, rectangles });
  const levels = 1 + Math.max(...rectangles.map(({ level }) => level));
  const height = TOP + levels * ROW + MARGIN;
  const [head, text] = [escapeXml(title), escapeXml(subtitle)];
  const explanation = escapeXml(
    `Flamegraph of ${unit}: each frame is a component, as wide as its ${unit} and those of ` +
      "the components in it, which are below. " +
      rectangles
        .filter(({ level }) => level === 2)
        .slice(0, 5)
        .map((rectangle) => rectangle.title)
        .join("; "),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" ` +
      `height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${head}</title><desc id="description">${explanation}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}" rx="6"/>`,
    `<text class="head" x="${MARGIN}" y="26">${head}</text>`,
    `<text class="sub" x="${MARGIN}" y="46">${text}</text>`,
    ...rectangles.map(renderRectangle),
    "</svg>",
    "",
  ].join("\n");
}

interface Layout {
  readonly unit: string;
  readonly whole: number;
  readonly rectangles: Rectangle[];
}

type Place = Pick<Rectangle, "x" | "width" | "level">;

function layOut(frame: Frame, place: Place, layout: Layout): void {
  const { unit, whole, rectangles } = layout;
  rectangles.push({ ...place, frame, title: `${frame.path}: ${share(frame.value, whole, unit)}` });
  if (place.level === LEVELS_MAX || frame.value === 0) return;
  const scale = place.width / frame.value;
  const level = place.level + 1;
  let { x } = place;
  let narrow: Frame[] = [];
  const endNarrow = () => {
    const value = narrow.reduce((sum, each) => sum + each.value, 0);
    const width = value * scale;
    if (width > 0) {
      const title = `${narrow.length} smaller frames: ${share(value, whole, unit)}`;
      rectangles.push({ x: x - width, width, level, frame: undefined, title });
    }
    narrow = [];
  };
  for (const child of frame.children) {
    const width = child.value * scale;
    if (width >= FRAME_MIN) {
      endNarrow();
      layOut(child, { x, width, level }, layout);
    } else if (width > 0) narrow.push(child);
    x += width;
  }
  endNarrow();
}

function share(value: number, whole: number, unit: string): string {
  const percent = whole === 0 ? 0 : (100 * value) / whole;
  return `${value.toLocaleString("en")} ${unit} (${percent.toFixed(1)} %)`;
}

function renderRectangle({ x, width, level, frame, title }: Rectangle): string {
  const [left, top] = [round(x), TOP + level * ROW];
  const letters = Math.floor((width - 8) / LETTER);
  const label = frame === undefined || letters < LETTERS_MIN ? "" : shorten(frame.label, letters);
  const color =
    frame?.template === undefined ? 'class="rest"' : `fill="${colorOf(frame.template)}"`;
  const size = `x="${left}" y="${top}" width="${round(width)}" height="${ROW - 1}" rx="2"`;
  const text = label === "" ? "" : `<text x="${round(x + 4)}" y="${top + 15}">${label}</text>`;
  return `<g><title>${escapeXml(title)}</title><rect ${size} ${color}/>${text}</g>`;
}

function shorten(label: string, letters: number): string {
  return escapeXml(label.length <= letters ? label : `${label.slice(0, letters - 1)}…`);
}

/** A light color of a template, the same in every picture, on which dark text is legible. */
export function colorOf(template: string): string {
  let hash = 0x811c9dc5;
  for (const letter of template) {
    hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193) >>> 0;
  }
  const hue = hash % 360;
  const lightness = 68 + ((hash >>> 10) % 4) * 4;
  return `hsl(${hue} 70% ${lightness}%)`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
