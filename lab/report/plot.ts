import { html, type Markup } from './markup.ts';

/** Where a value stands on an axis, as a share from 0 to 1, and what is written beside it. */
export interface Axis {
  position(value: number): number;
  ticks: { at: number; label: string }[];
  label: string;
}

export interface Series {
  name: string;
  /** A colour of the style sheet: `--<tone>`. */
  tone: 'yes' | 'no' | 'error' | 'typical' | 'slow' | 'stock';
  points: readonly { x: number; y: number | null }[];
  kind: 'line' | 'area' | 'step';
  dashed?: boolean;
}

export interface PlotOptions {
  title: string;
  /** What to see in it, in a sentence; also what a screen reader is told. */
  summary: string;
  x: Axis;
  y: Axis;
  series?: readonly Series[];
  bars?: readonly { from: number; to: number; value: number }[];
  markers?: readonly { at: number; label: string }[];
  /** The same as numbers, for those who cannot or would rather not read a plot. */
  table: { head: readonly string[]; rows: readonly (readonly (string | number)[])[] };
  wide?: boolean;
}

/** The drawing is stretched to its frame, so only what may be stretched is drawn; words are HTML beside it. */
const WIDTH = 1000;
const HEIGHT = 300;

export function plot(options: PlotOptions): Markup {
  const { x, y, series = [], bars = [], markers = [], table } = options;
  const px = (value: number) => round(x.position(value) * WIDTH);
  const py = (value: number) => round((1 - y.position(value)) * HEIGHT);
  return html`<figure class="plot${options.wide ? ' wide' : ''}">
    <figcaption>
      <h2>${options.title}</h2>
      <p>${options.summary}</p>
      ${series.length > 1 && legend(series)}
    </figcaption>
    <div class="frame">
      <div class="ylabel">${y.label}</div>
      <div class="yticks" aria-hidden="true">
        ${y.ticks.map(({ at, label }) => html`<span style="bottom:${percent(y.position(at))}">${label}</span>`)}
      </div>
      <div class="area">
        <svg
          viewBox="0 0 ${WIDTH} ${HEIGHT}"
          preserveAspectRatio="none"
          role="img"
          aria-label="${options.title}. ${options.summary}"
        >
          ${y.ticks.map(({ at }) => html`<line class="grid" x1="0" x2="${WIDTH}" y1="${py(at)}" y2="${py(at)}" />`)}
          ${bars.map(
            ({ from, to, value }) =>
              html`<rect
                class="bar"
                x="${px(from)}"
                width="${Math.max(0.5, px(to) - px(from) - 1)}"
                y="${py(value)}"
                height="${HEIGHT - py(value)}"
              />`,
          )}
          ${series.map((one) => drawn(one, px, py))}
          ${markers.map(
            ({ at }) => html`<line class="marker" x1="${px(at)}" x2="${px(at)}" y1="0" y2="${HEIGHT}" />`,
          )}
        </svg>
        ${markers.map(({ at, label }, index) => {
          const position = x.position(at);
          const side = position > 0.75 ? 'left' : 'right';
          return html`<span class="flag ${side}" style="left:${percent(position)};top:${index * 1.5}em"
            >${label}</span
          >`;
        })}
      </div>
      <div class="xticks" aria-hidden="true">
        ${x.ticks.map(({ at, label }) => html`<span style="left:${percent(x.position(at))}">${label}</span>`)}
      </div>
      <div class="xlabel">${x.label}</div>
    </div>
    <details>
      <summary>The numbers</summary>
      <div class="scroll">${dataTable(table)}</div>
    </details>
  </figure>`;
}

function legend(series: readonly Series[]): Markup {
  return html`<ul class="legend">
    ${series.map(
      ({ name, tone, dashed }) =>
        html`<li>
          <span class="key${dashed ? ' dashed' : ''}" style="--tone:var(--${tone})"></span>${name}
        </li>`,
    )}
  </ul>`;
}

function drawn(series: Series, px: (x: number) => number, py: (y: number) => number): Markup {
  const { tone, kind, dashed } = series;
  const style = `--tone:var(--${tone})`;
  const parts: Markup[] = [];
  for (const run of unbroken(series.points)) {
    const path = kind === 'step' ? stepPath(run, px, py) : linePath(run, px, py);
    const [first, last] = [run[0], run.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (kind !== 'line')
      parts.push(html`<path class="fill" style="${style}" d="${path}V${HEIGHT}H${px(first.x)}Z" />`);
    parts.push(html`<path class="line${dashed ? ' dashed' : ''}" style="${style}" d="${path}" />`);
  }
  return html`${parts}`;
}

interface Point {
  x: number;
  y: number;
}

/** A gap in the samples is a gap in the line. */
function unbroken(points: Series['points']): Point[][] {
  const runs: Point[][] = [[]];
  for (const { x, y } of points)
    if (y === null) runs.push([]);
    else runs.at(-1)?.push({ x, y });
  return runs;
}

function linePath(points: Point[], px: (x: number) => number, py: (y: number) => number): string {
  return points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${px(x)} ${py(y)}`).join('');
}

function stepPath(points: Point[], px: (x: number) => number, py: (y: number) => number): string {
  return points
    .map(({ x, y }, index) => (index === 0 ? `M${px(x)} ${py(y)}` : `H${px(x)}V${py(y)}`))
    .join('');
}

export function dataTable({ head, rows }: PlotOptions['table']): Markup {
  return html`<table>
    <thead>
      <tr>
        ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** From 0 to a round number at or above `max`. */
export function linearAxis(label: string, max: number, format: (value: number) => string): Axis {
  const step = niceStep(Math.max(max, 1e-9) / 4);
  const top = Math.max(step, Math.ceil(max / step - 1e-9) * step);
  const count = Math.round(top / step);
  return {
    label,
    position: (value) => clamp(value / top),
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step).map((at) => ({
      at,
      label: format(at),
    })),
  };
}

/** From 0 to exactly `max`: time ends where the run ended. */
export function timeAxis(maxSeconds: number): Axis {
  const max = Math.max(maxSeconds, 0.01);
  const step = niceStep(max / 5);
  const ticks = [];
  for (let at = 0; at <= max * 1.0001; at += step) ticks.push({ at, label: trimmed(at) });
  return { label: 'seconds since the opening', position: (value) => clamp(value / max), ticks };
}

export function logAxis(label: string, from: number, to: number, format: (value: number) => string): Axis {
  const low = Math.log10(from);
  const span = Math.max(Math.log10(to) - low, 0.1);
  const ticks = [];
  const narrow = span < 1.5;
  for (let power = Math.floor(low); power <= Math.ceil(low + span); power++)
    for (const digit of narrow ? [1, 2, 5] : [1]) {
      const at = digit * 10 ** power;
      const position = (Math.log10(at) - low) / span;
      if (position >= -0.001 && position <= 1.001) ticks.push({ at, label: format(at) });
    }
  return { label, position: (value) => clamp((Math.log10(Math.max(value, 1e-9)) - low) / span), ticks };
}

export function trimmed(value: number): string {
  return String(Number(value.toFixed(value < 1 ? 3 : 2)));
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough * 0.999) ?? 10;
  return factor * power;
}

const clamp = (share: number) => Math.min(1, Math.max(0, share));
const percent = (share: number) => `${round(share * 100)}%`;
const round = (value: number) => Math.round(value * 100) / 100;
