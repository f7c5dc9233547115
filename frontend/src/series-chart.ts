// The chart island: one or two series over time. It takes its place above a table that says the same.
// <div data-chart="/address.json" data-from="ms" data-to="ms" hidden>; data-second and the names for a second series.
// The server thins each window; zooming and panning fetch the next one, so years weigh as little as a day.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import "../css/chart.css";
import { clock, number, stretches, type Answer, type Line, type Source } from "./parts/chart-data";
import { colours, drawLimits, drawMarks, type Colours } from "./parts/chart-marks";

const HEIGHT = 380;
const HEIGHT_PHONE = 300;
const LEAST_SPAN = 10 * 60_000;

class Chart {
  private readonly canvas: HTMLElement;
  private readonly hover: HTMLElement;
  private readonly note: HTMLElement;
  private readonly ink: Colours;
  private readonly addresses: string[];
  private readonly first: { from: number; to: number };
  private view: { from: number; to: number };
  private sources: Source[] = [];
  private plot: uPlot | null = null;
  private asked = 0;
  private timer = 0;

  constructor(private readonly box: HTMLElement) {
    this.canvas = box.querySelector(".chart-canvas") as HTMLElement;
    this.hover = box.querySelector(".chart-hover") as HTMLElement;
    this.note = box.querySelector(".chart-note") as HTMLElement;
    this.ink = colours();
    this.addresses = [box.dataset["chart"] ?? "", box.dataset["second"] ?? ""].filter(Boolean);
    this.first = { from: Number(box.dataset["from"]), to: Number(box.dataset["to"]) };
    this.view = { ...this.first };
    box.hidden = false;
    for (const button of box.querySelectorAll<HTMLElement>("[data-do]")) {
      button.addEventListener("click", () => this.step(button.dataset["do"] ?? ""));
    }
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.canvas);
    void this.load();
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(280, this.canvas.clientWidth), height: innerWidth < 768 ? HEIGHT_PHONE : HEIGHT };
  }

  private step(what: string): void {
    const { from, to } = this.view;
    const span = to - from;
    if (what === "back") this.look(from - span / 2, to - span / 2);
    else if (what === "on") this.look(from + span / 2, to + span / 2);
    else if (what === "in") this.look(from + span / 4, to - span / 4);
    else if (what === "out") this.look(from - span / 2, to + span / 2);
    else this.look(this.first.from, this.first.to);
  }

  // Show another window at once from what is here, then fetch it.
  look(from: number, to: number): void {
    const middle = Math.min((from + to) / 2, this.first.to); // half an empty chart of the future is enough
    const half = Math.max(LEAST_SPAN, to - from) / 2;
    const lower = Math.max(0, Math.round(middle - half));
    this.view = { from: lower, to: Math.max(lower + LEAST_SPAN, Math.round(middle + half)) };
    this.plot?.setScale("x", { min: this.view.from, max: this.view.to });
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.load(), 120);
  }

  private async load(): Promise<void> {
    const turn = ++this.asked;
    const { from, to } = this.view;
    const margin = (to - from) / 2; // so that a pan has something to show while the next window is on its way
    const most = Math.min(6000, Math.max(1500, 4 * this.size().width));
    const query = `tu=${Math.max(0, Math.floor(from - margin))}&den=${Math.ceil(to + margin)}&diem=${most}`;
    try {
      const answers = await Promise.all(this.addresses.map(async (address) => {
        const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
        if (!answer.ok) throw new Error(String(answer.status));
        return (await answer.json()) as Answer;
      }));
      if (turn === this.asked) this.show(answers);
    } catch {
      if (turn !== this.asked) return;
      this.note.textContent = this.box.dataset["failed"] ?? "";
    }
  }

  private show(answers: Answer[]): void {
    this.sources = answers.map((answer, n) => ({ answer, name: this.box.dataset[n ? "secondName" : "firstName"] ?? this.box.dataset["raw"] ?? "" }));
    const tables: uPlot.AlignedData[] = [];
    for (const source of this.sources) tables.push(stretches(source.answer), stretches(source.answer, true));
    const data = uPlot.join(tables, tables.map((table) => table.slice(1).map(() => 2 as const)));
    if (this.plot) {
      this.thin(this.plot, data[0].length);
      this.plot.setData(data, false);
    } else this.make(data);
    this.plot?.setScale("x", { min: this.view.from, max: this.view.to });
    this.tell();
  }

  private make(data: uPlot.AlignedData): void {
    this.canvas.replaceChildren();
    const width = lineWidth(data[0].length, this.size().width);
    const pairs = this.sources.flatMap((_source, n) => [
      { stroke: n ? this.ink.second : this.ink.raw, width, points: { show: this.showPoints, size: 4 }, ...(n ? { dash: [6, 3] } : {}) },
      { stroke: this.ink.corrected, width, dash: [3, 3], points: { show: false } },
    ]);
    this.plot = new uPlot(
      {
        ...this.size(), ms: 1, legend: { show: false }, tzDate: (at) => uPlot.tzDate(new Date(at), "Asia/Ho_Chi_Minh"),
        scales: { x: { time: true }, y: { range: (_plot, low, high) => this.range(low, high) } },
        cursor: { drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => { this.step("reset"); return null; } } },
        axes: this.axes(),
        series: [{}, ...pairs],
        hooks: {
          drawAxes: [(plot) => drawLimits(plot, this.limits(), this.ink)],
          draw: [(plot) => drawMarks(plot, this.sources, this.ink)],
          setSelect: [(plot) => this.chosen(plot)],
          setCursor: [(plot) => this.tellAt(plot)],
        },
      },
      data,
      this.canvas,
    );
    this.drag(this.plot.over);
  }

  // A dense line is a hairline: it reads better, and a browser without a graphics card draws it many times faster.
  private thin(plot: uPlot, points: number): void {
    const width = lineWidth(points, plot.width);
    for (const each of plot.series.slice(1)) each.width = width;
  }

  // Samples stand alone: their points are drawn; so are those of a window with few rows.
  private readonly showPoints = (plot: uPlot, _series: number, from: number, to: number): boolean => {
    return this.sources.some((source) => !source.answer.gap) || to - from < plot.width / 12;
  };

  private limits(): Line[] {
    return this.sources[0]?.answer.limits ?? [];
  }

  // Room for the values, and for limits that are not too far off to be compared with them.
  private range(low: number | null, high: number | null): [number, number] {
    if (low === null || high === null || low === undefined || high === undefined) return [0, 1];
    let least = low;
    let most = high;
    const reach = Math.max(Math.abs(high) * 1.5, high - low);
    for (const line of this.limits()) {
      for (const value of [line.low, line.high]) {
        if (value === null || line.end < this.view.from || line.start > this.view.to) continue;
        if (value > high + reach || value < low - reach) continue;
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    const room = (most - least || Math.abs(most) || 1) * 0.08;
    return [least >= 0 && least - room < 0 ? 0 : least - room, most + room];
  }

  private axes(): uPlot.Axis[] {
    const look = { stroke: this.ink.text, grid: { stroke: this.ink.grid, width: 1 }, ticks: { stroke: this.ink.grid, width: 1 }, font: "12px 'Be Vietnam Pro', sans-serif" };
    const minute = 60_000;
    const hour = 60 * minute;
    const day = 24 * hour;
    const none = [null, null, null] as const;
    const values: uPlot.Axis["values"] = [
      [365 * day, "{YYYY}", null, null, null, ...none, 1],
      [28 * day, "{MM}/{YYYY}", null, null, null, ...none, 1],
      [day, "{DD}/{MM}", "\n{YYYY}", null, null, ...none, 1],
      [minute, "{HH}:{mm}", "\n{DD}/{MM}/{YYYY}", null, "\n{DD}/{MM}", ...none, 1],
      [1000, "{HH}:{mm}:{ss}", "\n{DD}/{MM}/{YYYY}", null, "\n{DD}/{MM}", ...none, 1],
    ] as unknown as uPlot.Axis["values"];
    return [
      { ...look, values, space: 64 },
      { ...look, size: 58, values: (_plot, splits) => splits.map((value) => number(value, 6)) },
    ];
  }

  private chosen(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 6) return;
    const from = plot.posToVal(left, "x");
    const to = plot.posToVal(left + width, "x");
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.look(from, to);
  }

  // With Shift, or with a finger, the chart is moved; Ctrl and the wheel zoom around the pointer.
  private drag(over: HTMLElement): void {
    over.addEventListener("mousedown", (event) => { if (event.shiftKey) event.stopImmediatePropagation(); }, true);
    over.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && !event.shiftKey) return;
      const { from, to } = this.view;
      const start = event.clientX;
      const width = over.clientWidth;
      const move = (now: PointerEvent): void => {
        const shift = ((start - now.clientX) / width) * (to - from);
        this.look(from + shift, to + shift);
      };
      const stop = (): void => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", stop);
        removeEventListener("pointercancel", stop);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", stop);
      addEventListener("pointercancel", stop);
    });
    over.addEventListener("wheel", (event) => {
      if (!event.ctrlKey || !this.plot) return;
      event.preventDefault();
      const { from, to } = this.view;
      const at = this.plot.posToVal(event.offsetX, "x");
      const factor = event.deltaY > 0 ? 1.25 : 0.8;
      this.look(at - (at - from) * factor, at + (to - at) * factor);
    }, { passive: false });
  }

  private tellAt(plot: uPlot): void {
    const at = plot.cursor.left;
    if (at === undefined || at === null || at < 0) {
      this.hover.textContent = "";
      return;
    }
    const time = plot.posToVal(at, "x");
    this.hover.textContent = this.sources.map((source) => this.words(source, time)).filter(Boolean).join("   ");
  }

  private words(source: Source, time: number): string {
    const { t, v, f, r } = source.answer;
    let low = 0;
    let high = t.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((t[middle] ?? 0) < time) low = middle + 1;
      else high = middle;
    }
    const before = Math.abs((t[low - 1] ?? -Infinity) - time);
    const n = before < Math.abs((t[low] ?? Infinity) - time) ? low - 1 : low;
    const at = t[n];
    if (at === undefined) return "";
    const { answer } = source;
    const flags = f[n] ?? 2;
    const why = Object.entries(answer.reasons).filter(([bit]) => (r[n] ?? 0) & Number(bit)).map(([, word]) => word);
    const words = this.box.dataset;
    const below = answer.b.includes(n) ? ` (${words["below"] ?? ""})` : "";
    const value = v[n] === null || v[n] === undefined ? "–" : `${number(v[n], answer.places)} ${answer.unit}${below}`;
    const place = answer.corrected.t.indexOf(at);
    const settled = answer.corrected.v[place];
    const said = place < 0 ? "" : settled === null || settled === undefined ? ` → ${words["rejected"] ?? ""}` : ` → ${number(settled, answer.places)} (${words["corrected"] ?? ""})`;
    const flag = flags === 1 ? "" : ` · ${answer.flags[String(flags)] ?? ""}${why.length ? `: ${why.join(", ")}` : ""}`;
    return `${this.sources.length > 1 ? `${source.name}: ` : ""}${clock(at)}  ${value}${said}${flag}`;
  }

  private tell(): void {
    const words = this.box.dataset;
    const total = this.sources.reduce((sum, each) => sum + each.answer.total, 0);
    const drawn = this.sources.reduce((sum, each) => sum + each.answer.t.length, 0);
    const thinned = this.sources.some((each) => each.answer.bucket);
    const text = total === 0 ? words["none"] : thinned ? words["thinned"] : words["whole"];
    this.note.textContent = `${clock(this.view.from)} – ${clock(this.view.to)}. ${(text ?? "").replace("%(n)s", number(drawn, 0)).replace("%(all)s", number(total, 0))}`;
    words["shownFrom"] = String(this.view.from);
    words["shownTo"] = String(this.view.to);
    words["shownPoints"] = String(drawn);
    words["shownLoads"] = String(Number(words["shownLoads"] ?? 0) + 1);
  }
}

function lineWidth(points: number, pixels: number): number {
  return points > pixels ? 1 / devicePixelRatio : 1.5;
}

for (const box of document.querySelectorAll<HTMLElement>("[data-chart]")) new Chart(box);
