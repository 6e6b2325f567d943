"use strict";
(() => {
  const all = (css, from = document) => [...from.querySelectorAll(css)];
  const union = (sets) => new Set(sets.flatMap((found) => [...found]));
  const filter = document.getElementById("filter");
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const choices = all("select", filter);

  // What there is to find: each with its verdict, requirements and conversations, by the links in it.
  const rows = new Map(all("tr[data-actor]").map((row) => [row.id, row]));
  const names = new Map(all("details.conversation").map((one) => [one.querySelector("div[id]").id, one]));
  const items = all("[data-verdict]").map((element) => {
    const own = element.matches("details.conversation") ? element.querySelector("div[id]").id : element.id;
    const leads = [own, ...all("a[href^='#']:not(.like)", element).map((link) => link.getAttribute("href").slice(1))];
    return {
      element,
      ids: new Set(leads.filter((name) => rows.has(name))),
      conversations: new Set(leads.filter((name) => names.has(name))),
    };
  });
  const judged = new Map(
    items.filter((item) => item.element.matches("details.conversation")).map((item) => [[...item.conversations][0], item.ids])
  );
  // One that says on which other it was judged alike was judged for the same requirements.
  for (const link of all("details.conversation a.judged")) {
    const own = link.closest("div[id]").id;
    for (const id of judged.get(link.getAttribute("href").slice(1))) judged.get(own).add(id);
  }
  // A requirement names few of the many conversations that passed; each of them names its requirements.
  const byRow = new Map(items.filter((item) => item.element.matches("tr")).map((item) => [item.element.id, item]));
  for (const [name, ids] of judged) for (const id of ids) byRow.get(id)?.conversations.add(name);
  for (const item of items) {
    if (!item.ids.size) item.ids = union([...item.conversations].map((name) => judged.get(name)));
  }
  const has = {
    verdict: (item, wanted) => item.element.dataset.verdict === wanted,
    actor: (item, wanted) => [...item.ids].some((id) => rows.get(id).dataset.actor === wanted),
    clause: (item, wanted) => [...item.ids].some((id) => rows.get(id).dataset.clause === wanted),
    conversation: (item, wanted) => item.conversations.has(wanted),
  };
  const text = (item) => (item.text ??= item.element.textContent.toLowerCase());

  const option = (value, label) => new Option(label, value);
  const distinct = (key, elements) => [...new Set(elements.map((one) => one.dataset[key]))].filter(Boolean);
  const offered = {
    verdict: distinct("verdict", items.map((item) => item.element)).map((word) => option(word, word)),
    actor: distinct("actor", [...rows.values()]).map((word) => option(word, word)),
    clause: distinct("clause", [...rows.values()]).map((word) => option(word, word)),
    conversation: [...names].map(([name, one]) => option(name, one.querySelector("bdi").textContent)),
  };
  for (const choice of choices) choice.append(...offered[choice.dataset.by]);

  const apply = () => {
    const wanted = choices.filter((choice) => choice.value);
    const sought = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = wanted.length + sought.length > 0;
    let count = 0;
    for (const item of items) {
      const found =
        wanted.every((choice) => has[choice.dataset.by](item, choice.value)) &&
        sought.every((word) => text(item).includes(word));
      item.element.hidden = !found;
      count += found;
    }
    for (const group of all(".group, .more, main > section")) {
      const inside = all("[data-verdict]", group);
      group.hidden = inside.length > 0 && inside.every((one) => one.hidden);
      if (active && group.matches("details.more") && !group.hidden) group.open = true;
    }
    shown.value = active
      ? shown.dataset.words.replace("{shown}", count).replace("{all}", items.length) : "";
  };
  const reset = () => {
    words.value = "";
    for (const choice of choices) choice.value = "";
    apply();
  };
  filter.addEventListener("input", apply);
  document.getElementById("reset").addEventListener("click", reset);

  // A link leads to its place even where the filter has hidden it.
  const reach = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (place?.closest("[hidden]")) {
      reset();
      place.scrollIntoView();
    }
  };
  addEventListener("hashchange", reach);

  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const value = (row, column) => row.cells[column].textContent.trim();
  const compared = (first, second, column) =>
    first.cells[column].matches(".amount")
      ? parseFloat(value(first, column).replaceAll(",", "")) - parseFloat(value(second, column).replaceAll(",", ""))
      : order.compare(value(first, column), value(second, column));
  for (const head of all("main .wide thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of all("th", head.parentElement)) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way);
      const sign = way === "ascending" ? 1 : -1;
      const body = head.closest("table").tBodies[0];
      body.append(...[...body.rows].sort((one, two) => sign * compared(one, two, head.cellIndex)));
    });
  }

  // Where a drawing does not fit, its words stand below it.
  if (matchMedia("(max-width: 48rem)").matches) for (const words of all("details.told")) words.open = true;

  const wide = matchMedia("(min-width: 76rem)");
  const unfold = () => { filter.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();
  filter.hidden = false;
  document.documentElement.classList.add("scripted");
})();
