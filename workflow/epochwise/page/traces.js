"use strict";
// From the page's data, and what is chosen of them, to what plotly draws. Nothing here touches the page.
const Traces = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);

  // ---- the data ----
  const bytesOf = (text) => {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };
  const unpack = (text, Kind) => new Kind(bytesOf(text).buffer); // little-endian, as browsers' machines are
  const Values = data.precision === "f8" ? Float64Array : Float32Array;
  const known = new Map();
  const curve = (packed) => {
    if (!known.has(packed)) {
      known.set(packed, { epoch: unpack(packed[0], Uint32Array), values: packed.slice(1).map((text) => unpack(text, Values)) });
    }
    return known.get(packed);
  };
  const distinct = (values) => [...new Set(values)];
  const every = data.curves;
  const everyRun = every.flatMap((one) => one.runs);
  const partitionsOf = (one) => Object.keys(one.mean.loss ?? one.runs[0]?.losses.loss ?? {});
  const facets = {
    dataset: distinct(every.map((one) => one.dataset)),
    point: distinct(every.map((one) => one.point)),
    backend: distinct(every.map((one) => one.backend)),
    partition: distinct(every.flatMap(partitionsOf)),
    fold: distinct(everyRun.map((run) => run.fold)),
    seed: distinct(everyRun.map((run) => run.seed)),
    metric: distinct(Object.values(data.metrics).flatMap(Object.keys)),
  };
  const meanOf = (one, metric, partition) => (one.mean[metric] ? curve(one.mean[metric][partition]) : null);
  const bandOf = (one, metric, partition) => (one.band[metric] ? curve(one.band[metric][partition]) : null);
  const runOf = (run, metric, partition) => {
    if (run.losses[metric]) return curve(run.losses[metric][partition]);
    const { epoch, values } = curve(run.losses.loss[partition]);
    return { epoch, values: [values[0].map(Math.sqrt)] }; // of runs the root of the loss alone is not packed
  };
  const metricFor = (dataset, wished) => (data.metrics[dataset]?.[wished] ? wished : "loss");

  // ---- names and colours: of a point by its place in the study, whatever else is shown ----
  const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#a3447c", "#8a6100", "#3a86b7", "#000000"];
  const DARK = ["#56b4e9", "#ff8c42", "#2fd6a3", "#e39cc6", "#f0c040", "#9ad0f0", "#ffffff"];
  const DASH = { train: "dash", validation: "solid", test: "dot" };
  const kindOf = (one) => JSON.stringify([one.point, data.same.includes(one.backend) ? facets.backend[0] : one.backend]);
  const kinds = distinct(every.map(kindOf));
  const colourOf = (one, partition, dark) => {
    const place = kinds.length > 1 ? kinds.indexOf(kindOf(one)) : facets.partition.indexOf(partition);
    return (dark ? DARK : LIGHT)[place % LIGHT.length];
  };
  const nameOf = (one, partition) =>
    [partition, facets.point.length > 1 ? one.point : "", facets.backend.length > 1 ? one.backend : ""].filter(Boolean).join(", ");
  const nameOfRun = (run) => `seed ${run.seed}${facets.fold.length > 1 ? `, fold ${run.fold}` : ""}${run.diverged ? ", diverged" : ""}`;
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"); // plotly reads some HTML

  // ---- finding runs: phrases with commas between them, all of which a run must have in its name ----
  const matches = (words, find) => find.toLowerCase().split(",").map((phrase) => phrase.trim()).filter(Boolean)
    .every((phrase) => ` ${words} `.toLowerCase().includes(/\d$/.test(phrase) ? `${phrase} ` : phrase));
  const wordsOf = (one, run) =>
    `${one.dataset} ${one.point.replaceAll(",", "")} ${one.backend}${run ? ` fold ${run.fold} seed ${run.seed}${run.diverged ? " diverged" : ""}` : ""}`;
  const runsOf = (one, state) =>
    one.runs.filter((run) => state.fold(run.fold) && state.seed(run.seed) && matches(wordsOf(one, run), state.find));
  const isFound = (one, find) => (one.runs.length ? one.runs.some((run) => matches(wordsOf(one, run), find)) : matches(wordsOf(one), find));

  // ---- the lines ----
  const scaled = (one, epochs, x) => {
    const factor = x === "epochs" ? 1 : one[x];
    return factor === null ? epochs : Float64Array.from(epochs, (epoch) => epoch * factor);
  };
  const smooth = (epoch, values, percent) => { // the mean of what is drawn in a window about each epoch, narrower at the ends
    const [begin, end] = [epoch[0], epoch[epoch.length - 1]];
    const smoothed = new Float64Array(values.length);
    let first = 0, next = 0, sum = 0;
    for (let i = 0; i < values.length; i += 1) {
      const half = Math.min((percent / 200) * end, epoch[i] - begin, end - epoch[i]);
      while (next < values.length && epoch[next] <= epoch[i] + half) sum += values[next++];
      while (epoch[first] < epoch[i] - half) sum -= values[first++];
      smoothed[i] = sum / (next - first);
    }
    return smoothed;
  };
  const HIDDEN = { hoverinfo: "skip", showlegend: false };
  const bandTrace = (one, found, look, state) => {
    const { epoch, values } = found;
    const along = [...scaled(one, epoch, state.x)];
    return {
      x: along.concat([...along].reverse()), y: [...values[0]].concat([...values[1]].reverse()), meta: { kind: "band" },
      fill: "toself", fillcolor: look.colour + "33", line: { width: 0, color: look.colour }, mode: "lines", legendgroup: look.group, ...HIDDEN,
    };
  };
  const lineTraces = (one, partition, found, look, state) => {
    const { epoch, values } = found;
    const isSmooth = state.smooth > 0 && epoch.length > 2;
    const name = plain(look.name) + (isSmooth ? ", smoothed" : "");
    const line = {
      x: scaled(one, epoch, state.x), customdata: epoch, mode: epoch.length > 10 ? "lines" : "lines+markers", name, legendgroup: look.group,
      line: { color: look.colour, dash: DASH[partition], width: look.width }, opacity: look.opacity, showlegend: look.legend,
      meta: { kind: look.kind, one, partition, which: look.which, found },
      hovertemplate: `${name}<br>epoch %{customdata:,}<br>${state.label} %{y:.6g}<extra></extra>`,
    };
    if (!isSmooth) return [{ ...line, y: values[0] }];
    const raw = { ...line, y: values[0], opacity: 0.25, line: { ...line.line, width: 1 }, meta: { kind: "raw" }, ...HIDDEN };
    const drawn = { ...line, y: smooth(epoch, values[0], state.smooth) };
    return look.opacity === 1 ? [raw, drawn] : [drawn];
  };
  const bestTrace = (one, found, best, look, state) => {
    const { epoch, values } = found;
    const at = best < 0 ? -1 : epoch.findIndex((each) => each >= best);
    if (at < 0) return [];
    const fill = one.bound ? (state.dark ? "#14171a" : "#ffffff") : look.colour;
    const called = one.bound ? "best epoch at least %{customdata:,}: a lower bound" : "best epoch %{customdata:,}";
    return [{
      x: scaled(one, epoch.slice(at, at + 1), state.x), y: [values[0][at]], customdata: [epoch[at]], mode: "markers",
      meta: { kind: "best", bound: one.bound }, legendgroup: look.group, showlegend: false,
      marker: { color: fill, size: one.bound ? 12 : 9, symbol: one.bound ? "triangle-right" : "circle", line: { color: look.colour, width: 2 } },
      hovertemplate: `${called}<br>${plain(nameOf(one, "validation"))}<br>${state.label} %{y:.6g}<extra></extra>`,
    }];
  };
  const entryTrace = (look) => ({ // the legend's entry of a group of runs that has no mean
    x: [null], y: [null], mode: "lines", name: plain(look.group_name), legendgroup: look.group, showlegend: true, meta: { kind: "entry" },
    line: { color: look.colour, dash: look.dash, width: 2 },
  });
  const tracesOfPartition = (one, partition, state) => {
    const colour = colourOf(one, partition, state.dark);
    const name = nameOf(one, partition);
    const group = `${partition} ${kindOf(one)} ${one.backend}`;
    const mean = meanOf(one, state.metric, partition);
    const runs = state.runs || !mean ? runsOf(one, state) : [];
    const withMean = mean && state.means;
    const single = !mean && one.runs.length === 1;
    const traces = [];
    const band = withMean ? bandOf(one, state.metric, partition) : null;
    if (band) traces.push(bandTrace(one, band, { colour, group }, state));
    if (!withMean && !single && runs.length) traces.push(entryTrace({ colour, group, group_name: name, dash: DASH[partition] }));
    for (const run of runs) {
      const which = nameOfRun(run);
      const look = { name: `${name}, ${which}`, colour, group, which, kind: "run", width: withMean ? 0.8 : 1.6, opacity: mean ? 0.45 : 1, legend: single };
      traces.push(...lineTraces(one, partition, runOf(run, state.metric, partition), look, state));
    }
    if (withMean) {
      const look = { name: `${name}, mean of ${one.count}`, colour, group, which: "mean", kind: "mean", width: 2.2, opacity: 1, legend: true };
      traces.push(...lineTraces(one, partition, mean, look, state));
    }
    if (partition !== "validation") return traces;
    if (withMean) traces.push(...bestTrace(one, mean, one.best, { colour, group }, state));
    else if (runs.length === 1) traces.push(...bestTrace(one, runOf(runs[0], state.metric, partition), runs[0].best, { colour, group }, state));
    return traces;
  };

  // ---- what is marked besides ----
  const isCurve = (trace) => ["mean", "run"].includes(trace.meta.kind);
  const safeTraces = (state) => state.shown.filter((one) => one.safe).map((one, place) => {
    const [low, high, cost] = one.safe;
    const ends = scaled(one, Float64Array.from([low, high]), state.x);
    const height = 0.015 + 0.025 * place;
    return {
      x: [...ends].map((end) => Math.max(end, state.xtype === "log" ? 1 : 0)), y: [height, height], yaxis: "y2", mode: "lines", name: "safe range",
      line: { color: colourOf(one, "validation", state.dark), width: 6 }, legendgroup: "safe range", showlegend: place === 0, meta: { kind: "safe" },
      hovertemplate: `${plain(nameOf(one, "safe range"))}: ${low.toLocaleString("en")} to ${high.toLocaleString("en")}<br>` +
        `less than ${cost} % more validation loss<extra></extra>`,
    };
  });
  const baselineTraces = (state, traces) => {
    const values = distinct(state.shown.map((one) => one.baseline[state.metric]).filter((value) => value !== undefined));
    const along = traces.filter(isCurve).flatMap((trace) => [trace.x[0], trace.x[1], trace.x[trace.x.length - 1]])
      .filter((x) => Number.isFinite(x) && (state.xtype !== "log" || x > 0));
    if (!along.length) return [];
    const ends = [Math.min(...along), Math.max(...along)];
    return values.map((value, place) => ({
      x: ends, y: [value, value], mode: "lines", name: "baseline", legendgroup: "baseline", showlegend: place === 0, meta: { kind: "baseline" },
      line: { color: state.dark ? "#9a9a9a" : "#767676", dash: "dot", width: 1.2 },
      hovertemplate: `baseline: predicting a constant<br>${state.label} %{y:.6g}<extra></extra>`,
    }));
  };
  const all = (state) => {
    const lines = state.shown.flatMap((one) => partitionsOf(one).filter(state.partition).flatMap((partition) => tracesOfPartition(one, partition, state)));
    if (!lines.length || !state.partition("validation")) return lines;
    return [...baselineTraces(state, lines), ...lines, ...safeTraces(state)];
  };

  // ---- the values themselves ----
  const quoted = (text) => (/[",\n\r]/.test(String(text)) ? `"${String(text).replaceAll('"', '""')}"` : String(text));
  const asCsv = (traces, metric) => {
    const lines = [["dataset", "point", "backend", "partition", "metric", "curve", "epoch", "value"]];
    for (const { one, partition, which, found } of traces.filter(isCurve).map((trace) => trace.meta)) {
      const name = [one.dataset, one.point, one.backend, partition, metric, which];
      found.epoch.forEach((epoch, i) => lines.push([...name, epoch, found.values[0][i]]));
    }
    return lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n";
  };
  const valueAt = ({ epoch, values }, wished) => {
    let at = -1;
    for (let i = 0; i < epoch.length && epoch[i] <= wished; i += 1) at = i;
    return at < 0 ? null : { epoch: epoch[at], value: values[0][at] };
  };
  const readings = (state, epoch) => {
    const lines = [];
    for (const one of state.shown) {
      for (const partition of partitionsOf(one).filter(state.partition)) {
        const mean = meanOf(one, state.metric, partition);
        const read = mean ? [["mean", mean]] : runsOf(one, state).map((run) => [nameOfRun(run), runOf(run, state.metric, partition)]);
        for (const [which, found] of read) {
          const at = valueAt(found, epoch);
          if (at) lines.push(`${nameOf(one, partition)}, ${which}: ${Number(at.value.toPrecision(6))} (epoch ${at.epoch})`);
        }
      }
    }
    return lines;
  };
  return { data, facets, every, everyRun, distinct, plain, bytesOf, metricFor, isFound, all, isCurve, asCsv, readings };
})();
