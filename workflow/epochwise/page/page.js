"use strict";
// The page's own script: colours, sorting, and the curves with their controls. It reads the
// data block, writes text only as text, and opens no connection.
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);

  // ---- light and dark ----
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
  const themeButton = byId("theme");
  const nameTheme = () => { themeButton.textContent = isDark() ? "Light colours" : "Dark colours"; };
  themeButton.hidden = false;
  nameTheme();
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
    draw();
  });
  prefersDark.addEventListener("change", () => { nameTheme(); draw(); });

  // ---- tables ----
  const compare = (one, other) => {
    if (one === "" || other === "") return one === other ? 0 : one === "" ? 1 : -1; // empty ones last
    const numbers = [Number(one), Number(other)];
    if (numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
    return one < other ? -1 : one > other ? 1 : 0;
  };
  const sortBy = (heading) => {
    const body = heading.closest("table").tBodies[0];
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => row.cells[heading.cellIndex].dataset.v;
    const rows = [...body.rows].sort((a, b) => {
      const [one, other] = [value(a), value(b)];
      const order = compare(one, other);
      return down && one !== "" && other !== "" ? -order : order;
    });
    body.append(...rows);
  };
  for (const button of document.querySelectorAll("th button")) {
    button.addEventListener("click", () => sortBy(button.parentNode));
  }

  // ---- the data ----
  const data = JSON.parse(byId("data").textContent);
  const bytesOf = (text) => {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };
  const unpack = (text, Kind) => new Kind(bytesOf(text).buffer); // little-endian, as browsers' machines are
  const Losses = data.precision === "f8" ? Float64Array : Float32Array;
  const curve = (packed) => ({
    epoch: unpack(packed[0], Uint32Array),
    losses: packed.slice(1).map((text) => unpack(text, Losses)),
  });
  const distinct = (values) => [...new Set(values)];
  const allCurves = data.curves;
  const everyRun = allCurves.flatMap((one) => one.runs);
  const partitionsOf = (one) => Object.keys(Object.keys(one.mean).length ? one.mean : one.runs[0]?.losses ?? {});
  const facets = {
    dataset: distinct(allCurves.map((one) => one.dataset)),
    point: distinct(allCurves.map((one) => one.point)),
    backend: distinct(allCurves.map((one) => one.backend)),
    partition: distinct(allCurves.flatMap(partitionsOf)),
    fold: distinct(everyRun.map((run) => run.fold)),
    seed: distinct(everyRun.map((run) => run.seed)),
  };
  const hasMeans = allCurves.some((one) => Object.keys(one.mean).length);
  const hasRuns = everyRun.length > 0;
  const FEW_POINTS = 3;
  const MOST_READ = 24;

  // ---- the controls ----
  const form = byId("controls");
  const group = (name, title, type, values, chosen, text = String) => {
    const box = document.createElement("fieldset");
    const legend = document.createElement("legend");
    const choices = document.createElement("div");
    legend.textContent = title;
    choices.className = "choices";
    for (const value of values) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type, name, value: String(value), checked: chosen(value) });
      label.append(input, document.createTextNode(text(value)));
      choices.append(label);
    }
    box.append(legend, choices);
    form.append(box);
  };
  const lead = facets.point.slice(0, FEW_POINTS);
  const all = () => true;
  const build = () => {
    if (facets.dataset.length > 1) group("dataset", "Dataset", "radio", facets.dataset, (v) => v === facets.dataset[0]);
    group("partition", "Partitions", "checkbox", facets.partition, all);
    if (facets.point.length > 1) group("point", "Points", "checkbox", facets.point, (v) => lead.includes(v));
    if (facets.backend.length > 1) {
      const text = (name) => (data.same.includes(name) ? `${name} (the same curves)` : name);
      group("backend", "Backends", "checkbox", facets.backend, (name) => !data.same.includes(name), text);
    }
    if (facets.fold.length > 1) group("fold", "Folds of single runs", "checkbox", facets.fold, all);
    if (facets.seed.length > 1) group("seed", "Seeds of single runs", "checkbox", facets.seed, all);
    if (hasMeans && hasRuns) {
      group("show", "Show", "checkbox", ["mean and band", "single runs"], all);
    }
    group("x", "Horizontal axis", "radio", ["epochs", "iterations", "samples"], (v) => v === "epochs");
    group("xtype", "Horizontal scale", "radio", ["linear", "log"], (v) => v === "linear");
    group("ytype", "Loss scale", "radio", ["log", "linear"], (v) => v === (data.positive ? "log" : "linear"));
  };
  const chosen = (name) => [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((input) => input.value);
  const offered = (name) => form.querySelector(`input[name="${name}"]`) !== null;
  const picks = (name) => {
    const values = new Set(chosen(name));
    return (value) => !offered(name) || values.has(String(value));
  };

  // ---- from controls to traces ----
  const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#a3447c", "#8a6100", "#3a86b7", "#000000"];
  const DARK = ["#56b4e9", "#ff8c42", "#2fd6a3", "#e39cc6", "#f0c040", "#9ad0f0", "#ffffff"];
  const DASH = { train: "dash", validation: "solid", test: "dot" };
  const palette = () => (isDark() ? DARK : LIGHT);
  const kindOf = (one) => JSON.stringify([one.point, one.backend]);
  const colourOf = (one, partition, kinds) => {
    const order = kinds.length > 1 ? kinds.indexOf(kindOf(one)) : facets.partition.indexOf(partition);
    return palette()[order % LIGHT.length];
  };
  const scaled = (one, epochs, x) => {
    const factor = x === "epochs" ? 1 : one[x];
    return factor === null ? epochs : Float64Array.from(epochs, (epoch) => epoch * factor);
  };
  const nameOf = (one, partition, points, backends) =>
    [partition, points.length > 1 ? one.point : "", backends.length > 1 ? one.backend : ""].filter(Boolean).join(", ");
  const nameOfRun = (run) => `seed ${run.seed}${facets.fold.length > 1 ? `, fold ${run.fold}` : ""}${run.diverged ? ", diverged" : ""}`;
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;"); // plotly reads some HTML

  const visible = () => {
    const [dataset, point, backend] = ["dataset", "point", "backend"].map(picks);
    return allCurves.filter((one) => dataset(one.dataset) && point(one.point) && backend(one.backend));
  };
  const bandTrace = (one, partition, colour, x) => {
    const { epoch, losses } = curve(one.band[partition]);
    const along = [...scaled(one, epoch, x)];
    return {
      x: along.concat([...along].reverse()), y: [...losses[0]].concat([...losses[1]].reverse()),
      fill: "toself", fillcolor: colour + "33", line: { width: 0, color: colour }, mode: "lines", hoverinfo: "skip", showlegend: false,
    };
  };
  const lineTrace = (one, partition, packed, look, x) => {
    const { epoch, losses } = curve(packed);
    const name = plain(look.name);
    return {
      x: scaled(one, epoch, x), y: losses[0], customdata: epoch, mode: epoch.length > 10 ? "lines" : "lines+markers", name,
      line: { color: look.colour, dash: DASH[partition], width: look.width }, opacity: look.opacity, showlegend: look.legend,
      hovertemplate: `${name}<br>epoch %{customdata:,}<br>loss %{y:.6g}<extra></extra>`,
    };
  };
  const bestTrace = (one, packed, best, colour, x) => {
    const { epoch, losses } = curve(packed);
    const at = best < 0 ? -1 : epoch.findIndex((each) => each >= best);
    if (at < 0) return null;
    return {
      x: scaled(one, epoch.slice(at, at + 1), x), y: [losses[0][at]], customdata: [epoch[at]], mode: "markers", showlegend: false,
      marker: { color: isDark() ? "#14171a" : "#ffffff", size: 9, line: { color: colour, width: 2 } },
      hovertemplate: `lowest ${plain(one.point)} validation loss<br>epoch %{customdata:,}<br>loss %{y:.6g}<extra></extra>`,
    };
  };
  const tracesOf = (one, state) => {
    const traces = [];
    for (const partition of partitionsOf(one).filter(state.partition)) {
      const colour = colourOf(one, partition, state.kinds);
      const name = nameOf(one, partition, state.points, state.backends);
      const mean = one.mean[partition];
      const runs = state.runs || !mean ? one.runs.filter((run) => state.fold(run.fold) && state.seed(run.seed)) : [];
      const alone = !mean || !state.means;
      for (const run of runs) {
        const look = { name: `${name}, ${nameOfRun(run)}`, colour, width: alone ? 1.6 : 0.8, opacity: mean ? 0.45 : 1, legend: !mean };
        traces.push(lineTrace(one, partition, run.losses[partition], look, state.x));
      }
      if (mean && state.means) {
        if (one.band[partition]) traces.unshift(bandTrace(one, partition, colour, state.x));
        traces.push(lineTrace(one, partition, mean, { name: `${name}, mean of ${one.count}`, colour, width: 2.2, opacity: 1, legend: true }, state.x));
      }
      if (partition !== "validation") continue;
      if (mean && state.means) traces.push(bestTrace(one, mean, one.best, colour, state.x));
      else if (runs.length === 1) traces.push(bestTrace(one, runs[0].losses[partition], runs[0].best, colour, state.x));
    }
    return traces.filter(Boolean);
  };
  const stateNow = () => {
    const shown = visible();
    const show = chosen("show");
    return {
      shown, x: chosen("x")[0], partition: picks("partition"), fold: picks("fold"), seed: picks("seed"),
      kinds: distinct(shown.map(kindOf)), points: distinct(shown.map((one) => one.point)), backends: distinct(shown.map((one) => one.backend)),
      means: !offered("show") || show.includes("mean and band"), runs: hasRuns && (!offered("show") || show.includes("single runs")),
    };
  };
  const AXES = { epochs: "Epoch (passes over the training rows)", iterations: "Iteration (update of the weights)", samples: "Samples seen" };
  const isTouched = () => matchMedia("(pointer: coarse)").matches;
  const layoutOf = (state) => {
    const ink = isDark() ? "#ececec" : "#1b1b1b";
    const grid = isDark() ? "#3a4046" : "#dddddd";
    const axis = { color: ink, gridcolor: grid, zeroline: false, tickformat: ",.6~g" };
    const dataset = state.shown[0]?.dataset ?? facets.dataset[0];
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink, family: "system-ui, sans-serif", size: 13 },
      margin: { l: 76, r: 12, t: 10, b: 52 }, hovermode: "closest", dragmode: isTouched() ? false : "zoom",
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      xaxis: { ...axis, type: chosen("xtype")[0], title: { text: plot.clientWidth < 480 ? AXES[state.x].split(" (")[0] : AXES[state.x] } },
      yaxis: { ...axis, nticks: 5, type: chosen("ytype")[0], title: { text: plain(data.losses[dataset] ?? "loss") } },
    };
  };

  // ---- drawing and reading ----
  let ready = false;
  const plot = byId("plot");
  function draw() {
    if (!ready) return;
    const state = stateNow();
    const traces = state.shown.flatMap((one) => tracesOf(one, state));
    const lines = traces.filter((trace) => trace.mode !== "markers" && !trace.fill).length;
    plot.setAttribute("aria-label", `Loss curves against ${state.x}: ${lines} curves`);
    const hint = isTouched() ? "" : " Drag to zoom, double-click to see all.";
    byId("chosen").textContent = lines ? `${lines} curve${lines === 1 ? "" : "s"} shown.${hint}` : "No curve is chosen.";
    window.Plotly.react(plot, traces, layoutOf(state), { displayModeBar: false, responsive: true });
    readAt();
  }
  const lossAt = (packed, epoch) => {
    const { epoch: epochs, losses } = curve(packed);
    let at = -1;
    for (let i = 0; i < epochs.length && epochs[i] <= epoch; i += 1) at = i;
    return at < 0 ? null : { epoch: epochs[at], loss: losses[0][at] };
  };
  const readable = (one, partition, state) => {
    const mean = one.mean[partition];
    if (mean) return [["mean", mean]];
    const runs = one.runs.filter((run) => state.fold(run.fold) && state.seed(run.seed));
    return runs.map((run) => [nameOfRun(run), run.losses[partition]]);
  };
  function readAt() {
    const state = stateNow();
    const epoch = Number(byId("epoch").value);
    const lines = [];
    for (const one of state.shown) {
      for (const partition of partitionsOf(one).filter(state.partition)) {
        for (const [which, packed] of readable(one, partition, state)) {
          const found = lossAt(packed, epoch);
          const name = nameOf(one, partition, state.points, state.backends);
          if (found) lines.push(`${name}, ${which}: ${Number(found.loss.toPrecision(6))} (epoch ${found.epoch})`);
        }
      }
    }
    const more = lines.length - MOST_READ;
    if (more > 0) lines.splice(MOST_READ, more, `(${more} more; choose fewer curves)`);
    byId("reading").textContent = lines.join("\n");
  }
  const start = async () => {
    const packed = bytesOf(byId("plotly").textContent);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    if (!window.Plotly) throw new Error("the plotting library did not start");
    build();
    form.hidden = false;
    byId("reader").hidden = false;
    form.addEventListener("change", draw);
    form.addEventListener("submit", (event) => event.preventDefault());
    byId("reader").addEventListener("submit", (event) => event.preventDefault());
    byId("epoch").addEventListener("input", readAt);
    ready = true;
    draw();
    root.dataset.ready = "yes";
  };
  start().catch((error) => {
    const trouble = byId("trouble");
    trouble.textContent = `The interactive curves need a browser from 2023 or later; the figures below do not. (${error.message})`;
    trouble.hidden = false;
    plot.hidden = true;
  });
})();
