"use strict";
// The curves and their controls. It writes text only as text, and opens no connection.
(() => {
  const { data, facets, every, everyRun } = Traces;
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const hasMeans = every.some((one) => Object.keys(one.mean).length);
  const hasRuns = everyRun.length > 0;
  const FEW_POINTS = 3;
  const MOST_READ = 24;

  // ---- the controls ----
  const form = byId("controls");
  const box = (title) => {
    const made = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = title;
    made.append(legend);
    form.append(made);
    return made;
  };
  const group = (name, title, type, values, chosen, text = String) => {
    const choices = document.createElement("div");
    choices.className = "choices";
    for (const value of values) {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type, name, value: String(value), defaultChecked: chosen(value) });
      label.append(input, document.createTextNode(text(value)));
      choices.append(label);
    }
    box(title).append(choices);
  };
  const field = (title, label, settings) => {
    const input = document.createElement("input");
    Object.assign(input, settings);
    input.setAttribute("aria-label", label);
    const made = box(title);
    made.append(input);
    return made;
  };
  const nameOfMetric = (metric) => Object.values(data.metrics).find((one) => one[metric])[metric][0];
  const build = () => {
    const all = () => true;
    const lead = facets.point.slice(0, FEW_POINTS);
    const { dataset, point, backend, partition, fold, seed, metric } = facets;
    if (dataset.length > 1) group("dataset", "Dataset", "radio", dataset, (v) => v === dataset[0]);
    if (metric.length > 1) group("metric", "Measure", "radio", metric, (v) => v === metric[0], nameOfMetric);
    group("partition", "Partitions", "checkbox", partition, all);
    if (point.length > 1) group("point", "Points", "checkbox", point, (v) => lead.includes(v));
    if (backend.length > 1) {
      const text = (name) => (data.same.includes(name) ? `${name} (the same curves)` : name);
      group("backend", "Backends", "checkbox", backend, (name) => !data.same.includes(name), text);
    }
    if (fold.length > 1) group("fold", "Folds of single runs", "checkbox", fold, all);
    if (seed.length > 1) group("seed", "Seeds of single runs", "checkbox", seed, all);
    if (hasMeans && hasRuns) group("show", "Show", "checkbox", ["mean and band", "single runs"], all);
    if (everyRun.length > 1 || every.length > 1) {
      field("Find runs", "Find runs by name; phrases with commas between them must all be in it", { type: "search", id: "find", placeholder: "seed 3, fold 0" });
    }
    field("Smoothing", "Smoothing: window in per cent of the epochs", { type: "range", id: "smooth", min: 0, max: 20, step: 1, defaultValue: "0" })
      .append(Object.assign(document.createElement("output"), { id: "smoothing", htmlFor: "smooth" }));
    const counted = ["epochs", "iterations", "samples"].filter((what) => what === "epochs" || Traces.every.some((one) => one[what]));
    if (counted.length > 1) group("x", "Horizontal axis", "radio", counted, (v) => v === "epochs");
    group("xtype", "Horizontal scale", "radio", ["linear", "log"], (v) => v === "linear");
    if (data.positive) group("ytype", "Loss scale", "radio", ["log", "linear"], (v) => v === "log");
  };
  const chosen = (name) => [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((input) => input.value);
  const offered = (name) => form.querySelector(`input[name="${name}"]`) !== null;
  const picks = (name) => {
    const values = new Set(chosen(name));
    return (value) => !offered(name) || values.has(String(value));
  };
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const datasetNow = () => chosen("dataset")[0] ?? facets.dataset[0];
  const stateNow = () => {
    const [point, backend, show] = [picks("point"), picks("backend"), chosen("show")];
    const [find, dataset] = [byId("find")?.value ?? "", datasetNow()];
    const metric = Traces.metricFor(dataset, chosen("metric")[0] ?? "loss");
    const shown = every.filter((one) => one.dataset === dataset && point(one.point) && backend(one.backend) && Traces.isFound(one, find));
    return {
      shown, find, metric, label: nameOfMetric(metric), dark: isDark(), smooth: Number(byId("smooth").value),
      x: chosen("x")[0] ?? "epochs", xtype: chosen("xtype")[0], partition: picks("partition"), fold: picks("fold"), seed: picks("seed"),
      means: !offered("show") || show.includes("mean and band"), runs: hasRuns && (!offered("show") || show.includes("single runs")),
    };
  };

  // ---- drawing ----
  const UNIT = data.unit === "epoch" ? "Epoch (passes over the training rows)" : data.unit[0].toUpperCase() + data.unit.slice(1);
  const AXES = { epochs: UNIT, iterations: "Iteration (update of the weights)", samples: "Samples seen" };
  const isTouched = () => matchMedia("(pointer: coarse)").matches;
  const layoutOf = (state) => {
    const ink = state.dark ? "#ececec" : "#1b1b1b";
    const axis = { color: ink, gridcolor: state.dark ? "#3a4046" : "#dddddd", zeroline: false, tickformat: ",.6~g" };
    const narrow = plot.clientWidth < 480;
    const ytype = ["accuracy", "score"].includes(state.metric) ? "linear" : chosen("ytype")[0] ?? "linear";
    return {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink, family: "system-ui, sans-serif", size: narrow ? 12 : 13 },
      margin: { l: narrow ? 62 : 76, r: 12, t: 10, b: 52 }, hovermode: "closest", dragmode: isTouched() ? false : "zoom",
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, groupclick: "togglegroup" },
      xaxis: { ...axis, type: state.xtype, title: { text: narrow ? AXES[state.x].split(" (")[0] : AXES[state.x] } },
      yaxis: {
        ...axis, nticks: ytype === "log" ? 5 : 8, type: ytype, automargin: true,
        title: { text: Traces.plain(data.metrics[datasetNow()][state.metric][1]) },
      },
      yaxis2: { overlaying: "y", range: [0, 1], fixedrange: true, visible: false },
    };
  };
  let ready = false;
  let drawn = [];
  const plot = byId("plot");
  function draw() {
    if (!ready) return;
    const state = stateNow();
    drawn = Traces.all(state);
    const lines = drawn.filter(Traces.isCurve).length;
    plot.setAttribute("aria-label", `${state.label} against ${state.x}: ${lines} curves`);
    byId("smoothing").textContent = state.smooth ? `${state.smooth} % of the epochs` : "none";
    const hint = isTouched() ? "" : " Drag to zoom, double-click to see all.";
    const smooth = state.smooth ? ` Smoothed: means over ${state.smooth} % of the epochs; marks and readings are of the curves as they are, drawn faintly.` : "";
    byId("chosen").textContent = lines ? `${lines} curve${lines === 1 ? "" : "s"} shown.${smooth}${hint}` : "No curve is chosen.";
    byId("download").disabled = !lines;
    window.Plotly.react(plot, drawn, layoutOf(state), { displayModeBar: false, responsive: true });
    readAt();
  }

  // ---- reading, which starts at the best epoch, and taking away ----
  const input = byId("epoch");
  let asked = false; // whether the reader has chosen an epoch
  function readAt() {
    if (!asked) input.value = data.start[datasetNow()];
    const lines = Traces.readings(stateNow(), Number(input.value));
    const more = lines.length - MOST_READ;
    if (more > 0) lines.splice(MOST_READ, more, `(${more} more; choose fewer curves)`);
    byId("reading").textContent = lines.join("\n");
  }
  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([Traces.asCsv(drawn, stateNow().metric)], { type: "text/csv" }));
    link.download = "curves.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const start = async () => {
    const packed = Traces.bytesOf(byId("plotly").textContent);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    if (!window.Plotly) throw new Error("the plotting library did not start");
    build();
    form.hidden = false;
    byId("reader").hidden = false;
    form.addEventListener("change", draw);
    for (const id of ["find", "smooth"]) byId(id)?.addEventListener("input", draw);
    for (const one of [form, byId("reader")]) one.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("input", () => { asked = true; readAt(); });
    byId("download").addEventListener("click", download);
    document.addEventListener("theme", draw);
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
