"use strict";
// The list: search, filters, map and pages of results. The address holds the view, so that it can be shared.
{
  const WORDS = window.WORDS;
  const ROWS_A_PAGE = 50;
  const ROWS_IN_PRINT = 5000;
  const NONE = "none";
  const FACETS = ["class", "state", "voivodeship", "sector", "label"];
  const FIELD = { id: 0, pl: 1, en: 2, class: 3, state: 4, voivodeship: 5, sector: 6, year: 7, members: 8, city: 9, coordinator: 10, labels: 11, others: 12 };
  const lang = document.documentElement.lang;
  const numbers = new Intl.NumberFormat(lang === "pl" ? "pl-PL" : "en-GB");
  const plural = new Intl.PluralRules(lang);
  const collator = new Intl.Collator(lang, { ignorePunctuation: true });
  const at = (id) => document.getElementById(id);
  const form = at("filters");

  // Polish letters are optional: marks fall off after decomposition, and the letters that do not decompose are replaced.
  const WHOLE = { "ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i" };
  const fold = (text) =>
    text.toLowerCase().normalize("NFD").replace(/\p{M}+/gu, "").replace(/[łđøßæœı]/g, (letter) => WHOLE[letter])
      .replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  const clusters = window.INVENTORY.clusters.map((row) => {
    const name = (lang === "pl" ? row[FIELD.pl] || row[FIELD.en] : row[FIELD.en] || row[FIELD.pl]) || row[FIELD.id];
    const labels = row[FIELD.labels];
    const words = [
      row[FIELD.city], row[FIELD.coordinator], row[FIELD.id], WORDS.voivodeship[row[FIELD.voivodeship]],
      ...labels.map(([label, level]) => `${label} ${level} ${WORDS.level[level] || ""}`),
    ];
    return {
      row, name,
      names: ` ${fold([name, row[FIELD.pl], row[FIELD.en], ...row[FIELD.others]].filter(Boolean).join(" | "))}`,
      words: ` ${fold(words.filter(Boolean).join(" "))}`,
      start: fold(name),
      class: [row[FIELD.class]], state: [row[FIELD.state]],
      voivodeship: [row[FIELD.voivodeship] || NONE], sector: [row[FIELD.sector] || NONE],
      label: [...new Set(labels.map(([label]) => label))],
      held: [...new Set(labels.filter((label) => label[2]).map(([label]) => label))],
      year: row[FIELD.year],
    };
  });
  [...clusters].sort((a, b) => collator.compare(a.name, b.name) || (a.row[0] < b.row[0] ? -1 : 1))
    .forEach((cluster, place) => { cluster.place = place; });

  const ORDERS = {
    relevance: (a, b) => b.rank - a.rank || a.place - b.place,
    name: (a, b) => a.place - b.place,
    oldest: (a, b) => (a.year ?? 9999) - (b.year ?? 9999) || a.place - b.place,
    newest: (a, b) => (b.year ?? 0) - (a.year ?? 0) || a.place - b.place,
    members: (a, b) => (b.row[FIELD.members] ?? -1) - (a.row[FIELD.members] ?? -1) || a.place - b.place,
    id: (a, b) => (a.row[0].length - b.row[0].length) || (a.row[0] < b.row[0] ? -1 : 1),
  };

  // ---- the view: what the address says -------------------------------------------------------------------------------

  const emptyView = () => ({ q: "", class: [], state: [], voivodeship: [], sector: [], label: [], held: false, from: "", to: "", sort: "relevance", page: 1 });
  let view = emptyView();
  let printing = false;

  const year = (text) => (/^\d{4}$/.test(text || "") ? text : "");

  function viewOfAddress() {
    const asked = new URLSearchParams(location.search);
    const read = emptyView();
    read.q = asked.get("q") || "";
    for (const facet of FACETS) {
      const known = new Set([...form.querySelectorAll(`input[name="${facet}"]`)].map((box) => box.value));
      read[facet] = (asked.get(facet) || "").split(",").filter((value) => known.has(value));
    }
    read.held = asked.get("held") === "1";
    read.from = year(asked.get("from"));
    read.to = year(asked.get("to"));
    read.sort = asked.get("sort") in ORDERS ? asked.get("sort") : "relevance";
    read.page = Math.max(1, Number.parseInt(asked.get("page"), 10) || 1);
    return read;
  }

  function addressOfView(shown) {
    const parts = [];
    const add = (key, value) => parts.push(`${key}=${encodeURIComponent(value).replace(/%2C/g, ",").replace(/%20/g, "+")}`);
    if (shown.q.trim()) add("q", shown.q.trim());
    for (const facet of FACETS) if (shown[facet].length) add(facet, shown[facet].join(","));
    if (shown.held) add("held", "1");
    if (shown.from) add("from", shown.from);
    if (shown.to) add("to", shown.to);
    if (shown.sort !== "relevance") add("sort", shown.sort);
    if (shown.page > 1) add("page", shown.page);
    return parts.length ? `?${parts.join("&")}` : location.pathname.split("/").pop() || "./";
  }

  function keepInAddress(how) {
    // A browser may refuse to change the address of a page from disk; the list must work all the same.
    try { history[how](null, "", addressOfView(view)); } catch { /* the view is then not shareable */ }
  }

  function showInForm() {
    at("q").value = view.q;
    for (const facet of FACETS) for (const box of form.querySelectorAll(`input[name="${facet}"]`)) box.checked = view[facet].includes(box.value);
    at("held").checked = view.held;
    at("from").value = view.from;
    at("to").value = view.to;
    at("sort").value = view.sort;
  }

  function readForm() {
    view.q = at("q").value;
    for (const facet of FACETS) view[facet] = [...form.querySelectorAll(`input[name="${facet}"]:checked`)].map((box) => box.value);
    view.held = at("held").checked;
    view.from = year(at("from").value);
    view.to = year(at("to").value);
    view.sort = at("sort").value;
    view.page = 1;
  }

  // ---- which clusters match ------------------------------------------------------------------------------------------

  // A word counts most where it starts a name, then where it starts a word of a name, then anywhere.
  function rankOf(cluster, tokens) {
    let rank = 0;
    for (const token of tokens) {
      if (cluster.start.startsWith(token)) rank += 8;
      else if (cluster.names.includes(` ${token}`)) rank += 4;
      else if (cluster.names.includes(token)) rank += 2;
      else if (cluster.words.includes(token)) rank += 1;
      else return -1;
    }
    return rank;
  }

  // One pass: each failed condition sets a bit, so that a value's count leaves out its own facet.
  function find() {
    const tokens = fold(view.q).split(" ").filter(Boolean);
    const chosen = FACETS.map((facet) => new Set(view[facet]));
    const counts = FACETS.map(() => new Map());
    const from = view.from ? Number(view.from) : null;
    const to = view.to ? Number(view.to) : null;
    const found = [];
    for (const cluster of clusters) {
      cluster.rank = tokens.length ? rankOf(cluster, tokens) : 0;
      if (cluster.rank < 0) continue;
      if ((from !== null || to !== null) && (cluster.year === null || cluster.year < (from ?? 0) || cluster.year > (to ?? 9999))) continue;
      if (view.held && !cluster.held.length) continue;
      let failed = 0;
      FACETS.forEach((facet, bit) => {
        const values = facet === "label" && view.held ? cluster.held : cluster[facet];
        if (chosen[bit].size && !values.some((value) => chosen[bit].has(value))) failed |= 1 << bit;
      });
      FACETS.forEach((facet, bit) => {
        if ((failed & ~(1 << bit)) !== 0) return;
        const values = facet === "label" && view.held ? cluster.held : cluster[facet];
        for (const value of values) counts[bit].set(value, (counts[bit].get(value) || 0) + 1);
      });
      if (!failed) found.push(cluster);
    }
    found.sort(ORDERS[view.sort]);
    return { found, counts };
  }

  // ---- what is shown -------------------------------------------------------------------------------------------------

  // Elements are made by the document alone: what a source prints can only ever become text.
  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  const badge = (kind, code, text) => element("span", { class: `badge ${kind}-${code}` }, text);

  function labelBadges(cluster) {
    const seen = new Map();
    for (const [label, level, held] of cluster.row[FIELD.labels]) {
      const text = `${WORDS.label[label] || label} ${WORDS.level[level] || level}`.trim();
      seen.set(text, held || seen.get(text) || false);
    }
    return [...seen].map(([text, held]) => element("span", { class: held ? "badge label-held" : "badge label" }, text));
  }

  function resultRow(cluster) {
    const row = cluster.row;
    const other = lang === "pl" ? row[FIELD.en] : row[FIELD.pl];
    const otherLang = lang === "pl" ? "en" : "pl";
    const shownIn = lang === "pl" && !row[FIELD.pl] && row[FIELD.en] ? "en" : lang === "en" && !row[FIELD.en] && row[FIELD.pl] ? "pl" : null;
    const cell = (caption, ...children) => element("td", { role: "cell", "data-caption": caption }, ...children);
    const place = [row[FIELD.city], WORDS.voivodeship[row[FIELD.voivodeship]]].filter(Boolean);
    return element("tr", { role: "row" },
      element("th", { role: "rowheader", scope: "row" },
        element("a", { href: `clusters/${row[FIELD.id]}.html`, lang: shownIn }, cluster.name),
        other && other !== cluster.name ? element("span", { class: "other-name", lang: otherLang }, other) : null),
      cell(WORDS.column.class, badge("class", row[FIELD.class], WORDS.class[row[FIELD.class]])),
      cell(WORDS.column.state, badge("state", row[FIELD.state], WORDS.state[row[FIELD.state]])),
      cell(WORDS.column.founded, cluster.year === null ? "–" : String(cluster.year)),
      cell(WORDS.column.place, place.join(", ") || "–"),
      cell(WORDS.column.sector, WORDS.sector[row[FIELD.sector]] || "–"),
      cell(WORDS.column.labels, ...(row[FIELD.labels].length ? labelBadges(cluster) : ["–"])));
  }

  function showResults(found) {
    const pages = Math.max(1, Math.ceil(found.length / ROWS_A_PAGE));
    view.page = Math.min(view.page, pages);
    const first = printing ? 0 : (view.page - 1) * ROWS_A_PAGE;
    const shown = found.slice(first, first + (printing ? ROWS_IN_PRINT : ROWS_A_PAGE));
    at("rows").replaceChildren(...shown.map(resultRow));
    at("table").hidden = found.length === 0;
    at("nothing").hidden = found.length > 0;
    showPager(pages);
    const all = clusters.length;
    const text = found.length === all
      ? WORDS.found[plural.select(all)].replace("{n}", numbers.format(all))
      : WORDS.foundOf[plural.select(all)].replace("{n}", numbers.format(found.length)).replace("{all}", numbers.format(all));
    if (at("count").textContent !== text) at("count").textContent = text;
  }

  function showPager(pages) {
    const pager = at("pager");
    pager.hidden = pages < 2;
    const wanted = [...new Set([1, view.page - 1, view.page, view.page + 1, pages])].filter((page) => page >= 1 && page <= pages);
    const link = (page, text, label) => element("a", {
      href: addressOfView({ ...view, page }), "data-page": page, "aria-label": label, "aria-current": text === null && page === view.page ? "page" : null,
    }, text === null ? numbers.format(page) : text);
    const items = [];
    if (view.page > 1) items.push(link(view.page - 1, `‹ ${WORDS.previous}`, null));
    wanted.forEach((page, place) => {
      if (place && page - wanted[place - 1] > 1) items.push(element("span", {}, "…"));
      items.push(link(page, null, `${WORDS.page} ${numbers.format(page)}`));
    });
    if (view.page < pages) items.push(link(view.page + 1, `${WORDS.next} ›`, null));
    at("pages").replaceChildren(...items.map((item) => element("li", {}, item)));
  }

  function showCounts(counts) {
    FACETS.forEach((facet, bit) => {
      for (const box of form.querySelectorAll(`input[name="${facet}"]`)) {
        const count = counts[bit].get(box.value) || 0;
        box.parentElement.querySelector(".count").textContent = numbers.format(count);
        box.closest("li").classList.toggle("empty", count === 0);
      }
    });
    const byPlace = counts[FACETS.indexOf("voivodeship")];
    const links = document.querySelectorAll("#map a");
    const most = Math.max(1, ...[...links].map((link) => byPlace.get(link.dataset.code) || 0));
    for (const link of links) {
      const count = byPlace.get(link.dataset.code) || 0;
      const shade = count === 0 ? 0 : Math.ceil((count / most) * 4);
      link.setAttribute("class", `shade-${shade}`);
      link.querySelector("text").textContent = numbers.format(count);
      link.setAttribute("aria-label", `${WORDS.voivodeship[link.dataset.code]}: ${WORDS.found[plural.select(count)].replace("{n}", numbers.format(count))}`);
      link.querySelector("title").textContent = link.getAttribute("aria-label");
      if (view.voivodeship.includes(link.dataset.code)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function showChips() {
    const chips = [];
    const chip = (text, change) => {
      const made = element("button", { type: "button", "aria-label": `${WORDS.remove}: ${text}` }, text, element("span", { "aria-hidden": "true" }, " ×"));
      made.addEventListener("click", () => {
        change();
        view.page = 1;
        showInForm();
        show("pushState");
        at("count").focus();
      });
      chips.push(element("li", {}, made));
    };
    if (view.q.trim()) chip(`${WORDS.searched}: ${view.q.trim()}`, () => { view.q = ""; });
    for (const facet of FACETS) for (const value of view[facet]) {
      const box = form.querySelector(`input[name="${facet}"][value="${CSS.escape(value)}"]`);
      chip(box.parentElement.querySelector(".word").textContent, () => { view[facet] = view[facet].filter((other) => other !== value); });
    }
    if (view.held) chip(WORDS.held, () => { view.held = false; });
    if (view.from) chip(`${WORDS.from} ${view.from}`, () => { view.from = ""; });
    if (view.to) chip(`${WORDS.to} ${view.to}`, () => { view.to = ""; });
    at("chips").replaceChildren(...chips);
    at("chosen").hidden = chips.length === 0;
  }

  function show(how) {
    const { found, counts } = find();
    showResults(found);
    showCounts(counts);
    showChips();
    if (how) keepInAddress(how);
  }

  // ---- what the reader does ------------------------------------------------------------------------------------------

  at("q").addEventListener("input", () => { readForm(); show("replaceState"); });
  form.addEventListener("change", (event) => { if (event.target.id !== "q") { readForm(); show("pushState"); } });
  at("sort").addEventListener("change", () => { readForm(); show("pushState"); });
  for (const id of ["search", "filters"]) at(id).addEventListener("submit", (event) => event.preventDefault());
  at("clear").addEventListener("click", () => {
    const sort = view.sort;
    view = { ...emptyView(), sort };
    showInForm();
    show("pushState");
    at("q").focus();
  });
  at("map").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const code = link.dataset.code;
    const has = view.voivodeship.includes(code);
    view.voivodeship = has ? view.voivodeship.filter((other) => other !== code) : [...view.voivodeship, code].sort();
    view.page = 1;
    showInForm();
    show("pushState");
  });
  at("pages").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    view.page = Number(link.dataset.page);
    show("pushState");
    at("count").focus();
  });
  window.addEventListener("popstate", () => { view = viewOfAddress(); showInForm(); show(null); });
  window.addEventListener("beforeprint", () => { printing = true; show(null); });
  window.addEventListener("afterprint", () => { printing = false; show(null); });

  view = viewOfAddress();
  showInForm();
  // On a phone the filters start folded, so that the list is seen first.
  at("panel").open = matchMedia("(min-width: 60rem)").matches;
  show(null);
  at("app").hidden = false;
  document.documentElement.dataset.ready = "1";
}
