/* A field that narrows a long list by name, with or without marks; the page does not need it. */
(() => {
  const fold = text => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase();
  const own = document.currentScript.dataset, rows = [...document.querySelectorAll(own.rows)];
  if (!rows.length) return;
  const table = rows[0].closest("table"), counted = rows.filter(row => row.closest("table") === table);
  if (counted.length < 12) return;
  const texts = rows.map(row => fold(row.textContent));
  const label = document.createElement("label"), field = document.createElement("input"), count = document.createElement("output");
  label.className = "filter";
  field.type = "search";
  label.append(own.label, " ", field, " ", count);
  (document.querySelector("#main > .head + p") || document.querySelector("#main > .head")).after(label);
  field.addEventListener("input", () => {
    const parts = fold(field.value).split(/\s+/);
    rows.forEach((row, at) => { row.hidden = !parts.every(part => texts[at].includes(part)); });
    for (const list of document.querySelectorAll("ul.names")) {
      list.hidden = !list.querySelector("li:not([hidden])");
      if (list.previousElementSibling.tagName === "H2") list.previousElementSibling.hidden = list.hidden;
    }
    for (const head of document.querySelectorAll("tr.grp")) {
      head.hidden = !head.parentElement.querySelector("tr:not(.grp):not([hidden])");
    }
    count.value = `${counted.filter(row => !row.hidden).length}/${counted.length}`;
  });
})();
