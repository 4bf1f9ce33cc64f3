/* The charts of a study. What they show stands in the tables too. */
"use strict";
(function () {
  const { words, number, plain, kw, two, escaped, axis } = chartPage;
  const study = chartPage.data;
  const base = (c) => chartPage.base(c, { itemWidth: 22 });
  const short = (name, most) => (name.length > most ? name.slice(0, most - 1) + "…" : name);
  const word = (key) => words["study.chart." + key];
  const say = (figure, value) => {
    if (value === null) return word("no_value");
    if (figure.share) return number(100 * value, 1) + words["number.percent"];
    return number(value, figure.digits) + (figure.unit ? "\u00a0" + figure.unit : "");
  };
  const bare = (figure, value) => (figure.share ? number(100 * value, 1) : number(value, figure.digits));
  const named = (figure) => figure.label + (figure.share ? ", %" : figure.unit ? ", " + figure.unit : "");
  const onAxis = (figure) => (value) => (figure.share ? plain(100 * value) : plain(value));
  const main = study.figures[0];

  /* The nice number that is not less: how far the lines of an axis are apart. */
  const nice = (rough) => {
    const power = Math.pow(10, Math.floor(Math.log10(rough)));
    return power * [1, 2, 5, 10].find((each) => each * power >= rough);
  };
  const isShare = (value) => value >= 0 && value <= 1;

  /* The range of an axis of values. That of shares ends at 0 and 100 %, also where all of them are the same. */
  function range(figure, values) {
    if (!figure.share || !values.length || !values.every(isShare)) return { scale: true };
    const low = Math.min(...values), high = Math.max(...values), interval = nice((high - low || high || 1) / 4);
    const min = Math.floor(low / interval) * interval, max = Math.min(1, Math.ceil(high / interval) * interval);
    return max > min ? { min, max, interval } : { min: max ? max - interval : 0, max: max || 1, interval };
  }

  /* A colour of `share` of one and the rest of another, both as #rrggbb. */
  function mixed(one, other, share) {
    const parts = [1, 3, 5].map((at) => [one, other].map((colour) => parseInt(colour.slice(at, at + 2), 16)));
    return "#" + parts.map(([a, b]) => Math.round(share * a + (1 - share) * b).toString(16).padStart(2, "0")).join("");
  }

  /* What is chosen of the map: a figure, two axes, and of each other axis a value or all of them. */
  const chosen = { figure: 0, x: 0, y: 1, only: {} };
  const picks = document.getElementById("picks");
  function pick(label, options, value, change) {
    const outer = document.createElement("label"), select = document.createElement("select");
    for (const [key, text] of options) select.add(new Option(short(text, 48), key, false, key === value));
    select.addEventListener("change", () => { change(Number(select.value)); showPicks(); chartPage.drawAll(); });
    outer.append(label + " ", select);
    return outer;
  }
  function showPicks() {
    const axes = study.axes.map((each, i) => [i, each.label]);
    const along = (key, other) => (value) => {
      if (value === chosen[other]) chosen[other] = chosen[key];
      chosen[key] = value;
    };
    const all = [
      pick(word("figure"), study.figures.map((each, i) => [i, each.label]), chosen.figure, (value) => { chosen.figure = value; }),
      pick(word("x"), axes, chosen.x, along("x", "y")), pick(word("y"), axes, chosen.y, along("y", "x")),
    ];
    study.axes.forEach((each, i) => {
      if (i === chosen.x || i === chosen.y) return;
      const values = [[-1, word("all")], ...each.values.map((text, at) => [at, text])];
      all.push(pick(each.label, values, i in chosen.only ? chosen.only[i] : -1, (value) => { chosen.only[i] = value; }));
    });
    const focused = [...picks.querySelectorAll("select")].indexOf(document.activeElement);
    picks.replaceChildren(...all);
    if (focused >= 0) picks.querySelectorAll("select")[focused].focus();
  }

  /* The mean of the cells at each place of the map, null where there is none. */
  function places() {
    const figure = study.figures[chosen.figure], wide = study.axes[chosen.x].values.length, depth = study.axes.length;
    const sums = new Map();
    figure.values.forEach((value, cell) => {
      if (value === null) return;
      const code = (i) => study.codes[cell * depth + i];
      for (const [i, only] of Object.entries(chosen.only)) {
        if (Number(i) !== chosen.x && Number(i) !== chosen.y && only >= 0 && code(Number(i)) !== only) return;
      }
      const at = code(chosen.y) * wide + code(chosen.x), before = sums.get(at) || [0, 0];
      sums.set(at, [before[0] + value, before[1] + 1]);
    });
    return [...sums].map(([at, [sum, count]]) => [at % wide, Math.floor(at / wide), sum / count]);
  }

  function drawMap(chart, c) {
    const figure = study.figures[chosen.figure], x = study.axes[chosen.x], y = study.axes[chosen.y];
    const narrow = chart.getWidth() < 560, found = places(), values = found.map((each) => each[2]);
    const widest = Math.max(...y.values.map((text) => text.length), 4);
    const left = Math.min(narrow ? 84 : 170, 20 + 7 * widest), cell = (chart.getWidth() - left - 16) / x.values.length;
    const high = Math.max(Math.min(30, 1200 / y.values.length), Math.min(56, 420 / y.values.length));
    chart.getDom().style.height = high * y.values.length + 150 + "px";
    chart.resize();
    const best = study.best && study.best[chosen.x] + "," + study.best[chosen.y];
    const isBest = (each) => best === each[0] + "," + each[1];
    found.sort((one, other) => isBest(one) - isBest(other)); // its frame is above its neighbours
    const room = high >= 16 && cell >= 9 * Math.max(...values.map((value) => bare(figure, value).length), 1) - 6;
    const low = Math.min(...values), top = Math.max(...values), ends = [say(figure, top), say(figure, low)];
    const start = narrow ? 0 : left, legend = chart.getWidth() - start - 8 * (ends[0].length + ends[1].length) - 40;
    chart.setOption({
      ...base(c), grid: { left, right: 16, top: 34, bottom: 108 },
      tooltip: {
        ...base(c).tooltip,
        formatter: (one) => `${escaped(x.label)}: <b>${escaped(x.values[one.value[0]])}</b><br>${escaped(y.label)}: <b>${escaped(y.values[one.value[1]])}</b><br>${escaped(figure.label)}: <b>${escaped(say(figure, one.value[2]))}</b>`,
      },
      xAxis: axis(c, { type: "category", data: x.values, name: x.label, nameLocation: "middle", nameGap: 30, splitLine: { show: false }, axisTick: { show: false }, axisLabel: { color: c.text, hideOverlap: true, formatter: (text) => short(text, Math.max(3, Math.floor(cell / 7))) } }),
      yAxis: axis(c, { type: "category", data: y.values, name: short(y.label, 40), nameLocation: "end", nameTextStyle: { align: "left", padding: [0, 0, 0, -left + 8], color: c.muted, fontSize: 12 }, splitLine: { show: false }, axisTick: { show: false }, axisLabel: { color: c.text, formatter: (text) => short(text, narrow ? 10 : 22) } }),
      visualMap: {
        type: "continuous", min: low, max: top > low ? top : low + 1, orient: "horizontal", left: start, bottom: 4, itemWidth: 12, itemHeight: Math.max(40, Math.min(220, legend)),
        text: ends, textStyle: { color: c.text, fontSize: 12 }, inRange: { color: [mixed(c.import, c.card, 0.04), mixed(c.import, c.card, 0.55)] }, calculable: false, hoverLink: false,
      },
      series: [{
        type: "heatmap",
        data: found.map((each) => ({ value: each, itemStyle: isBest(each) ? { borderColor: c.text, borderWidth: 3 } : { borderColor: c.card, borderWidth: 1 } })),
        label: { show: room, color: c.text, fontSize: 12, formatter: (one) => bare(figure, one.value[2]) }, emphasis: { disabled: true },
      }],
    }, { notMerge: true });
  }

  /* One axis: a point at each value, and a line from P5 to P95. */
  function drawProfile(chart, c) {
    const x = study.axes[0], narrow = chart.getWidth() < 560;
    const points = main.values.map((value, cell) => [study.codes[cell], value]).filter((each) => each[1] !== null);
    const edges = study.profile ? main.values.map((value, cell) => [study.codes[cell], ...study.profile[cell]]).filter((each) => each[1] !== null) : [];
    const spread = edges.some((each) => each[2] > each[1]);
    chart.setOption({
      ...base(c), legend: { show: false }, grid: { left: 64, right: 16, top: 34, bottom: 52 },
      tooltip: { ...base(c).tooltip, trigger: "item", formatter: (one) => `<b>${escaped(x.values[one.value[0]])}</b><br>` + (one.seriesType === "custom" ? `${escaped(word("band"))}: ${escaped(say(main, one.value[1]))}, ${escaped(say(main, one.value[2]))}` : escaped(say(main, one.value[1]))) },
      xAxis: axis(c, { type: "category", data: x.values, name: x.label, nameLocation: "middle", nameGap: 30, splitLine: { show: false }, axisLabel: { color: c.text, hideOverlap: true, formatter: (text) => short(text, narrow ? 10 : 20) } }),
      yAxis: axis(c, { type: "value", ...range(main, [...points.map((each) => each[1]), ...edges.flatMap((each) => each.slice(1))]), name: named(main), nameTextStyle: { align: "left", padding: [0, 0, 0, -56], color: c.muted, fontSize: 12 }, axisLabel: { color: c.muted, formatter: onAxis(main) } }),
      series: [
        ...(spread ? [{
          type: "custom", name: word("band"), data: edges, encode: { x: 0, y: [1, 2] }, z: 2,
          renderItem: (_, api) => {
            const [at, low] = api.coord([api.value(0), api.value(1)]), high = api.coord([api.value(0), api.value(2)])[1];
            const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: c.import, lineWidth: 2 } });
            return { type: "group", children: [line(at, low, at, high), line(at - 5, low, at + 5, low), line(at - 5, high, at + 5, high)] };
          },
        }] : []),
        { type: "scatter", name: main.label, data: points, symbolSize: 11, itemStyle: { color: c.import }, z: 3 },
      ],
    }, { notMerge: true });
  }

  function drawEffects(chart, c) {
    const effects = study.effects, narrow = chart.getWidth() < 560, left = narrow ? 104 : 200;
    chart.getDom().style.height = 90 + 44 * effects.length + "px";
    chart.resize();
    const low = Math.min(...effects.map((each) => each.least), study.mean), high = Math.max(...effects.map((each) => each.most), study.mean);
    const room = (high - low || Math.abs(high) || 1) * (narrow ? 0.3 : 0.16);
    const interval = nice((high - low + 2 * room) / (narrow ? 3 : 6)), shares = main.share && isShare(low) && isShare(high);
    const start = Math.floor((low - room) / interval) * interval, end = Math.ceil((high + room) / interval) * interval;
    const onIt = (value) => (shares && !isShare(Number(value.toFixed(9))) ? "" : onAxis(main)(value)); // beyond is room for words
    chart.setOption({
      ...base(c), grid: { left, right: 16, top: 28, bottom: 52 },
      tooltip: {
        ...base(c).tooltip,
        formatter: (one) => { const each = effects[one.dataIndex]; return `<b>${escaped(each.label)}</b><br>${escaped(each.least_at)}: ${escaped(say(main, each.least))}<br>${escaped(each.most_at)}: ${escaped(say(main, each.most))}`; },
      },
      xAxis: axis(c, { type: "value", min: start, max: shares && end > 1 ? high + room : end, interval, name: named(main), nameLocation: "middle", nameGap: 30, axisLabel: { color: c.muted, hideOverlap: true, formatter: onIt } }),
      yAxis: axis(c, { type: "category", inverse: true, data: effects.map((each) => each.label), splitLine: { show: false }, axisTick: { show: false }, axisLabel: { color: c.text, fontSize: 13, formatter: (text) => short(text, narrow ? 13 : 26) } }),
      series: [
        {
          type: "custom", data: effects.map((each, i) => [i, each.least, each.most]), encode: { x: [1, 2], y: 0 },
          renderItem: (_, api) => {
            const each = effects[api.value(0)], [start, at] = api.coord([api.value(1), api.value(0)]), end = api.coord([api.value(2), api.value(0)])[0];
            const text = (words, x, align) => ({ type: "text", style: { text: short(words, narrow ? 8 : 18), x, y: at, align, verticalAlign: "middle", fill: c.text, fontSize: 12, fontFamily: getComputedStyle(document.body).fontFamily } });
            return {
              type: "group", children: [
                { type: "rect", shape: { x: start, y: at - 12, width: Math.max(end - start, 1), height: 24 }, style: { fill: c.import } },
                text(each.least_at, start - 6, "right"), ...(end - start > 1 ? [text(each.most_at, end + 6, "left")] : []),
              ],
            };
          },
        },
        { type: "scatter", data: [], silent: true, markLine: { silent: true, symbol: "none", animation: false, data: [{ xAxis: study.mean }], lineStyle: { color: c.text, type: "dashed", width: 1.5 }, label: { color: c.text, fontSize: 12, formatter: word("mean"), position: "start" } } },
      ],
    }, { notMerge: true });
  }

  /* Two combinations side by side: the best and the second, or others that are chosen. */
  const days = { first: 0, second: Math.min(1, study.days.length - 1) };
  const dayPicks = document.getElementById("day-picks");
  function showDayPicks() {
    const options = study.days.map((each, i) => [i, each.name]);
    dayPicks.replaceChildren(...["first", "second"].slice(0, options.length).map((key) => {
      const outer = pick(word(key), options, days[key], (value) => { days[key] = value; });
      return outer;
    }));
  }

  function drawHours(chart, c) {
    const shown = study.days.length > 1 ? [study.days[days.first], study.days[days.second]] : study.days;
    const narrow = chart.getWidth() < 640, columns = narrow ? 1 : shown.length, rows = Math.ceil(shown.length / columns), each = 290, top = narrow ? 62 : 40;
    chart.getDom().style.height = top + each * rows + "px";
    chart.resize();
    const hours = [...Array(24).keys()].map((hour) => two(hour) + ":00");
    const tones = { load: c.load, pv: c.pv, net: c.import, battery: c.battery }, banded = ["pv", "net"];
    const all = shown.flatMap((one) => Object.entries(one.powers).flatMap(([name, band]) => (banded.includes(name) ? [...band.p5, ...band.p95] : band.mean))).filter((value) => value !== null);
    const low = Math.min(0, ...all), high = Math.max(0.001, ...all), interval = nice((high - low) / 4);
    const scale = { min: Math.floor(low / interval) * interval, max: Math.ceil(high / interval) * interval, interval };
    const grids = [], x = [], y = [], series = [], titles = [];
    shown.forEach((one, i) => {
      const cell = chart.getWidth() / columns, from = 48 + (i % columns) * cell, at = top + Math.floor(i / columns) * each;
      grids.push({ left: from, top: at + 52, width: cell - 64, height: each - 88 });
      titles.push({ text: short(one.name, Math.floor(cell / 4.5) - 14) + ", kW", left: from - 6, top: at, textStyle: { color: c.text, fontSize: 13, width: cell - 60, overflow: "break", lineHeight: 18 } });
      x.push(axis(c, { type: "category", gridIndex: i, data: hours, boundaryGap: false, splitLine: { show: false }, axisLine: { onZero: false, lineStyle: { color: c.muted } }, axisTick: { show: false }, axisLabel: { color: c.muted, fontSize: 12, interval: 5, margin: 8 } }));
      y.push(axis(c, { type: "value", gridIndex: i, ...scale, axisLabel: { color: c.muted, formatter: plain } }));
      for (const [name, band] of Object.entries(one.powers)) {
        const line = { type: "line", name: words["study.power." + name], symbol: "none", xAxisIndex: i, yAxisIndex: i, itemStyle: { color: tones[name] }, emphasis: { disabled: true } };
        const width = band.p95.map((value, hour) => (value === null ? null : value - band.p5[hour]));
        if (banded.includes(name) && width.some((value) => value > 0)) {
          const edge = { ...line, stack: name + i, stackStrategy: "all", silent: true, tooltip: { show: false }, lineStyle: { width: 0 } };
          series.push({ ...edge, data: band.p5 }, { ...edge, data: width, areaStyle: { color: tones[name], opacity: 0.28 } });
        }
        series.push({ ...line, data: band.mean, z: 5, lineStyle: { color: tones[name], width: 2, type: { load: "dashed", battery: "dotted" }[name] || "solid" } });
      }
    });
    const means = (found) => found.filter((one) => series[one.seriesIndex].z === 5);
    chart.setOption({
      ...base(c), title: titles, grid: grids, xAxis: x, yAxis: y, series,
      tooltip: {
        ...base(c).tooltip, trigger: "axis",
        formatter: (found) => `<b>${escaped(shown[found[0].axisIndex].name)}, ${escaped(found[0].axisValueLabel)}</b><br>` + means(found).map((one) => {
          const name = Object.keys(tones).find((key) => words["study.power." + key] === one.seriesName), band = shown[found[0].axisIndex].powers[name], hour = one.dataIndex;
          const spread = band.p95[hour] > band.p5[hour] ? ` (${kw(band.p5[hour])}, ${kw(band.p95[hour])})` : "";
          return `${escaped(one.seriesName)}: ${kw(one.value)}${spread}`;
        }).join("<br>"),
      },
    }, { notMerge: true });
  }

  try {
    if (picks) showPicks();
    if (dayPicks) showDayPicks();
    chartPage.show({ map: drawMap, profile: drawProfile, effects: drawEffects, hours: drawHours });
    chartPage.ready();
  } catch (error) {
    chartPage.fail();
    throw error;
  }
})();
