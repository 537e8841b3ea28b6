// Draws the charts. Data and all words come from the page as JSON; tooltips are drawn on the canvas, so no inline style is needed.
"use strict";
(function () {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const ink = colour("--ink"), soft = colour("--soft"), line = colour("--line"), accent = colour("--accent"), red = colour("--red"), yellow = colour("--yellow");
  const palette = [accent, "#c2703d", "#5b8c5a", "#8a6bb1", "#b0a13a", "#7f8c99"];
  const base = () => ({
    color: palette, animation: false,
    textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 14, top: 34, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: ink }, itemHeight: 9, itemWidth: 14 },
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: ink, fontSize: 12 } },
  });
  const axis = (more) => Object.assign({
    axisLine: { lineStyle: { color: line } }, axisLabel: { color: soft, hideOverlap: true }, splitLine: { lineStyle: { color: line, opacity: .5 } },
    nameTextStyle: { color: soft },
  }, more);
  const category = (data, more) => axis(Object.assign({ type: "category", data: data, splitLine: { show: false } }, more));
  const value = (more) => axis(Object.assign({ type: "value" }, more));
  const large = (v) => Math.abs(v) >= 1e8 ? v / 1e8 + "亿" : Math.abs(v) >= 1e4 ? v / 1e4 + "万" : v;
  const largeEnglish = (v) => Math.abs(v) >= 1e6 ? v / 1e6 + "M" : Math.abs(v) >= 1e3 ? v / 1e3 + "k" : v;
  const money = document.documentElement.lang === "en" ? largeEnglish : large;

  const draw = {
    monthly: (d) => Object.assign(base(), {
      xAxis: category(d.months), yAxis: value({ name: d.unit, axisLabel: { color: soft, formatter: money } }),
      series: d.series.map((s) => ({ name: s.name, type: "line", data: s.data, symbolSize: 5 })),
    }),
    indices: (d) => Object.assign(base(), {
      xAxis: category(d.months), yAxis: value({ scale: true }),
      series: d.series.map((s) => ({ name: s.name, type: "line", data: s.data, symbolSize: 5 })),
    }),
    budget: (d) => Object.assign(base(), {
      xAxis: category(d.months), yAxis: value({ name: d.unit, axisLabel: { color: soft, formatter: money } }),
      series: [
        { name: d.names[0], type: "bar", data: d.spent, barMaxWidth: 26, stack: "spent" },
        { name: d.names[1], type: "bar", data: d.forecast, barMaxWidth: 26, stack: "spent", itemStyle: { color: accent, opacity: .4 } },
        { name: d.names[2], type: "line", data: d.budget, symbol: "none", lineStyle: { type: "dashed", color: red }, itemStyle: { color: red } },
        { name: d.names[3], type: "line", data: d.low, symbol: "none", lineStyle: { type: "dotted", color: soft }, itemStyle: { color: soft } },
        { name: d.names[4], type: "line", data: d.high, symbol: "none", lineStyle: { type: "dotted", color: soft }, itemStyle: { color: soft } },
      ].filter((s) => s.data.some((v) => v !== null)),
    }),
    // an effect by months since the start, each with its interval; nought and the start are marked
    event: (d) => Object.assign(base(), {
      grid: { left: 8, right: 20, top: 40, bottom: 24, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: ink, fontSize: 12 },
        formatter: (p) => { const i = p[0].dataIndex; return d.axes[0] + " " + d.times[i] + "\n" + d.effect[i] + (d.low[i] === null ? "" : "  [" + d.low[i] + ", " + d.high[i] + "]"); } },
      xAxis: category(d.times.map(String), { name: d.axes[0], nameLocation: "middle", nameGap: 26 }),
      yAxis: value({ name: d.axes[1] }),
      series: [
        { name: d.names[0], type: "line", data: d.effect, symbolSize: 7, lineStyle: { width: 1.5 }, z: 3,
          markLine: { silent: true, symbol: "none", label: { color: soft, formatter: d.start }, lineStyle: { color: red, type: "dashed" },
            data: d.times.indexOf(0) >= 0 ? [{ xAxis: "0" }] : [] } },
      ].concat(d.low.some((v) => v !== null) ? [{
        name: d.names[1], type: "custom", itemStyle: { color: soft }, encode: { x: 0, y: [1, 2] },
        data: d.times.map((t, i) => [i, d.low[i], d.high[i]]).filter((r) => r[1] !== null),
        renderItem: function (params, api) {
          const low = api.coord([api.value(0), api.value(1)]), high = api.coord([api.value(0), api.value(2)]);
          const stroke = { stroke: api.visual("color"), fill: null, lineWidth: 1.4 };
          const bar = (x1, y1, x2, y2) => ({ type: "line", shape: { x1: x1, y1: y1, x2: x2, y2: y2 }, style: stroke });
          return { type: "group", children: [bar(low[0], low[1], high[0], high[1]), bar(low[0] - 4, low[1], low[0] + 4, low[1]), bar(high[0] - 4, high[1], high[0] + 4, high[1])] };
        } }] : []),
    }),
    // persons who go together and the institutions they share; the same data always give the same picture
    network: (d) => Object.assign(base(), {
      tooltip: { trigger: "item", renderMode: "richText", backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: ink, fontSize: 12 },
        formatter: (p) => p.data.says },
      legend: { top: 0, data: d.categories, textStyle: { color: ink }, itemHeight: 9, itemWidth: 14 },
      series: [{
        type: "graph", layout: "force", roam: false, draggable: false, left: 20, right: 20, top: 40, bottom: 20,
        force: { initLayout: "circular", repulsion: Math.max(90, Math.min(900, 6000 / d.nodes.length)), edgeLength: [40, 130], gravity: .12, layoutAnimation: false },
        categories: d.categories.map((name, i) => ({ name: name, itemStyle: { color: [red, accent, palette[1]][i] }, symbol: ["diamond", "circle", "rect"][i] })),
        label: { show: true, color: ink, fontSize: 11, position: "top", backgroundColor: colour("--sheet"), padding: [1, 3] },
        data: d.nodes, links: d.links, lineStyle: { color: soft, opacity: .7 },
      }],
    }),
    // what the list said against what was found, each point with its interval; on the dashed line both agree
    calibration: (d) => Object.assign(base(), {
      grid: { left: 8, right: 20, top: 58, bottom: 24, containLabel: true },
      tooltip: { trigger: "item", renderMode: "richText", backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: ink, fontSize: 12 },
        formatter: (p) => { const r = d.points[p.dataIndex]; return r ? r[0] + "% → " + r[1] + "%  [" + r[2] + ", " + r[3] + "]\n" + d.count.replace("{}", r[4]) : ""; } },
      xAxis: value({ name: d.axes[0], nameLocation: "middle", nameGap: 26, min: 0, max: 100 }),
      yAxis: value({ name: d.axes[1], min: 0, max: 100, nameTextStyle: { color: soft, align: "left" } }),
      series: [
        { name: d.names[0], type: "scatter", data: d.points.map((r) => [r[0], r[1]]), symbolSize: (v, p) => Math.min(26, 8 + Math.sqrt(d.points[p.dataIndex][4]) * 2), z: 3 },
        { name: d.names[1], type: "custom", itemStyle: { color: soft }, encode: { x: 0, y: [1, 2] }, data: d.points.map((r) => [r[0], r[2], r[3]]),
          renderItem: function (params, api) {
            const low = api.coord([api.value(0), api.value(1)]), high = api.coord([api.value(0), api.value(2)]);
            return { type: "line", shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] }, style: { stroke: api.visual("color"), lineWidth: 1.4 } };
          } },
        { name: d.names[2], type: "line", data: [[0, 0], [100, 100]], symbol: "none", lineStyle: { type: "dashed", color: soft }, itemStyle: { color: soft }, silent: true },
      ],
    }),
    power: (d) => Object.assign(base(), {
      grid: { left: 8, right: 20, top: 30 + 22 * Math.ceil(d.series.length / 4), bottom: 24, containLabel: true },
      legend: { top: 0, type: "plain", textStyle: { color: ink }, itemHeight: 9, itemWidth: 14 },
      xAxis: category(d.strengths, { name: d.axes[0], nameLocation: "middle", nameGap: 26 }),
      yAxis: value({ name: d.axes[1], min: 0, max: 100, nameTextStyle: { color: soft, align: "left" } }),
      series: d.series.map((s) => ({ name: s.name, type: "line", data: s.data, symbolSize: 6, connectNulls: true })),
    }),
    structure: (d) => Object.assign(base(), {
      grid: { left: 8, right: 30, top: 34, bottom: 4, containLabel: true },
      yAxis: category(d.items, { inverse: true }), xAxis: value({ axisLabel: { color: soft, formatter: "{value}%" } }),
      series: [{ name: d.names[0], type: "bar", data: d.own, barMaxWidth: 12 }].concat(
        d.peers.length ? [{ name: d.names[1], type: "bar", data: d.peers, barMaxWidth: 12, itemStyle: { color: soft, opacity: .55 } }] : []),
    }),
    occupancy: (d) => Object.assign(base(), {
      xAxis: category(d.months), yAxis: value({ name: d.unit }),
      series: [
        { name: d.names[0], type: "bar", data: d.mean, barMaxWidth: 22 },
        { name: d.names[1], type: "line", data: d.peak, symbolSize: 5, itemStyle: { color: palette[1] } },
      ].concat(d.beds ? [{ name: d.names[2], type: "line", data: d.months.map(() => d.beds), symbol: "none", lineStyle: { type: "dashed", color: red }, itemStyle: { color: red } }] : []),
    }),
    funnel: (d) => Object.assign(base(), {
      tooltip: { trigger: "item", renderMode: "richText", backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: ink, fontSize: 12 },
        formatter: (p) => (p.value[2] ? p.value[2] + "\n" : "") + p.value[0] + " · " + p.value[1] + "%" },
      xAxis: value({ name: d.axes[0], nameLocation: "middle", nameGap: 26 }), yAxis: value({ name: d.axes[1], min: 0, nameTextStyle: { color: soft, align: "left" } }),
      grid: { left: 8, right: 20, top: 52, bottom: 24, containLabel: true },
      series: [
        { name: d.names[0], type: "scatter", data: d.points, symbolSize: 7, itemStyle: { color: soft, opacity: .6 } },
        { name: d.names[1], type: "scatter", data: [d.own], z: 5, symbolSize: 15, symbol: "diamond", itemStyle: { color: red } },
        { name: d.names[2], type: "line", data: d.limits[0], symbol: "none", lineStyle: { type: "dashed", color: yellow }, itemStyle: { color: yellow } },
        { name: d.names[3], type: "line", data: d.limits[1], symbol: "none", lineStyle: { type: "dotted", color: red }, itemStyle: { color: red } },
        { name: d.names[4], type: "line", data: d.limits[0].map((p) => [p[0], d.mean]), symbol: "none", lineStyle: { color: accent }, itemStyle: { color: accent } },
      ],
    }),
    bars: (d) => Object.assign(base(), {
      legend: undefined, grid: { left: 8, right: 30, top: 8, bottom: 4, containLabel: true },
      yAxis: category(d.names, { inverse: true, axisLabel: { color: ink, interval: 0, width: 170, overflow: "truncate" } }),
      xAxis: value({ axisLabel: { color: soft, formatter: d.share ? (v) => +(v * 100).toFixed(2) + "%" : money, hideOverlap: true } }),
      series: [{ name: d.measure || "", type: "bar", data: d.values, barMaxWidth: 16 }],
    }),
    counties: (d) => Object.assign(base(), {
      xAxis: category(d.names, { axisLabel: { color: ink, interval: 0, rotate: d.names.length > 8 ? 35 : 0 } }),
      yAxis: [value({ axisLabel: { color: soft, formatter: money } }), value({ splitLine: { show: false }, minInterval: 1 })],
      series: [
        { name: d.labels[0], type: "bar", data: d.amount, barMaxWidth: 26 },
        { name: d.labels[1], type: "line", yAxisIndex: 1, data: d.red, itemStyle: { color: red }, symbolSize: 7, lineStyle: { width: 0 } },
      ],
    }),
    stay: (d, names) => Object.assign(base(), {
      xAxis: category(d.days), yAxis: [value({ name: names.unit }), value({ splitLine: { show: false }, minInterval: 1, max: (m) => Math.max(3, m.max + 1) })],
      series: ["bed", "nursing", "treatment", "drug", "exam", "other"].map((g, i) => ({
        name: names[g], type: "bar", stack: "yuan", data: d.groups[g], barMaxWidth: 26, itemStyle: { color: palette[i] },
        markArea: i ? undefined : { silent: true, itemStyle: { color: red, opacity: .10 }, data: d.days.map((day, j) => d.idle[j] ? [{ xAxis: day }, { xAxis: day }] : null).filter(Boolean) },
      })).concat([
        { name: names.elsewhere, type: "scatter", yAxisIndex: 1, symbol: "triangle", symbolSize: 13, itemStyle: { color: red }, data: d.elsewhere.map((n) => n || null) },
        { name: names.faults, type: "scatter", yAxisIndex: 1, symbol: "pin", symbolSize: 18, itemStyle: { color: yellow }, data: d.faults.map((n) => n || null) },
      ]),
    }),
    timeline: (d) => Object.assign(base(), {
      tooltip: { trigger: "item", renderMode: "richText", backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: ink },
        formatter: (p) => d.places[p.value[0]] + "\n" + p.value[1] + (p.value[2] !== p.value[1] ? " – " + p.value[2] : "") },
      xAxis: axis({ type: "time" }), yAxis: category(d.places, { inverse: true, axisLabel: { color: ink, width: 170, overflow: "truncate" } }),
      dataZoom: [{ type: "inside" }],
      series: d.names.map((name, i) => ({
        name: name, type: "custom", itemStyle: { color: [soft, accent, red][i] }, encode: { x: [1, 2], y: 0 },
        data: d.bars.filter((b) => (i === 2 ? b[4] : !b[4] && b[3] === i)),
        renderItem: function (params, api) {
          const from = api.coord([api.value(1), api.value(0)]), to = api.coord([api.value(2), api.value(0)]), tall = Math.min(16, api.size([0, 1])[1] * .6);
          return { type: "rect", shape: { x: from[0], y: from[1] - tall / 2, width: Math.max(4, to[0] - from[0]), height: tall }, style: { fill: api.visual("color") } };
        },
      })),
    }),
    calendar: (d, names) => {
      const years = []; for (let y = +d.from.slice(0, 4); y <= +d.to.slice(0, 4); y++) years.push(String(y));
      return Object.assign(base(), {
        tooltip: { renderMode: "richText", backgroundColor: colour("--sheet"), borderColor: line, textStyle: { color: ink },
          formatter: (p) => p.value[0] + "\n" + names.session + " " + p.value[1] + (p.value[2] ? " · " + names.fault : "") + "\n" + p.value[3] },
        legend: undefined,
        calendar: years.map((y, i) => ({ range: y, top: 30 + i * 165, left: 60, right: 20, cellSize: ["auto", 17],
          itemStyle: { color: "transparent", borderColor: line }, splitLine: { lineStyle: { color: soft } },
          dayLabel: { color: soft, firstDay: 1, nameMap: names.weekdays }, monthLabel: { color: soft, nameMap: document.documentElement.lang === "en" ? "EN" : "ZH" }, yearLabel: { color: soft } })),
        series: years.map((y, i) => ({ type: "heatmap", coordinateSystem: "calendar", calendarIndex: i,
          label: { show: true, color: "#fff", fontSize: 11, formatter: (p) => p.value[1] > 1 ? String(p.value[1]) : "" },
          data: d.days.filter((x) => x[0].startsWith(y)).map((x) => ({ value: x, itemStyle: { color: x[2] ? red : x[4] ? palette[1] : accent } })) })),
      });
    },
  };

  document.querySelectorAll("[data-chart]").forEach(function (box) {
    let data = JSON.parse(document.getElementById(box.dataset.source).textContent);
    if (box.dataset.key) data = data[box.dataset.key];
    if (!data || !Object.keys(data).length) return;
    const names = box.dataset.names ? JSON.parse(document.getElementById(box.dataset.names).textContent) : null;
    if (box.dataset.chart === "calendar") box.style.height = 20 + 165 * (+data.to.slice(0, 4) - +data.from.slice(0, 4) + 1) + "px";
    if (box.dataset.chart === "structure") box.style.height = 70 + 30 * data.items.length + "px";
    if (box.dataset.chart === "timeline") box.style.height = 90 + 30 * data.places.length + "px";
    const chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(draw[box.dataset.chart](data, names));
    window.addEventListener("resize", () => chart.resize());
    box.dataset.drawn = "1";
  });
})();
