// What the server sends for a chart, and how it becomes lines.
import type uPlot from "uplot";

export type Line = { label: string; low: number | null; high: number | null; start: number; end: number; target: boolean; health: boolean };
export type Answer = {
  series: number; title: string; unit: string; places: number; start: number; end: number; gap: number; total: number; bucket: number;
  t: number[]; v: (number | null)[]; f: number[]; r: number[]; b: number[];
  corrected: { t: number[]; v: (number | null)[]; f: number[] };
  limits: Line[]; reasons: Record<string, string>; flags: Record<string, string>;
};
export type Source = { answer: Answer; name: string };

const FAIL = 4;

// Times and values of a line: rows that failed are marks, not line; a hole longer than the gap breaks it.
export function stretches(answer: Answer, corrected = false): uPlot.AlignedData {
  const times: number[] = [];
  const values: (number | null)[] = [];
  const from = corrected ? answer.corrected : answer;
  let last = -Infinity;
  for (let n = 0; n < from.t.length; n++) {
    const at = from.t[n] as number;
    const value = from.v[n];
    if (value === null || value === undefined || (!corrected && (from.f[n] ?? 0) >= FAIL)) continue;
    if (answer.gap && at - last > answer.gap && times.length) {
      times.push(last + 1);
      values.push(null);
    }
    times.push(at);
    values.push(value);
    last = at;
  }
  return [times, values];
}

const twelve = new Map<number, Intl.NumberFormat>();

// 1.250,5 as officers write it.
export function number(value: number | null | undefined, places: number): string {
  if (value === null || value === undefined) return "–";
  let format = twelve.get(places);
  if (!format) twelve.set(places, (format = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: places })));
  return format.format(value);
}

// Vietnam time, whatever the clock of this computer is set to.
export function clock(ms: number): string {
  const at = new Date(ms + 7 * 3_600_000);
  const two = (part: number): string => String(part).padStart(2, "0");
  const seconds = at.getUTCSeconds() ? `:${two(at.getUTCSeconds())}` : "";
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${seconds} ${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}`;
}
