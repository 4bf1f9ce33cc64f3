/* The charts of a comparison: the same scale for all runs. What they show stands in the tables too. */
"use strict";
(function () {
  const { words, number, plain, kw, two, escaped, hatch, axis } = chartPage;
  const runs = chartPage.data.runs;
  const base = (c) => chartPage.base(c, { itemWidth: 22 });
  const kwh = (value) => number(value, value < 100 ? 2 : 1) + "\u00a0kWh";
  const short = (name, most) => (name.length > most ? name.slice(0, most - 1) + "…" : name);

  const bar = (name, colour, values, decal, more) => ({
    ...chartPage.bar(name, colour, values, decal), stack: "all", emphasis: { disabled: true }, ...more,
  });

  function drawEnergies(chart, c) {
    const of = (name) => runs.map((run) => run.energies[name]);
    const narrow = chart.getWidth() < 560;
    chart.getDom().style.height = 110 + 54 * runs.length + "px";
    chart.resize();
    const series = [];
    if (of("self_consumed").some((value) => value !== null)) series.push(bar(words["energy.self_consumed"], c.pv, of("self_consumed")));
    series.push(bar(words["energy.import"], c.import, of("import")));
    series.push(bar(words["energy.export"], c.export, of("export").map((value) => -value), hatch(c.card, 0.8, 5)));
    chart.setOption({
      ...base(c), grid: { left: narrow ? 96 : 150, right: 20, top: narrow ? 64 : 40, bottom: 44 },
      tooltip: {
        ...base(c).tooltip, trigger: "axis", axisPointer: { type: "shadow" },
        formatter: (found) => `<b>${escaped(runs[found[0].dataIndex].name)}</b><br>` + found.map((each) => `${escaped(each.seriesName)}: ${kwh(Math.abs(each.value))}`).join("<br>"),
      },
      xAxis: axis(c, { type: "value", name: "kWh", nameLocation: "middle", nameGap: 28, axisLabel: { color: c.muted, hideOverlap: true, formatter: plain } }),
      yAxis: axis(c, { type: "category", inverse: true, data: runs.map((run) => run.name), axisLabel: { color: c.text, fontSize: 13, formatter: (name) => short(name, narrow ? 12 : 20) } }),
      series: series.map((one) => ({ ...one, barMaxWidth: 28 })),
    }, { notMerge: true });
  }

  /* One hour of a run's mean day: what covers the load, and what is exported. */
  function hour(run, i) {
    const of = (name) => run.hours[name][i] || 0;
    const used = run.grid_meter ? 0 : Math.max(of("pv") - of("export") - of("battery_charge"), 0);
    return { load: run.hours.load[i], used, discharge: run.grid_meter ? 0 : of("battery_discharge"), bought: of("import"), stored: of("battery_charge"), sold: of("export") };
  }

  function drawHours(chart, c) {
    const width = chart.getWidth(), most = Math.max(1, Math.min(runs.length, Math.floor(width / 300)));
    const rows = Math.ceil(runs.length / most), columns = Math.ceil(runs.length / rows), top = width < 560 ? 96 : 48, each = 240;
    chart.getDom().style.height = top + each * rows + "px";
    chart.resize();
    const hours = [...Array(24).keys()];
    const all = runs.map((run) => hours.map((i) => hour(run, i)));
    const highest = Math.max(...all.flat().map((at) => Math.max(at.load || 0, at.used + at.discharge + at.bought)));
    const lowest = Math.min(0, ...all.flat().map((at) => -at.sold - at.stored));
    const rough = Math.max(highest - lowest, 1e-3) / 4, power = Math.pow(10, Math.floor(Math.log10(rough)));
    const interval = power * [1, 2, 5, 10].find((nice) => nice * power >= rough);
    const scale = { min: Math.floor(lowest / interval) * interval, max: Math.ceil(highest / interval) * interval, interval };
    const battery = runs.some((run) => run.battery), grids = [], x = [], y = [], series = [], titles = [];
    runs.forEach((run, i) => {
      const cell = width / columns, left = 48 + (i % columns) * cell, at = top + Math.floor(i / columns) * each;
      grids.push({ left, top: at + 30, width: cell - 64, height: each - 66 });
      titles.push({ text: short(run.name, Math.floor(cell / 9) - 4) + ", kW", left: left - 6, top: at, textStyle: { color: c.text, fontSize: 14 } });
      x.push(axis(c, {
        type: "category", gridIndex: i, data: hours.map((h) => two(h) + ":00"), splitLine: { show: false },
        axisLine: { onZero: false, lineStyle: { color: c.muted } }, axisTick: { show: false },
        axisLabel: { color: c.muted, fontSize: 12, interval: 5, margin: 8 },
      }));
      y.push(axis(c, { type: "value", gridIndex: i, ...scale, axisLabel: { color: c.muted, formatter: plain } }));
      const place = { xAxisIndex: i, yAxisIndex: i, stack: "run" + i, barCategoryGap: "8%" };
      const of = (name, sign) => all[i].map((values) => sign * values[name]);
      if (!run.grid_meter) series.push(bar(words["chart.used"], c.pv, of("used", 1), null, place));
      if (battery) series.push(bar(words["chart.discharge"], c.battery, of("discharge", 1), hatch(c.card, -0.8, 6), place));
      series.push(bar(words["chart.import"], c.import, of("bought", 1), null, place));
      series.push(bar(words["chart.export"], c.export, of("sold", -1), hatch(c.card, 0.8, 5), place));
      if (battery) series.push(bar(words["chart.stored"], c.battery, of("stored", -1), hatch(c.card, 1.57, 4), place));
      series.push({
        name: words[run.grid_meter ? "chart.meter" : "chart.load"], type: "line", symbol: "none", step: "middle", z: 5, data: all[i].map((values) => values.load),
        xAxisIndex: i, yAxisIndex: i, lineStyle: { color: c.load, width: 1.5, type: "dashed" }, itemStyle: { color: c.load }, emphasis: { disabled: true },
      });
    });
    chart.setOption({
      ...base(c), title: titles, grid: grids, xAxis: x, yAxis: y, series,
      tooltip: {
        ...base(c).tooltip, trigger: "axis", axisPointer: { type: "shadow" },
        formatter: (found) => `<b>${escaped(runs[found[0].axisIndex].name)}, ${escaped(found[0].axisValueLabel)}</b><br>` + found.map((one) => `${escaped(one.seriesName)}: ${kw(one.value === null ? null : Math.abs(one.value))}`).join("<br>"),
      },
    }, { notMerge: true });
  }

  function drawDuration(chart, c) {
    const tones = [c.load, c.import, c.export, c.pv, c.battery], dashes = ["solid", [8, 4], [2, 3], [12, 3, 2, 3], [5, 2]];
    const narrow = chart.getWidth() < 560, top = narrow ? 36 + 26 * runs.length : 64;
    chart.getDom().style.height = 280 + top + "px";
    chart.resize();
    chart.setOption({
      ...base(c), grid: { left: 52, right: 16, top, bottom: 48 },
      legend: { ...base(c).legend, orient: narrow ? "vertical" : "horizontal", itemWidth: 34, data: runs.map((run) => run.name), formatter: (name) => short(name, 36) },
      tooltip: {
        ...base(c).tooltip, trigger: "axis",
        formatter: (found) => `<b>${number(found[0].value[0], 0)} %</b><br>` + found.map((one) => `${escaped(one.seriesName)}: ${kw(one.value[1])}`).join("<br>"),
      },
      xAxis: axis(c, { type: "value", min: 0, max: 100, name: words["chart.time_share"], nameLocation: "middle", nameGap: 28, splitLine: { show: false }, axisLine: { onZero: true, lineStyle: { color: c.muted } } }),
      yAxis: axis(c, { type: "value", name: "kW", axisLabel: { color: c.muted, formatter: plain } }),
      series: runs.map((run, i) => ({
        name: run.name, type: "line", symbol: "none", data: run.duration.map((value, at) => [at, value]), emphasis: { disabled: true },
        lineStyle: { color: tones[i % tones.length], width: 2, type: dashes[i % dashes.length] }, itemStyle: { color: tones[i % tones.length] },
      })),
    }, { notMerge: true });
  }

  try {
    chartPage.show({ energies: drawEnergies, hours: drawHours, duration: drawDuration });
    chartPage.ready();
  } catch (error) {
    chartPage.fail();
    throw error;
  }
})();
