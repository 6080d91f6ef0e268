"use strict";
{
  const find = (what, where = document) => where.querySelector(what);
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const data = JSON.parse(find("#data").textContent);
  const units = all(".u");
  const filter = find("#filter");
  const tip = find("#tip");
  const none = data.tags.length - 1;
  const place = `policycls:${data.key}`;
  let lang = document.documentElement.lang.slice(0, 2);
  let chosen = null;

  const say = (key, values = {}) =>
    data.words[key][lang].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const textOf = (unit) => unit.lastChild.textContent;
  const docOf = (unit) => Number(unit.closest(".doc").dataset.d);
  const scoresOf = (unit) => (unit.dataset.s ?? "").split(" ").filter(Boolean).map(Number);
  const tagOf = (unit) => work.get(unit.id)?.tag ?? Number(unit.dataset.l);

  // Mending. What was done is kept in the browser under a key of this very content.

  const work = new Map(); // unit's id -> {tag, note}
  let history = []; // [unit's id, what stood there before]

  const keep = () => {
    try {
      localStorage.setItem(place, JSON.stringify({ work: [...work], history: history.slice(-500) }));
    } catch {
      find("#counter").title = say("unsaved");
    }
  };

  const put = (id, value) => {
    const unit = document.getElementById(id);
    if (value) work.set(id, value);
    else work.delete(id);
    const tag = data.tags[tagOf(unit)];
    unit.classList.remove(...data.tags.map((x) => `l${x.colour}`));
    unit.classList.add(`l${tag.colour}`);
    unit.classList.toggle("m", Boolean(value));
    unit.firstChild.textContent = tag.letter;
  };

  const mend = (unit, change) => {
    const before = work.get(unit.id) ?? null;
    const after = { ...before, ...change };
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    history.push([unit.id, before]);
    put(unit.id, after.tag === undefined && !after.note ? null : after);
    keep();
    show();
  };

  const undo = () => {
    const last = history.pop();
    if (!last) return;
    put(...last);
    keep();
    choose(document.getElementById(last[0]));
  };

  const headingOf = (unit) => {
    let at = units.indexOf(unit);
    const doc = docOf(unit);
    while (--at >= 0 && docOf(units[at]) === doc)
      if (units[at].parentNode.localName === "h4") return textOf(units[at]);
    return "";
  };

  const beside = (unit, by) => {
    const other = units[units.indexOf(unit) + by];
    return other && docOf(other) === docOf(unit) ? textOf(other) : "";
  };

  const lines = () =>
    units
      .filter((unit) => work.has(unit.id))
      .map((unit) => {
        const { tag, note = "" } = work.get(unit.id);
        const label = tag === undefined ? "" : data.tags[tag].id;
        return JSON.stringify({
          doc: data.docs[docOf(unit)],
          unit: Number(unit.dataset.n),
          kind: unit.parentNode.localName === "h4" ? "heading" : "sentence",
          heading: headingOf(unit),
          text: textOf(unit),
          before: beside(unit, -1),
          after: beside(unit, 1),
          label,
          // A note alone is no label: the line has none then, and nothing is learnt from it.
          ...(tag !== undefined && { labels: tag === none ? [] : [label] }),
          was: data.tags[unit.dataset.l].id,
          note,
          model: data.models.join(", "),
        });
      });

  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines().map((x) => x + "\n").join("")], { type: "application/jsonl" }));
    link.download = `corrections-${data.key.slice(0, 8)}.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // The chosen unit and the panel below.

  const show = () => {
    find("#counter").textContent = say("mended", { n: work.size });
    find("#undo").disabled = !history.length;
    find("#save").disabled = !work.size;
    find("#choices").hidden = find("#noting").hidden = !chosen;
    const line = find("#chosen");
    if (!chosen) {
      line.textContent = say("none_chosen");
      return;
    }
    const tag = tagOf(chosen);
    const was = Number(chosen.dataset.l);
    const name = (n) => `${data.tags[n].letter} ${data.tags[n][lang]}`;
    line.textContent = [
      say("place", { doc: data.docs[docOf(chosen)], unit: chosen.dataset.n }) +
        (chosen.dataset.p ? say("page", { page: chosen.dataset.p }) : ""),
      name(tag),
      ...(tag === was ? [] : [say("was", { label: name(was) })]),
    ].join(" · ");
    const scores = scoresOf(chosen);
    for (const button of all("#choices button")) {
      const n = Number(button.dataset.tag);
      button.setAttribute("aria-pressed", String(n === tag));
      find(".score", button).textContent = scores[n] === undefined ? "" : `${scores[n]} %`;
    }
    if (document.activeElement !== find("#note")) find("#note").value = work.get(chosen.id)?.note ?? "";
  };

  const choose = (unit, focus = true) => {
    if (chosen && chosen !== unit) {
      chosen.removeAttribute("aria-current");
      chosen.tabIndex = -1;
    }
    chosen = unit;
    if (unit) {
      if (unit.hidden) showAll();
      unit.setAttribute("aria-current", "true");
      unit.tabIndex = 0;
      if (focus) unit.focus({ preventScroll: true });
      // Twice: documents that were out of sight take their real height only when they come near.
      unit.scrollIntoView({ block: "nearest" });
      requestAnimationFrame(() => unit === chosen && unit.scrollIntoView({ block: "nearest" }));
      tip.hidden = true;
    }
    show();
  };

  const step = (by) => {
    let at = units.indexOf(chosen) + by;
    while (units[at]?.hidden) at += by;
    if (units[at]) choose(units[at]);
  };

  // Filters.

  const wanted = () => {
    const form = new FormData(filter);
    const number = (name, other) => (form.get(name) === "" ? other : Number(form.get(name)));
    return {
      tags: new Set(form.getAll("label").map(Number)),
      low: number("low", 0),
      high: number("high", 100),
      doc: form.get("doc"),
      text: form.get("text").trim().toLowerCase(),
      review: form.has("review"),
      mended: form.has("mended"),
    };
  };

  const fits = (unit, want) => {
    const tag = tagOf(unit);
    if (!want.tags.has(tag) || (want.doc && docOf(unit) !== Number(want.doc))) return false;
    if (want.review && !unit.classList.contains("r")) return false;
    if (want.mended && !work.has(unit.id)) return false;
    if (want.low > 0 || want.high < 100) {
      const scores = scoresOf(unit);
      const score = tag === none ? Math.max(0, ...scores) : (scores[tag] ?? 0);
      if (score < want.low || score > want.high) return false;
    }
    return !want.text || textOf(unit).toLowerCase().includes(want.text);
  };

  const mark = (text) => {
    if (!window.Highlight) return;
    CSS.highlights.delete("found");
    if (!text) return;
    const ranges = [];
    for (const unit of units.filter((x) => !x.hidden).slice(0, 2000)) {
      const walker = document.createTreeWalker(unit.lastChild, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const value = walker.currentNode.data.toLowerCase();
        for (let at = value.indexOf(text); at >= 0; at = value.indexOf(text, at + text.length)) {
          const range = new Range();
          range.setStart(walker.currentNode, at);
          range.setEnd(walker.currentNode, at + text.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const apply = () => {
    const want = wanted();
    let count = 0;
    for (const unit of units) {
      unit.hidden = !fits(unit, want);
      count += !unit.hidden;
    }
    for (const block of all(".doc [lang] > p, .doc h4")) block.hidden = ![...block.children].some((x) => !x.hidden);
    for (const doc of all(".doc")) doc.hidden = !find(".u:not([hidden])", doc);
    // Where sentences are missing between, what is left is a list rather than running text.
    const whole = count === units.length || (want.doc && units.every((x) => !x.hidden || docOf(x) !== Number(want.doc)));
    find("#documents").classList.toggle("filtered", !whole);
    find("#shown").textContent = say("shown", { shown: count.toLocaleString("en"), all: units.length.toLocaleString("en") });
    mark(want.text);
    const first = units.find((x) => !x.hidden);
    if (first && (!chosen || chosen.hidden)) first.tabIndex = 0;
  };

  const showAll = () => {
    filter.reset();
    apply();
  };

  const follow = (link) => {
    filter.reset();
    if (link.dataset.tag !== undefined)
      for (const box of filter.elements.label) box.checked = box.value === link.dataset.tag;
    filter.elements.doc.value = link.dataset.doc ?? "";
    filter.elements.review.checked = "review" in link.dataset;
    apply();
  };

  // Language.

  const speak = (to) => {
    lang = to;
    document.documentElement.lang = to === "zh" ? "zh-Hans" : "en";
    document.title = data.title[to];
    for (const button of all("[data-lang]")) button.setAttribute("aria-pressed", String(button.dataset.lang === to));
    filter.elements.doc.options[0].textContent = say("all_documents");
    apply();
    show();
  };

  // The scores of the unit under the pointer.

  const point = (unit, event) => {
    const scores = scoresOf(unit);
    if (!scores.length || event.pointerType === "touch") return;
    tip.replaceChildren(
      ...scores.map((score, n) => {
        const line = find("#score").content.firstChild.cloneNode(true);
        line.classList.add(`l${data.tags[n].colour}`);
        find("b", line).textContent = data.tags[n].letter;
        find("rect", line).setAttribute("width", score);
        find("span", line).textContent = `${score} %`;
        return line;
      }),
    );
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.min(event.clientX + 12, innerWidth - box.width - 8)}px`;
    const below = event.clientY + 20;
    tip.style.top = `${below + box.height < innerHeight ? below : event.clientY - box.height - 12}px`;
  };

  // What the reader does.

  document.addEventListener("click", (event) => {
    const unit = event.target.closest(".u");
    const link = event.target.closest("a[href]");
    if (unit) choose(unit);
    else if (link?.hash.startsWith("#u")) {
      event.preventDefault();
      choose(find(link.hash));
    } else if (link && ("doc" in link.dataset || "tag" in link.dataset)) follow(link);
  });
  document.addEventListener("pointerover", (event) => {
    const unit = event.target.closest(".u");
    if (unit) point(unit, event);
    else tip.hidden = true;
  });
  document.addEventListener("scroll", () => (tip.hidden = true), { passive: true });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches(".u") && event.target !== chosen) choose(event.target, false);
  });
  find("#choices").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && chosen) mend(chosen, { tag: Number(button.dataset.tag) });
  });
  find("#note").addEventListener("change", (event) => chosen && mend(chosen, { note: event.target.value.trim() }));
  find("#note").addEventListener("keydown", (event) => {
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.stopPropagation();
    chosen?.focus();
  });
  find("#undo").addEventListener("click", undo);
  find("#save").addEventListener("click", save);
  filter.addEventListener("input", apply);
  filter.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("reset", () => setTimeout(apply));
  for (const button of all("[data-lang]")) button.addEventListener("click", () => speak(button.dataset.lang));

  const keys = {
    ArrowDown: () => step(1), ArrowRight: () => step(1), ArrowUp: () => step(-1), ArrowLeft: () => step(-1),
    n: () => find("#note").focus(), u: undo, Escape: () => choose(null),
  };
  document.addEventListener("keydown", (event) => {
    // Keys without Ctrl work on a chosen sentence only, so that they disturb nobody elsewhere.
    if (event.isComposing || !chosen || event.target.closest("input, select, summary, a")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const undoes = key === "z" && (event.ctrlKey || event.metaKey);
    if (!undoes && (event.ctrlKey || event.metaKey || event.altKey)) return;
    const tag = key === "0" ? none : /^[1-9]$/.test(key) && Number(key) <= none ? Number(key) - 1 : null;
    if (tag !== null) mend(chosen, { tag });
    else if (undoes) undo();
    else if (keys[key]) keys[key]();
    else return;
    event.preventDefault();
  });

  // At the start.

  for (const unit of units) unit.tabIndex = -1;
  filter.elements.doc.append(new Option("", ""), ...data.docs.map((name, n) => new Option(name, n)));
  if (innerWidth < 960) find("#filters").open = false;
  try {
    const kept = JSON.parse(localStorage.getItem(place)) ?? { work: [], history: [] };
    for (const [id, value] of kept.work) put(id, value);
    history = kept.history;
  } catch {
    // Nothing was kept, or it is not ours.
  }
  speak(lang);
}
