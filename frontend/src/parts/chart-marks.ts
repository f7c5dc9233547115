// What is drawn on top of the lines: limits with their words, and flagged rows as shapes that need no colour.
import type uPlot from "uplot";
import type { Line, Source } from "./chart-data";

const NAMES = ["raw", "second", "suspect", "fail", "missing", "corrected", "limit", "health", "grid", "text"] as const;
export type Colours = Record<(typeof NAMES)[number], string>;
const SUSPECT = 3;
const FAIL = 4;
const MISSING = 9;

// The colours of the page, light or dark, as the browser resolved them.
export function colours(): Colours {
  const found = {} as Colours;
  for (const name of NAMES) {
    const probe = document.querySelector(`.chart-color-${name}`);
    found[name] = probe ? getComputedStyle(probe).color : "#444";
  }
  return found;
}

type Level = { value: number; start: number; end: number; labels: string[]; target: boolean; health: boolean };

function levels(lines: Line[]): Level[] {
  const found = new Map<string, Level>();
  for (const line of lines) {
    for (const value of [line.low, line.high]) {
      if (value === null) continue;
      const key = `${value} ${line.start} ${line.end}`;
      const level = found.get(key) ?? { value, start: line.start, end: line.end, labels: [], target: false, health: false };
      if (!level.labels.includes(line.label)) level.labels.push(line.label);
      level.target ||= line.target;
      level.health ||= line.health;
      found.set(key, level);
    }
  }
  return [...found.values()];
}

export function drawLimits(plot: uPlot, lines: Line[], ink: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  const bottom = bbox.top + bbox.height;
  const taken: number[] = [];
  ctx.save();
  ctx.font = `${12 * ratio}px 'Be Vietnam Pro', sans-serif`;
  ctx.textAlign = "right";
  ctx.textBaseline = "alphabetic";
  for (const level of levels(lines).sort((a, b) => Number(b.target) - Number(a.target))) {
    const y = plot.valToPos(level.value, "y", true);
    if (y < bbox.top || y > bottom) continue;
    const left = Math.max(bbox.left, plot.valToPos(level.start, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(level.end, "x", true));
    if (right <= left) continue;
    const colour = level.health || level.target ? ink.health : ink.limit;
    ctx.strokeStyle = colour;
    ctx.lineWidth = (level.target ? 2.5 : 1.25) * ratio;
    ctx.setLineDash(level.target ? [] : [8 * ratio, 5 * ratio]);
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
    let words = y - 5 * ratio;
    if (words < bbox.top + 12 * ratio) words = y + 14 * ratio;
    if (taken.some((other) => Math.abs(other - words) < 14 * ratio)) continue; // its number stands in the list below
    taken.push(words);
    ctx.fillStyle = colour;
    ctx.fillText(level.labels.join(", "), right - 6 * ratio, words);
  }
  ctx.restore();
}

export function drawMarks(plot: uPlot, sources: Source[], ink: Colours): void {
  const { ctx } = plot;
  const ratio = devicePixelRatio || 1;
  ctx.save();
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.rect(plot.bbox.left, plot.bbox.top - 6, plot.bbox.width, plot.bbox.height + 12);
  ctx.clip();
  for (const source of sources) {
    flagged(plot, source, ink, ratio);
    settled(plot, source, ink, ratio);
  }
  ctx.restore();
}

function flagged(plot: uPlot, { answer }: Source, ink: Colours, ratio: number): void {
  const { ctx, bbox } = plot;
  const least = plot.scales["x"]?.min ?? 0;
  const most = plot.scales["x"]?.max ?? 0;
  const bottom = bbox.top + bbox.height;
  const size = 4.5 * ratio;
  let last = { [SUSPECT]: -Infinity, [FAIL]: -Infinity, [MISSING]: -Infinity } as Record<number, number>;
  for (let n = 0; n < answer.t.length; n++) {
    const flag = answer.f[n] as number;
    const at = answer.t[n] as number;
    if (flag < SUSPECT || at < least || at > most) continue;
    const x = plot.valToPos(at, "x", true);
    if (x - (last[flag] ?? -Infinity) < size) continue; // marks of one kind do not pile up
    last[flag] = x;
    const value = answer.v[n];
    const none = value === null || value === undefined;
    const y = none ? bottom - size : Math.min(bottom - size, Math.max(bbox.top + size, plot.valToPos(value, "y", true)));
    ctx.lineWidth = 2 * ratio;
    ctx.beginPath();
    if (flag === SUSPECT) {
      ctx.fillStyle = ink.suspect;
      ctx.moveTo(x, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.lineTo(x - size, y + size);
      ctx.fill();
    } else if (flag === FAIL) {
      ctx.strokeStyle = ink.fail;
      ctx.moveTo(x - size, y - size);
      ctx.lineTo(x + size, y + size);
      ctx.moveTo(x + size, y - size);
      ctx.lineTo(x - size, y + size);
      ctx.stroke();
    } else {
      ctx.strokeStyle = ink.missing;
      ctx.moveTo(x - size, bottom - 2 * ratio);
      ctx.lineTo(x + size, bottom - 2 * ratio);
      ctx.stroke();
    }
  }
}

function settled(plot: uPlot, { answer }: Source, ink: Colours, ratio: number): void {
  const { ctx, bbox } = plot;
  const size = 5 * ratio;
  ctx.fillStyle = ink.corrected;
  ctx.strokeStyle = ink.corrected;
  ctx.lineWidth = 1.5 * ratio;
  answer.corrected.t.forEach((at, n) => {
    const x = plot.valToPos(at, "x", true);
    const value = answer.corrected.v[n];
    const none = value === null || value === undefined;
    const y = none ? bbox.top + bbox.height - 2 * size : plot.valToPos(value, "y", true);
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.closePath();
    if (none) ctx.stroke();
    else ctx.fill();
  });
}
