/* The charts of the page. What they show stands in the tables too, so that the page can be read without this. */
"use strict";
(function () {
  const { data, words, charts, number, plain, kw, two, escaped, colours, hatch, axis, bar, drawAll } = chartPage;
  const base = (c) => chartPage.base(c, { itemWidth: 20, icon: "rect" });
  const say = (key, parts) => words[key].replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  const daySeconds = 86400, monthSeconds = 28 * daySeconds;
  let arrays = {};
  let view = [0, data.seconds];

  /* Energies and times as the page's language writes them. */
  const kwh = (value) => number(value, value < 1 ? 3 : value < 100 ? 2 : 1) + "\u00a0kWh";
  const percent = (share) => number(share * 100, 1) + words["number.percent"];
  function local(seconds) {
    const t = data.start_utc + seconds;
    let offset = data.offsets[0][1];
    for (const [since, value] of data.offsets) if (t >= since) offset = value;
    return new Date((t + offset) * 1000);
  }
  /* When the clock shows a time: once, twice where it is set back, never where it is set forward. */
  function since(localMs) {
    const found = new Set(data.offsets.map(([, offset]) => localMs / 1000 - offset - data.start_utc));
    return [...found].filter((seconds) => local(seconds).getTime() === localMs);
  }
  /* The offset from UTC of a time that the clock shows twice in the run; empty of all others. */
  function offset(seconds) {
    const at = local(seconds).getTime();
    if (since(at).filter((each) => each >= 0 && each <= data.seconds).length < 2) return "";
    const minutes = Math.round((at / 1000 - data.start_utc - seconds) / 60), size = Math.abs(minutes);
    return (minutes < 0 ? "\u2212" : "+") + two(Math.floor(size / 60)) + ":" + two(size % 60);
  }
  const months = words["date.months"].split(" ");
  function clock(seconds, withSeconds) {
    const at = local(seconds), ends = data.days_in_run === 1 && seconds === data.seconds;
    if (ends && at.getTime() % (daySeconds * 1000) === 0) return "24:00";
    return two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + (withSeconds ? ":" + two(at.getUTCSeconds()) : "");
  }
  const twoYears = local(0).getUTCFullYear() !== local(data.seconds).getUTCFullYear();
  function shortMonth(at) {
    const month = months[at.getUTCMonth()];
    return month.length > 4 ? month.slice(0, 3) : month;
  }
  function shortDate(at, withYear = twoYears) {
    const text = words["date.form"].replace("{day}", at.getUTCDate()).replace("{month}", shortMonth(at));
    return withYear ? text.replace("{year}", at.getUTCFullYear()) : text.replace(/\s*\{year\}/, "");
  }
  function time(seconds) {
    const withSeconds = data.every_s < 60 && view[1] - view[0] <= 7200;
    const shown = [clock(seconds, withSeconds), offset(seconds)].filter(Boolean).join("\u00a0");
    return data.days_in_run === 1 ? shown : shortDate(local(seconds)) + " " + shown;
  }
  function length(seconds) {
    if (seconds % 3600 === 0) return seconds / 3600 + "\u00a0h";
    return seconds % 60 === 0 ? seconds / 60 + "\u00a0min" : seconds + "\u00a0s";
  }

  /* The arrays: deflated, in planes of bytes, as differences. */
  async function unpack({ parts, unit, text }) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const planes = new Uint8Array(await new Response(stream).arrayBuffer());
    const found = {};
    let at = 0;
    for (const [name, n] of parts) {
      const values = new Float64Array(n);
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const low = planes[at + i] | (planes[at + n + i] << 8);
        sum = (sum + (low | (planes[at + 2 * n + i] << 16) | (planes[at + 3 * n + i] << 24))) | 0;
        values[i] = sum === -2147483648 ? NaN : sum * unit;
      }
      at += 4 * n;
      found[name] = values;
    }
    return found;
  }

  /* Powers in kW of stretches of time: of buckets, or of every row where the view is short. */
  function powersOf(kind, from, to) {
    const detail = kind === "detail";
    const step = detail ? data.every_s : kind === "mean" ? data.bucket_s : data.shape_s;
    const prefix = kind + ".";
    const n = arrays[prefix + "pv"].length;
    const first = detail ? Math.max(0, Math.floor(from / step) - 1) : 0;
    const last = detail ? Math.min(n, Math.ceil(to / step) + 1) : n;
    const of = (name, i) => (arrays[prefix + name] ? arrays[prefix + name][i] / 10000 : 0);
    const rows = [];
    for (let i = first; i < last; i++) {
      const load = of("load", i), pv = of("pv", i), charge = of("battery_charge", i), discharge = of("battery_discharge", i);
      const grid = load - pv + charge - discharge;
      const bought = arrays[prefix + "import"] ? of("import", i) : Math.max(grid, 0);
      const sold = arrays[prefix + "export"] ? of("export", i) : Math.max(bought - grid, 0);
      const stored = Math.min(charge, Math.max(pv - sold, 0));
      rows.push({
        t: (i + 0.5) * step, step, load, pv, bought, sold, stored, discharge, used: Math.max(pv - sold - stored, 0),
        curtailed: of("curtailed", i), soc: arrays[prefix + "soc"] ? arrays[prefix + "soc"][i] / 10 : null,
        low: kind === "mean" ? of_range("low", i) : null, high: kind === "mean" ? of_range("high", i) : null,
      });
    }
    return rows;
  }
  function of_range(which, i) {
    const found = {};
    for (const name of ["load", "pv", "import", "export"]) found[name] = arrays[which + "." + name][i] / 10000;
    return found;
  }

  function powerSeries(c, rows, span) {
    const shown = rows.length ? span / rows[0].step : 0;
    const step = shown < 200 ? "middle" : false;
    const width = shown > document.querySelector(".chart.power").clientWidth ? 0.8 : 1.4;
    const points = (value) => rows.map((row) => [row.t, value(row)]);
    const area = (name, colour, value, decal, stack) => ({
      name, type: "line", stack, symbol: "none", step, data: points(value),
      lineStyle: { width: 0 }, areaStyle: { opacity: 0.85 }, itemStyle: { color: colour, decal: decal || { symbol: "none" } },
      emphasis: { disabled: true }, sampling: undefined,
    });
    const line = (name, colour, value, more) => ({
      name, type: "line", symbol: "none", step, data: points(value), z: 5,
      lineStyle: { color: colour, width, type: [4, 3] }, itemStyle: { color: colour }, emphasis: { disabled: true }, ...more,
    });
    const exported = area(words["chart.export"], c.export, (row) => -row.sold, hatch(c.card, 0.8, 5), "down");
    if (data.grid_meter) {
      return [
        area(words["chart.import"], c.import, (row) => row.bought, null, "up"), exported,
        ...(data.pv ? [line(words["chart.pv"], c.pv, (row) => row.pv, {})] : []), line(words["chart.meter"], c.load, (row) => row.load, {}),
      ];
    }
    const series = [];
    if (data.pv) series.push(area(words["chart.used"], c.pv, (row) => row.used, null, "up"));
    if (data.battery) series.push(area(words["chart.discharge"], c.battery, (row) => row.discharge, hatch(c.card, -0.8, 6), "up"));
    series.push(area(words["chart.import"], c.import, (row) => row.bought, null, "up"));
    if (data.battery && data.pv) series.push(area(words["chart.stored"], c.pv, (row) => row.stored, hatch(c.card, 1.57, 4), "up"));
    if (data.pv) series.push(exported);
    series.push(line(words["chart.load"], c.load, (row) => row.load, {}));
    if (rows.length && rows[0].low && rows[0].step > data.every_s) {
      const plain = { type: "line", stack: "range", symbol: "none", lineStyle: { width: 0 }, emphasis: { disabled: true }, silent: true };
      series.push({ ...plain, name: "low", data: points((row) => row.low.load) });
      series.push({ ...plain, name: words["chart.band"], data: points((row) => row.high.load - row.low.load), itemStyle: { color: c.muted }, areaStyle: { opacity: 0.3 } });
    }
    return series;
  }

  /* What stands in the legend: a dashed line for a dashed line; the range is drawn when it is asked for. */
  const dash = "path://M0,5h7v2h-7zM11,5h7v2h-7z";
  function legend(c, series) {
    const dashed = [words["chart.load"], words["chart.meter"], ...(data.grid_meter ? [words["chart.pv"]] : [])];
    const names = series.map((each) => each.name).filter((name) => name !== "low" && name !== words["chart.soc"]);
    const band = words["chart.band"];
    return {
      ...base(c).legend, selected: { [band]: bandShown },
      data: names.map((name) => (dashed.includes(name) ? { name, icon: dash } : { name })),
    };
  }
  let bandShown = false;
  /* Where a chart begins below its legend, and the unit above its axis. */
  function below(names, width) {
    const row = { n: 1, x: 0 };
    for (const name of names) {
      const wide = name.length * 7.2 + 44;
      if (row.x > 0 && row.x + wide > width) { row.n += 1; row.x = 0; }
      row.x += wide;
    }
    return 22 * row.n + 34;
  }

  function tick(span) {
    const nice = [1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 7776000];
    const most = Math.max(3, Math.floor(document.querySelector(".chart.power").clientWidth / 110));
    return nice.find((step) => span / step <= most) || 31536000;
  }

  /* Where the axis is labelled: at round times of the local clock, of long views at the beginnings of months. */
  function places(step) {
    const found = [], at = local(view[0]);
    const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
    const whole = Math.max(1, Math.round(step / daySeconds)), many = Math.max(1, Math.round(step / (30 * daySeconds)));
    const times = (i) => Date.UTC(year, month, day) + i * step * 1000;
    const days = (i) => Date.UTC(year, month, day - (Math.floor(view[0] / daySeconds) % whole) + i * whole);
    const beginnings = (i) => Date.UTC(year, month - (month % many) + i * many, 1);
    const next = step >= monthSeconds ? beginnings : step >= daySeconds ? days : times;
    const last = Math.max(...data.offsets.map(([, offset]) => data.start_utc + view[1] + offset)) * 1000;
    for (let i = 0; next(i) <= last; i++) found.push(...since(next(i)).filter((seconds) => seconds >= view[0] && seconds <= view[1]));
    return found.sort((one, other) => one - other);
  }

  function drawPower(chart, c) {
    const span = view[1] - view[0];
    const detailed = span <= 3600 && arrays["detail.pv"];
    const rows = powersOf(detailed ? "detail" : "mean", view[0], view[1]);
    const soc = data.battery;
    const series = powerSeries(c, rows, span);
    const shown = legend(c, series);
    const top = below(shown.data.map((each) => each.name), chart.getWidth());
    const grids = soc ? [{ left: 52, right: 24, top, bottom: 168, outerBoundsMode: "none" }, { left: 52, right: 24, height: 64, bottom: 70, outerBoundsMode: "none" }]
      : [{ left: 52, right: 24, top, bottom: 70, outerBoundsMode: "none" }];
    const step = tick(span), customValues = places(step);
    const x = (index) => axis(c, {
      type: "value", min: 0, max: data.seconds, gridIndex: index, splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: c.muted } }, axisTick: { lineStyle: { color: c.muted }, customValues },
      axisLabel: { color: c.muted, fontSize: 12, lineHeight: 13, hideOverlap: true, show: index === grids.length - 1, customValues, formatter: (at) => label(at, step) },
      axisPointer: { label: { show: false } },
    });
    if (soc) {
      series.push({
        name: words["chart.soc"], type: "line", xAxisIndex: 1, yAxisIndex: 1, symbol: "none", data: rows.map((row) => [row.t, row.soc]),
        lineStyle: { color: c.battery, width: 2 }, itemStyle: { color: c.battery }, areaStyle: { color: c.battery, opacity: 0.15 },
        emphasis: { disabled: true },
      });
    }
    const y = [axis(c, { type: "value", name: "kW", axisLabel: { color: c.muted, formatter: plain } })];
    if (soc) {
      y.push(axis(c, {
        type: "value", gridIndex: 1, min: 0, max: 100, interval: 50, name: words["chart.soc"], nameGap: 6,
        nameTextStyle: { color: c.muted, fontSize: 12, align: "left" },
        axisLabel: { color: c.muted, formatter: (value) => value + "%" },
      }));
    }
    const which = grids.map((_, index) => index);
    chart.setOption({
      ...base(c), animation: false, grid: grids, xAxis: which.map(x), yAxis: y, series, legend: shown,
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      tooltip: { ...base(c).tooltip, trigger: "axis", axisPointer: { type: "line", lineStyle: { color: c.muted } }, formatter: (found) => tip(rows, found) },
      dataZoom: [
        { type: "inside", xAxisIndex: which, startValue: view[0], endValue: view[1], filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: !matchMedia("(pointer: coarse)").matches, minValueSpan: shortest() },
        {
          type: "slider", xAxisIndex: which, startValue: view[0], endValue: view[1], filterMode: "none", bottom: 8, height: 26, left: 52, right: 24,
          showDetail: false, showDataShadow: !detailed, borderColor: c.line, fillerColor: "rgba(127,127,127,0.2)", handleStyle: { color: c.card, borderColor: c.muted },
          moveHandleStyle: { color: c.muted }, dataBackground: { lineStyle: { color: c.muted }, areaStyle: { color: c.line } },
          selectedDataBackground: { lineStyle: { color: c.muted }, areaStyle: { color: c.muted } }, minValueSpan: shortest(),
        },
      ],
    }, { notMerge: true });
    const key = detailed ? "chart.shown_rows" : "chart.shown_means";
    const means = length(detailed ? data.every_s : data.bucket_s);
    const hint = arrays["detail.pv"] && !detailed ? " · " + words["chart.rows_hint"] : "";
    document.getElementById("shown").textContent = say(key, { from: time(view[0]), to: time(view[1]), step: means }) + hint;
    for (const button of document.querySelectorAll("[data-zoom]")) {
      const wanted = spans[button.dataset.zoom];
      if (wanted) button.setAttribute("aria-pressed", String(Math.abs(span - Math.min(wanted, data.seconds)) < 1));
    }
  }
  function label(seconds, step) {
    const at = local(seconds);
    if (step >= monthSeconds) return shortMonth(at) + (twoYears ? " " + at.getUTCFullYear() : "");
    if (data.days_in_run > 1 && (step >= daySeconds || at.getTime() % (daySeconds * 1000) === 0)) return shortDate(at);
    return [clock(seconds, view[1] - view[0] < 600), offset(seconds)].filter(Boolean).join("\n");
  }
  function tip(rows, found) {
    const index = found.length ? found[0].dataIndex : 0;
    const row = rows[index];
    if (!row) return "";
    const lines = [`<b>${time(row.t - row.step / 2)}–${time(row.t + row.step / 2)}</b>`];
    const add = (name, value, range) => {
      const more = range && row.step > data.every_s ? ` (${say("chart.range", { low: number(row.low[range], 2), high: number(row.high[range], 2) })})` : "";
      lines.push(`${escaped(name)}: ${kw(value)}${more}`);
    };
    add(words[data.grid_meter ? "chart.meter" : "chart.load"], row.load, row.low && "load");
    if (data.pv) add(words["chart.pv"], row.pv, row.low && "pv");
    if (data.battery) { add(words["chart.stored"], row.stored); add(words["chart.discharge"], row.discharge); }
    add(words["chart.import"], row.bought, row.low && "import");
    if (data.pv || data.grid_meter) add(words["chart.export"], row.sold, row.low && "export");
    if (data.curtailed) add(words["chart.curtailed"], row.curtailed);
    if (row.soc !== null) lines.push(`${escaped(words["chart.soc"])}: ${number(row.soc, 1)} %`);
    return lines.join("<br>");
  }

  /* The view: by buttons, slider, wheel with Ctrl, and arrow keys on the chart. */
  const spans = { whole: data.seconds, month: 30 * 86400, week: 7 * 86400, day: 86400, hours: 6 * 3600, hour: 3600, minutes: 600 };
  const shortest = () => (arrays["detail.pv"] ? 60 : Math.min(data.seconds, 6 * data.bucket_s));
  function offerSpans() {
    for (const button of document.querySelectorAll("[data-zoom]")) {
      const span = spans[button.dataset.zoom];
      button.hidden = span !== undefined && button.dataset.zoom !== "whole" && (span >= data.seconds || span < shortest());
    }
  }
  function show(from, to) {
    const span = Math.min(to - from, data.seconds);
    const start = Math.min(Math.max(0, from), data.seconds - span);
    view = [start, start + span];
    const power = charts.get("power");
    if (power) drawPower(power, colours());
  }
  function zoom(name) {
    const [from, to] = view;
    const span = to - from, middle = span >= data.seconds ? busiest() : (from + to) / 2;
    if (name === "earlier") show(from - span / 2, to - span / 2);
    else if (name === "later") show(from + span / 2, to + span / 2);
    else {
      const step = tick(spans[name]), start = Math.round((middle - spans[name] / 2) / step) * step;
      show(start, start + spans[name]);
    }
  }
  function busiest() {
    const pv = arrays["mean.pv"];
    let best = pv.length / 2;
    for (let i = 0; i < pv.length; i++) if (pv[i] > (pv[Math.floor(best)] || 0)) best = i;
    return (best + 0.5) * data.bucket_s;
  }

  function drawFlows(chart, c) {
    const tones = { pv: c.pv, grid: c.import, battery_out: c.battery, building: c.load, export: c.export, battery_in: c.battery, curtailed: c.muted };
    const used = [...new Set(data.flows.flatMap(([from, to]) => [from, to]))];
    const sums = {};
    for (const [from, to, value] of data.flows) { sums[from] = (sums[from] || 0) + value; sums[to] = (sums[to] || 0) + value; }
    const left = new Set(data.flows.map(([from]) => from));
    const name = (place) => words["chart.place." + (place === "pv" && used.includes("curtailed") ? "potential" : place)];
    chart.setOption({
      ...base(c), legend: undefined,
      tooltip: {
        ...base(c).tooltip, formatter: (found) => found.dataType === "edge" ? `${escaped(found.data.source)} → ${escaped(found.data.target)}: ${kwh(found.data.value)}` : `${escaped(found.name)}: ${kwh(found.value)}`,
      },
      series: [{
        type: "sankey", left: 8, right: 8, top: 16, bottom: 28, nodeWidth: 14, nodeGap: 26, draggable: false, emphasis: { focus: "adjacency" },
        data: used.map((place) => ({
          name: name(place), itemStyle: { color: tones[place], borderWidth: 0 },
          label: {
            position: left.has(place) ? "right" : "left", color: c.text, fontSize: 13, lineHeight: 17, textBorderColor: c.card, textBorderWidth: 3,
            formatter: () => `${name(place)}\n${kwh(sums[place])}`,
          },
        })),
        links: data.flows.map(([from, to, value]) => ({ source: name(from), target: name(to), value, lineStyle: { color: tones[from], opacity: 0.35, curveness: 0.5 } })),
      }],
    }, { notMerge: true });
  }

  function drawDuration(chart, c) {
    const points = data.duration.map((value, i) => [i, value]);
    const half = (keep) => points.map(([x, y]) => [x, keep(y)]);
    const area = (name, colour, keep, decal) => ({
      name, type: "line", symbol: "none", data: half(keep), lineStyle: { color: colour, width: 2 }, areaStyle: { color: colour, opacity: 0.6 },
      itemStyle: { color: colour, decal }, emphasis: { disabled: true },
    });
    chart.setOption({
      ...base(c), grid: { left: 52, right: 16, top: 56, bottom: 44 },
      tooltip: { ...base(c).tooltip, trigger: "axis", formatter: (found) => `${number(found[0].value[0], 0)} %: ${kw(data.duration[found[0].dataIndex])}` },
      xAxis: axis(c, { type: "value", min: 0, max: 100, name: words["chart.time_share"], nameLocation: "middle", nameGap: 28, splitLine: { show: false }, axisLine: { onZero: true, lineStyle: { color: c.muted } } }),
      yAxis: axis(c, { type: "value", name: "kW", axisLabel: { color: c.muted, formatter: plain } }),
      series: [area(words["chart.import"], c.import, (y) => Math.max(y, 0)), area(words["chart.export"], c.export, (y) => Math.min(y, 0), hatch(c.card, 0.8, 5))],
    }, { notMerge: true });
  }

  /* Days, months and meters. */
  const quantities = { load: data.grid_meter ? "energy.meter" : "energy.load", pv: "energy.pv", import: "energy.import", export: "energy.export", self_sufficiency: "figure.self_sufficiency" };
  const amount = (name, value) => (name === "self_sufficiency" ? (value === null ? "–" : percent(value)) : kwh(value));
  function chosen() { return document.getElementById("quantity").value; }
  function drawCalendar(chart, c) {
    const name = chosen(), values = data.days[name], found = values.filter((value) => value !== null);
    const years = [...new Set(data.days.names.map((day) => day.slice(0, 4)))];
    const low = Math.min(0, ...found), high = Math.max(...found, low + 1e-6);
    const height = 150, weeks = Math.min(54, Math.ceil(data.days.names.length / 7) + 6);
    const cell = Math.max(4, Math.min(30, Math.floor((chart.getWidth() - 84) / weeks)));
    const first = data.days.names[0], last = data.days.names[data.days.names.length - 1];
    const range = (year) => {
      const from = year === years[0] ? first.slice(0, 7) + "-01" : year + "-01-01";
      return [from, year === years[years.length - 1] ? last : year + "-12-31"];
    };
    chart.getDom().style.height = 70 + height * years.length + "px";
    chart.resize();
    const tone = name === "self_sufficiency" ? c.battery : c[name];
    const labels = months.map((month) => month.slice(0, cell < 10 ? 1 : 3));
    chart.setOption({
      ...base(c), legend: undefined,
      tooltip: { ...base(c).tooltip, formatter: ({ value }) => `${shortDate(new Date(value[0]), true)}: ${amount(name, value[1])}` },
      visualMap: {
        min: low, max: high, calculable: false, orient: "horizontal", left: 8, top: 0, itemHeight: chart.getWidth() < 420 ? 80 : 140, itemWidth: 14,
        text: [amount(name, high), amount(name, low)], textStyle: { color: c.text }, inRange: { color: [mixed(tone, c.card, 0.12), tone] },
      },
      calendar: years.map((year, i) => ({
        top: 74 + i * height, left: years.length > 1 ? 68 : 44, cellSize: [cell, 15], range: range(year), itemStyle: { color: "transparent", borderColor: c.card, borderWidth: 2 },
        splitLine: { lineStyle: { color: c.muted, width: 1 } }, yearLabel: { show: years.length > 1, color: c.muted, fontSize: 12, margin: 42 },
        monthLabel: { color: c.muted, nameMap: labels }, dayLabel: { color: c.muted, firstDay: 1, nameMap: words["date.weekdays"].split(" ") },
      })),
      series: years.map((year, i) => ({
        type: "heatmap", coordinateSystem: "calendar", calendarIndex: i,
        data: data.days.names.map((day, at) => [day, values[at] === null ? "-" : values[at]]).filter(([day]) => day.startsWith(year)),
      })),
    }, { notMerge: true });
  }
  function mixed(one, other, share) {
    const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    const [a, b] = [parts(one), parts(other)];
    return "#" + a.map((value, i) => two(Math.round(value * share + b[i] * (1 - share)).toString(16))).join("");
  }
  function bars(c, width, names, series, format, more) {
    return {
      ...base(c), legend: series.length > 1 ? base(c).legend : undefined, grid: { left: 56, right: 16, top: series.length > 1 ? below(series.map((each) => each.name), width) : 32, bottom: 40 },
      tooltip: { ...base(c).tooltip, trigger: "axis", axisPointer: { type: "shadow" }, formatter: (found) => `<b>${escaped(found[0].axisValueLabel)}</b><br>` + found.map((each) => `${escaped(each.seriesName)}: ${format(each.value)}`).join("<br>") },
      xAxis: axis(c, { type: "category", data: names }),
      yAxis: axis(c, { type: "value", name: "kWh", axisLabel: { color: c.muted, formatter: plain } }),
      series, ...more,
    };
  }
  function drawDays(chart, c) {
    const name = chosen(), share = name === "self_sufficiency";
    const tone = share ? c.battery : c[name];
    const values = share ? data.days[name].map((value) => (value === null ? null : value * 100)) : data.days[name];
    const labels = data.days.names.map((day) => shortDate(new Date(day)));
    const format = (value) => (share ? number(value, 1) + words["number.percent"] : kwh(value));
    chart.setOption(bars(c, chart.getWidth(), labels, [bar(words[quantities[name]], tone, values)], format, share ? { yAxis: axis(c, { type: "value", max: 100, name: "%" }) } : {}), { notMerge: true });
  }
  function drawMonths(chart, c) {
    const labels = data.months.names.map((month) => months[Number(month.slice(5)) - 1].slice(0, 3) + " " + month.slice(0, 4));
    const series = [
      bar(words[quantities.load], c.load, data.months.load), ...(data.pv ? [bar(words["energy.pv"], c.pv, data.months.pv)] : []),
      bar(words["energy.import"], c.import, data.months.import), bar(words["energy.export"], c.export, data.months.export, hatch(c.card, 0.8, 5)),
    ];
    chart.setOption(bars(c, chart.getWidth(), labels, series, kwh, {}), { notMerge: true });
  }
  function drawShapes(chart, c) {
    const width = chart.getWidth(), narrow = width < 700, kinds = data.shapes;
    const each = narrow ? 220 : 240;
    const shown = legend(c, powerSeries(c, powersOf(kinds[0][0], 0, 1), 86400));
    const start = below(shown.data.map((one) => one.name), width) - 4;
    chart.getDom().style.height = (narrow ? each * kinds.length : each) + start + "px";
    chart.resize();
    const grids = [], x = [], y = [], series = [], titles = [];
    let highest = 0, lowest = 0;
    kinds.forEach(([kind, day], i) => {
      const rows = powersOf(kind, 0, Infinity).filter((row) => !Number.isNaN(row.load));
      for (const row of rows) { highest = Math.max(highest, row.load, row.used + row.bought + row.discharge + row.stored); lowest = Math.min(lowest, -row.sold); }
      const left = narrow ? 48 : 48 + (i * (width - 16)) / kinds.length, top = start + (narrow ? i * each : 0) + 36;
      grids.push({ left, top, width: narrow ? width - 64 : (width - 16) / kinds.length - 64, height: each - 82 });
      titles.push({ text: words["note." + kind], subtext: shortDate(new Date(day), true) + ", kW", left: left - 8, top: top - 48, itemGap: 0, textStyle: { color: c.text, fontSize: 13, lineHeight: 18 }, subtextStyle: { color: c.muted, fontSize: 12, lineHeight: 16 } });
      x.push(axis(c, { type: "value", gridIndex: i, min: 0, max: 86400, interval: 21600, splitLine: { show: false }, axisLine: { onZero: false, lineStyle: { color: c.muted } }, axisLabel: { color: c.muted, formatter: (at) => two(at / 3600) + ":00", hideOverlap: true } }));
      for (const one of powerSeries(c, rows, 86400)) series.push({ ...one, stack: one.stack && one.stack + i, step: false, xAxisIndex: i, yAxisIndex: i });
    });
    const step = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((each) => (highest - lowest) / each <= 5) || 5000;
    const ends = { min: Math.floor(lowest / step) * step, max: Math.ceil(highest / step) * step, interval: step };
    kinds.forEach((_, i) => y.push(axis(c, { type: "value", gridIndex: i, ...ends, axisLabel: { color: c.muted, formatter: plain } })));
    chart.setOption({ ...base(c), legend: shown, tooltip: { show: false }, title: titles, grid: grids, xAxis: x, yAxis: y, series }, { notMerge: true });
  }
  function drawFleet(chart, c) {
    const order = data.fleet.names.map((_, i) => i).filter((i) => data.fleet.self_sufficiency[i] !== null);
    order.sort((a, b) => data.fleet.self_sufficiency[b] - data.fleet.self_sufficiency[a]);
    const values = order.map((i) => data.fleet.self_sufficiency[i] * 100);
    const series = [bar(words["figure.self_sufficiency"], c.battery, values)];
    const format = (value) => number(value, 1) + words["number.percent"];
    chart.setOption(bars(c, chart.getWidth(), order.map((i) => data.fleet.names[i]), series, format, { yAxis: axis(c, { type: "value", min: 0, name: words["figure.self_sufficiency"] + ", %", nameTextStyle: { color: c.muted, align: "left" } }) }), { notMerge: true });
  }

  const draw = { power: drawPower, flows: drawFlows, duration: drawDuration, calendar: drawCalendar, days: drawDays, months: drawMonths, shapes: drawShapes, fleet: drawFleet };
  function fill(select) {
    for (const [name, key] of Object.entries(quantities)) {
      if (data.days[name].every((value) => value === null) || (!data.pv && ["pv", "self_sufficiency"].includes(name))) continue;
      const option = document.createElement("option");
      option.value = name;
      option.textContent = words[key] + (name === "self_sufficiency" ? "" : ", kWh");
      select.append(option);
    }
    select.value = data.pv ? "pv" : "import";
    select.addEventListener("change", drawAll);
  }

  async function begin() {
    arrays = { ...(await unpack(data.packed)), ...(data.detail ? await unpack(data.detail) : {}) };
    const select = document.getElementById("quantity");
    if (select) fill(select);
    offerSpans();
    chartPage.show(draw);
    const power = charts.get("power");
    power.on("legendselectchanged", ({ selected }) => { bandShown = selected[words["chart.band"]] === true; });
    power.on("datazoom", () => {
      const { startValue, endValue } = power.getOption().dataZoom[0];
      if (Math.abs(startValue - view[0]) + Math.abs(endValue - view[1]) > 1) requestAnimationFrame(() => show(startValue, endValue));
    });
    chartPage.ready();
  }
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(button.dataset.zoom));
  /* What is folded is printed too; opened before the charts take the width of the paper. */
  const open = [];
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details:not([open])")) { details.open = true; open.push(details); }
  });
  addEventListener("afterprint", () => {
    for (const details of open.splice(0)) details.open = false;
  });
  begin().catch((error) => {
    chartPage.fail();
    if (typeof DecompressionStream !== "undefined") throw error;
  });
})();
