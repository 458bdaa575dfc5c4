/** Bars over blocks, drawn by uPlot. */
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const HEIGHT_PIXELS = 180;

interface Bar {
  readonly blockNumber: number;
  readonly value: number;
}

interface Drawing {
  /** Labels the axis of the values. */
  readonly show: (value: number) => string;
}

type OnPoint = (index: number | undefined) => void;

function optionsOf(host: HTMLElement, { show }: Drawing, onPoint: OnPoint): uPlot.Options {
  const style = getComputedStyle(host);
  const font = `12px ${style.fontFamily}`;
  const axis: uPlot.Axis = {
    stroke: () => resolve(host, "--faint"),
    font,
    ticks: { show: false },
    grid: { stroke: () => resolve(host, "--line"), width: 1 },
  };
  const whole = (_: uPlot, splits: number[]) =>
    splits.map((split) => (Number.isInteger(split) ? String(split) : ""));
  return {
    width: host.clientWidth || 300,
    height: HEIGHT_PIXELS,
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { show: false },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    scales: {
      x: { time: false, range: (_, min, max) => [min - 0.7, max + 0.7] },
      y: { range: (_, __, max) => [0, Math.max(max, 0.1) * 1.1] },
    },
    axes: [
      { ...axis, size: 30, grid: { show: false }, values: whole },
      { ...axis, size: 56, values: (_, splits) => splits.map(show) },
    ],
    series: [
      {},
      {
        stroke: () => resolve(host, "--accent"),
        fill: () => resolve(host, "--accent"),
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars!({ size: [0.7, 40], radius: 0.2 }),
      },
    ],
    padding: [8, 8, 0, 0],
  };
}

/** A colour of the theme as canvases take it: they know no `light-dark()`. */
function resolve(host: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

interface BarChartProps extends Drawing {
  readonly bars: readonly Bar[];
  /** What the chart shows, in words; below a pointer, `describe` says what its bar is. */
  readonly summary: string;
  readonly describe: (bar: Bar) => string;
}

export function BarChart({ bars, summary, describe, ...drawing }: BarChartProps) {
  const [pointed, setPointed] = useState<number>();
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const data: uPlot.AlignedData = [
    bars.map(({ blockNumber }) => blockNumber),
    bars.map(({ value }) => value),
  ];
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const element = host.current!;
    const made = new uPlot(optionsOf(element, drawing, setPointed), latest.current, element);
    plot.current = made;
    const sizes = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: HEIGHT_PIXELS });
    });
    sizes.observe(element);
    const redraw = () => made.redraw();
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", redraw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      system.removeEventListener("change", redraw);
      made.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [bars]);
  const bar = pointed === undefined ? undefined : bars[pointed];
  return (
    <figure class="chart">
      <div ref={host} aria-hidden="true" />
      <figcaption>{bar === undefined ? summary : describe(bar)}</figcaption>
    </figure>
  );
}
