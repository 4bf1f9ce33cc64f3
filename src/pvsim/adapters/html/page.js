/* What every page with charts has: its data, numbers as its language writes them, colours, and when it draws. */
"use strict";
const chartPage = (function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const charts = new Map();
  let printing = false;

  for (const each of document.querySelectorAll(".scripted")) each.hidden = false;

  function number(value, digits) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const [whole, fraction] = Math.abs(value).toFixed(digits).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, words["number.group"]);
    const minus = value < 0 && Number(value.toFixed(digits)) !== 0 ? "−" : "";
    return minus + grouped + (fraction ? words["number.decimal"] + fraction : "");
  }
  const plain = (value) => number(value, (String(Number(value.toFixed(3))).split(".")[1] || "").length);
  const kw = (value) => number(value, 3) + "\u00a0kW";
  const two = (value) => String(value).padStart(2, "0");
  const escaped = (text) => String(text).replace(/[&<>"]/g, (letter) => "&#" + letter.charCodeAt(0) + ";");

  /* Colours are those of the page, so that a switch of the theme and the printer's white change both. */
  function colours() {
    const style = getComputedStyle(document.documentElement);
    const names = ["text", "muted", "line", "card", "pv", "import", "export", "load", "battery"];
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--" + name).trim()]));
  }
  const hatch = (colour, rotation, gap) => ({ color: colour, dashArrayX: [1, 0], dashArrayY: [2, gap], rotation, symbolSize: 1 });
  /* What all charts have; `legend` is what the legends of this kind of page have besides. */
  const base = (c, legend) => ({
    animation: !still && !printing,
    animationDuration: 250,
    aria: { enabled: false },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: c.text },
    tooltip: {
      backgroundColor: c.card, borderColor: c.line, textStyle: { color: c.text, fontSize: 13 }, confine: true,
      transitionDuration: still ? 0 : 0.2,
    },
    legend: {
      type: "plain", top: 0, left: 0, itemGap: 14, itemHeight: 12, textStyle: { color: c.text, fontSize: 13 },
      inactiveColor: c.muted, ...legend,
    },
  });
  const axis = (c, more) => ({
    axisLine: { lineStyle: { color: c.muted } }, axisTick: { lineStyle: { color: c.muted } },
    axisLabel: { color: c.muted, fontSize: 12, hideOverlap: true }, splitLine: { lineStyle: { color: c.line } },
    nameTextStyle: { color: c.muted, fontSize: 12 }, ...more,
  });
  const bar = (name, colour, values, decal) => ({ name, type: "bar", data: values, itemStyle: { color: colour, decal: decal || { symbol: "none" } } });

  /* The charts that stand on the page, drawn by `draw` by their names, and whenever how they look changes. */
  let draw = {};
  function drawAll() {
    const c = colours();
    for (const [name, chart] of charts) draw[name](chart, c);
  }
  function resize(width) {
    for (const chart of charts.values()) chart.resize(width ? { width } : undefined);
    drawAll();
  }
  function show(drawers) {
    draw = drawers;
    for (const element of document.querySelectorAll("[data-chart]")) {
      charts.set(element.dataset.chart, echarts.init(element, null, { renderer: "svg" }));
    }
    drawAll();
    let waiting = 0;
    addEventListener("resize", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => printing || resize()); });
    addEventListener("beforeprint", () => { printing = true; resize(680); });
    addEventListener("afterprint", () => { printing = false; resize(); });
  }
  function fail() {
    document.getElementById("failed").hidden = false;
    for (const each of document.querySelectorAll("[data-chart]")) each.parentElement.hidden = true;
  }
  const ready = () => { document.documentElement.dataset.ready = "yes"; };

  document.getElementById("print").addEventListener("click", () => print());
  document.getElementById("theme").addEventListener("click", () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    drawAll();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  return { data, words, charts, number, plain, kw, two, escaped, colours, hatch, base, axis, bar, drawAll, show, fail, ready };
})();
