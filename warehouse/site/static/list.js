"use strict";
// The list: search, filters, map and pages of results. The address holds the view, so that it can be shared.
{
  const WORDS = window.WORDS;
  const ROWS_A_PAGE = 50;
  const ROWS_IN_PRINT = 5000;
  const NONE = "none";
  const FACETS = ["class", "state", "voivodeship", "sector", "label"];
  const SINGLE = FACETS.slice(0, 4);
  const LABEL = 4;
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

  // Each filter's boxes in the order of the page. A cluster holds its values as places in that order, so that a search counts
  // in plain arrays of numbers; a value without a box counts nowhere.
  const boxes = FACETS.map((facet) => [...form.querySelectorAll(`input[name="${facet}"]`)]);
  const counters = boxes.map((ofFacet) => ofFacet.map((box) => box.parentElement.querySelector(".count")));
  const places = boxes.map((ofFacet) => new Map(ofFacet.map((box, place) => [box.value, place])));
  const placesOf = (bit, values) => [...new Set(values)].map((value) => places[bit].get(value)).filter((place) => place !== undefined);

  const clusters = window.INVENTORY.clusters.map((row) => {
    const name = (lang === "pl" ? row[FIELD.pl] || row[FIELD.en] : row[FIELD.en] || row[FIELD.pl]) || row[FIELD.id];
    const labels = row[FIELD.labels];
    const words = [
      row[FIELD.city], row[FIELD.coordinator], row[FIELD.id], WORDS.voivodeship[row[FIELD.voivodeship]],
      ...labels.map(([label, level]) => `${label} ${level} ${WORDS.level[level] || ""}`),
    ];
    const names = ` ${fold([name, row[FIELD.pl], row[FIELD.en], ...row[FIELD.others]].filter(Boolean).join(" "))}`;
    return {
      row, name,
      text: `${names} ${fold(words.filter(Boolean).join(" "))}`, endOfNames: names.length,
      start: fold(name),
      codes: SINGLE.map((field, bit) => places[bit].get(row[FIELD[field]] || NONE) ?? -1),
      labels: placesOf(LABEL, labels.map(([label]) => label)),
      held: placesOf(LABEL, labels.filter((label) => label[2]).map(([label]) => label)),
      year: row[FIELD.year],
    };
  });
  const byName = (a, b) => collator.compare(a.name, b.name) || (a.row[0] < b.row[0] ? -1 : 1);
  clusters.sort(byName).forEach((cluster, place) => { cluster.place = place; });

  const ORDERS = {
    relevance: (a, b) => a.place - b.place,
    name: (a, b) => a.place - b.place,
    oldest: (a, b) => (a.year ?? 9999) - (b.year ?? 9999) || a.place - b.place,
    newest: (a, b) => (b.year ?? 0) - (a.year ?? 0) || a.place - b.place,
    members: (a, b) => (b.row[FIELD.members] ?? -1) - (a.row[FIELD.members] ?? -1) || a.place - b.place,
    id: (a, b) => (a.row[0].length - b.row[0].length) || (a.row[0] < b.row[0] ? -1 : 1),
  };
  const ordered = { relevance: clusters, name: clusters };
  // Each order is sorted once, when it is first asked for; a search then only walks it.
  const inOrder = (order) => (ordered[order] ??= [...clusters].sort(ORDERS[order]));

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
      read[facet] = (asked.get(facet) || "").split(",").filter((value) => places[FACETS.indexOf(facet)].has(value));
    }
    read.held = asked.get("held") === "1";
    read.from = year(asked.get("from"));
    read.to = year(asked.get("to"));
    read.sort = Object.hasOwn(ORDERS, asked.get("sort") || "") ? asked.get("sort") : "relevance";
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
    FACETS.forEach((facet, bit) => boxes[bit].forEach((box) => { box.checked = view[facet].includes(box.value); }));
    at("held").checked = view.held;
    at("from").value = view.from;
    at("to").value = view.to;
    at("sort").value = view.sort;
  }

  function readForm() {
    view.q = at("q").value;
    FACETS.forEach((facet, bit) => { view[facet] = boxes[bit].filter((box) => box.checked).map((box) => box.value); });
    view.held = at("held").checked;
    view.from = year(at("from").value);
    view.to = year(at("to").value);
    view.sort = at("sort").value;
    view.page = 1;
  }

  // ---- which clusters match ------------------------------------------------------------------------------------------

  // A word counts most where it starts a name, then where it starts a word of a name, then anywhere.
  function rankOf(cluster, tokens, starts) {
    let rank = 0;
    for (let each = 0; each < tokens.length; each += 1) {
      const place = cluster.text.indexOf(tokens[each]);
      if (place < 0) return -1;
      if (place >= cluster.endOfNames) rank += 1;
      else if (cluster.start.startsWith(tokens[each])) rank += 8;
      else rank += (place && cluster.text[place - 1] === " ") || cluster.text.lastIndexOf(starts[each], cluster.endOfNames - 1) >= 0 ? 4 : 2;
    }
    return rank;
  }

  // Who matches the words, ranked, in the order asked for. While somebody types on, only the last matches are asked again.
  let last = { text: "", sort: "", matches: [] };
  function matchesOf(text, sort) {
    const goesOn = last.text && text.startsWith(last.text) && last.sort === sort;
    const tokens = text.split(" ").filter(Boolean);
    const starts = tokens.map((token) => ` ${token}`);
    const matches = [];
    for (const cluster of goesOn ? last.matches : inOrder(sort)) {
      cluster.rank = tokens.length ? rankOf(cluster, tokens, starts) : 0;
      if (cluster.rank >= 0) matches.push(cluster);
    }
    last = { text, sort, matches };
    return matches;
  }

  // One pass: each failed condition sets a bit, so that a value's count leaves out its own facet.
  function find() {
    const chosen = FACETS.map((facet, bit) => (view[facet].length ? new Set(placesOf(bit, view[facet])) : null));
    const counts = boxes.map((ofFacet) => new Int32Array(ofFacet.length));
    const from = view.from ? Number(view.from) : 0;
    const to = view.to ? Number(view.to) : 9999;
    const asksYear = Boolean(view.from || view.to);
    const byRank = [];
    for (const cluster of matchesOf(fold(view.q), view.sort)) {
      if (asksYear && (cluster.year === null || cluster.year < from || cluster.year > to)) continue;
      const labels = view.held ? cluster.held : cluster.labels;
      if (view.held && !labels.length) continue;
      let failed = 0;
      for (let bit = 0; bit < LABEL; bit += 1) if (chosen[bit] && !chosen[bit].has(cluster.codes[bit])) failed |= 1 << bit;
      if (chosen[LABEL] && !labels.some((label) => chosen[LABEL].has(label))) failed |= 1 << LABEL;
      for (let bit = 0; bit < LABEL; bit += 1) {
        const place = cluster.codes[bit];
        if (place >= 0 && (failed & ~(1 << bit)) === 0) counts[bit][place] += 1;
      }
      if ((failed & ~(1 << LABEL)) === 0) for (let each = 0; each < labels.length; each += 1) counts[LABEL][labels[each]] += 1;
      if (!failed) (byRank[view.sort === "relevance" ? cluster.rank : 0] ??= []).push(cluster);
    }
    return { found: byRank.reverse().flat(), counts };
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
    const cell = (caption, ...children) => element("td", { role: "cell", "data-caption": caption, class: children[0] === "–" ? "none" : null }, ...children);
    const place = [row[FIELD.city], WORDS.voivodeship[row[FIELD.voivodeship]]].filter(Boolean);
    return element("tr", { role: "row" },
      element("th", { role: "rowheader", scope: "row" },
        window.INVENTORY.paged
          ? element("a", { href: `clusters/${row[FIELD.id]}.html`, lang: shownIn }, cluster.name)
          : element("span", { lang: shownIn }, cluster.name, " ", element("code", {}, row[FIELD.id])),
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
    boxes.forEach((ofFacet, bit) => ofFacet.forEach((box, place) => {
      counters[bit][place].textContent = numbers.format(counts[bit][place]);
      box.closest("li").classList.toggle("empty", counts[bit][place] === 0);
    }));
    const ofPlaces = FACETS.indexOf("voivodeship");
    const countAt = (code) => counts[ofPlaces][places[ofPlaces].get(code)] || 0;
    const links = document.querySelectorAll("#map a");
    const most = Math.max(1, ...[...links].map((link) => countAt(link.dataset.code)));
    for (const link of links) {
      const count = countAt(link.dataset.code);
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
      const bit = FACETS.indexOf(facet);
      const box = boxes[bit][places[bit].get(value)];
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
  // The first search would pay for the browser's compiling; a trial of it while nothing is asked takes that over.
  setTimeout(() => clusters.forEach((cluster) => rankOf(cluster, ["klaster"], [" klaster"])), 50);
}
