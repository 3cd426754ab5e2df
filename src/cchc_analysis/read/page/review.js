"use strict";
// The review page: keys become steps, a step is saved at once, and what comes back is shown.
const content = JSON.parse(document.getElementById("content").textContent);
const words = content.words;
const byId = (name) => document.getElementById(name);
let draft = null; // what the server says: version, source, rows
let order = []; // ids in the order of work, fixed when the page opens so that rows do not jump
let current = ""; // the id of the row that keys act on
let selected = new Set(); // rows that keys act on instead, if any
let busy = Promise.resolve(); // one key after the other, also while a step is being saved
let menu = null; // an open list: {options, shown, first, chosen, take, isFree, takesDigits}
let closedAt = -Infinity; // when the last list was closed
const ONE_NUMBER = 400; // milliseconds between two digits of what is meant as one number
const KEYS = {
  "Enter": "đúng như đề xuất; sang dòng chưa quyết tiếp theo", "1 … 9": "chọn chỉ tiêu trong danh sách",
  "i": "tìm chỉ tiêu khác", "0": "không có chỉ tiêu", "s": "phạm vi", "k": "kỳ số liệu", "t": "tình trạng",
  "b": "phân tổ", "u": "đơn vị tính", "c": "dấu so sánh", "v": "giá trị đọc là", "d": "đơn vị hành chính của dòng",
  "↓ ↑ j l": "dòng sau, dòng trước", "n": "dòng chưa quyết tiếp theo", "Dấu cách": "chọn dòng",
  "m": "chọn cả đề mục", "*": "chọn mọi dòng chưa quyết", "Esc": "bỏ chọn", "a": "thêm con số khác trong dòng",
  "p": "tách số", "x": "bỏ số liệu", "h": "đầu văn bản", "z": "hoàn tác",
};

async function call(name, body) {
  const answer = await fetch(`/${name}`, {
    method: "POST", headers: { "X-Token": content.token }, body: body ? JSON.stringify(body) : "{}",
  }).then(async (r) => [r.ok, await r.json()], () => [false, { error: "Không kết nối được với cchc review: chương trình đã dừng?" }]);
  if (!answer[0]) say(answer[1].error);
  return answer;
}
function say(text) { byId("said").textContent = text; }

async function step(change) {
  say("");
  const [isDone, told] = await call("change", { version: draft.version, ...change });
  show(isDone ? told : (await call("state"))[1]);
  return isDone;
}

function show(told) {
  if (!told.rows) return;
  draft = told;
  byId("rows").innerHTML = told.html.rows; // made and escaped by the same templates as the static page
  byId("document").innerHTML = told.html.document;
  const ids = draft.rows.map((row) => row.id);
  if (!order.length) {
    const rank = (row) => (row.is_undecided ? 0 : row.cells.indicator ? 2 : 1);
    order = [...draft.rows].sort((a, b) => rank(a) - rank(b)).map((row) => row.id);
  }
  const known = new Set(order);
  for (const id of ids) {
    if (known.has(id)) continue;
    order.splice(order.indexOf(current) + 1, 0, id);
    current = id;
  }
  order = order.filter((id) => ids.includes(id));
  selected = new Set([...selected].filter((id) => ids.includes(id)));
  if (!ids.includes(current)) current = order[0];
  unclear = null;
  render();
  judge();
}
let judging = 0, unclear = null; // how many rows are not understood, once that is known
function judge() { // what is contradicted comes a moment later, and only for the last state
  const turn = ++judging;
  setTimeout(async () => {
    if (turn !== judging) return;
    const [isDone, told] = await call("judgement");
    if (isDone && turn === judging && told.version === draft.version) renderJudgement(told);
  }, 250);
}

// What is shown. Beside the parts that the server makes, text comes in by textContent alone.
function make(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
const find = (id) => draft.rows.find((row) => row.id === id);
const bare = (cell) => cell.replace(/^\?/, "");
const nameOf = (code) => (words.indicators[code] || [code || "không có chỉ tiêu"])[0];

function render() {
  renderLeft();
  byId("doubt").textContent = draft.doubt;
  renderHead();
  renderMarks();
  renderCurrent();
}
function renderLeft() {
  const undecided = draft.rows.filter((row) => row.is_undecided).length;
  const inHead = Object.values(draft.source).filter((cell) => cell.startsWith("?")).length;
  const head = inHead ? ` · đầu văn bản còn ${inHead} ô (h)` : "";
  const mapped = draft.rows.filter((row) => row.cells.indicator).length, open = draft.rows.length - mapped;
  const wrong = unclear === null ? "Đang đối chiếu" : unclear && `Còn ${unclear} dòng chưa đúng`;
  const left = undecided || head ? `Còn ${undecided} dòng chưa quyết${head}` : wrong;
  byId("left").textContent = left
    ? `${left} · ${mapped} có chỉ tiêu, ${open} không`
    : `Đã quyết xong: ${mapped} có chỉ tiêu, ${open} không. Chạy: cchc accept ${draft.source.source_id}`;
}
function renderHead() {
  const form = byId("head-form");
  if (form.contains(document.activeElement)) return;
  form.replaceChildren();
  for (const [name, label] of Object.entries(words.head)) {
    const input = make("input", "", { id: `head-${name}`, name });
    input.value = draft.source[name];
    input.addEventListener("change", () => later(() => step({ head: { [name]: bare(input.value) } })));
    form.append(make("label", label, { for: input.id }), input);
  }
}
function renderMarks() { // which rows and figures keys act on, in the order of work
  const body = byId("rows").querySelector("tbody"), line = new Map([...body.rows].map((row) => [row.dataset.id, row]));
  body.append(...order.map((id) => line.get(id)));
  for (const each of document.querySelectorAll("#rows [data-id], #document [data-id]")) {
    each.classList.toggle("is-current", each.dataset.id === current);
    each.classList.toggle("is-selected", selected.has(each.dataset.id));
  }
  line.get(current).scrollIntoView({ block: "nearest" });
  const mark = byId(`t${current}`);
  if (mark) mark.scrollIntoView({ block: "center" });
}
function renderCurrent() {
  const row = find(current), cells = row.cells, box = byId("current");
  const said = make("p", "", { class: "said" });
  said.append(...byId(current).querySelector(".said").cloneNode(true).childNodes);
  const candidates = make("ol");
  row.candidates.slice(0, 9).forEach((code, at) => {
    const line = make("li"), button = make("button", "", { type: "button", "data-key": String(at + 1) });
    button.append(make("kbd", String(at + 1)), ` ${nameOf(code)} `, make("code", code));
    line.append(button);
    candidates.append(line);
  });
  const facts = make("p", "", { class: "facts" });
  const reading = (cells.read_as && ` → ${cells.read_as}`) + (cells.unit && ` ${words.units[cells.unit] || cells.unit}`);
  for (const [label, fact] of [["như in", `${cells.comparator} ${cells.printed}${reading}`], ["phạm vi", words.scopes[cells.scope] || cells.scope],
    ["kỳ", [cells.period_start, cells.period_end].filter(Boolean).join(" – ")],
    ["tình trạng", words.statuses[cells.status] || cells.status], ["của", cells.area], ["phân tổ", words.breakdowns[cells.breakdown] || cells.breakdown]]) {
    if (!fact) continue;
    const each = make("span");
    each.append(make("span", `${label}: `, { class: "quiet" }), fact);
    facts.append(each);
  }
  const many = selected.size ? make("p", `Phím tác động đến ${selected.size} dòng đã chọn.`) : "";
  box.replaceChildren(make("p", `${current} · dòng ${cells.line} · ${cells.section}`, { class: "quiet" }), said, facts,
    make("p", row.why, { class: "quiet" }), candidates, many);
}
function renderJudgement(told) {
  unclear = new Set(told.problems.map((each) => each.id)).size;
  renderLeft();
  const items = [
    ...told.problems.map((each) => [`${each.text}`, [each.id]]),
    ...told.contradictions.map((each) => [`${each.rule_id} ${each.statement}: ${each.arithmetic} (${words.scopes[each.scope] || each.scope})`, each.figures]),
  ];
  byId("contradictions").replaceChildren(...(items.length ? [make("strong", `Chưa khớp: ${items.length}`)] : []), ...(told.verdict ? [make("p", told.verdict)] : []), ...items.map(([text, ids]) => {
    const line = make("p", `${text} `);
    for (const id of ids) line.append(make("button", id, { type: "button", "data-go": id }), " ");
    return line;
  }));
}

// What keys do.
const targets = () => (selected.size ? [...selected] : [current]);
function go(id) { current = id; render(); }
function move(by) { go(order[Math.min(order.length - 1, Math.max(0, order.indexOf(current) + by))]); }
function next() {
  const at = order.indexOf(current);
  const following = [...order.slice(at + 1), ...order.slice(0, at)].find((id) => find(id).is_undecided);
  if (following) go(following);
  else if (find(current).is_undecided) say(`Chỉ còn ${current} chưa quyết.`);
  else move(1);
}
async function decide(cells) { // what says that a row was looked at: the row is done
  const wasMany = selected.size;
  if (!await step({ rows: targets(), cells, confirm: true })) return;
  selected.clear();
  const row = find(current);
  if (wasMany) render();
  else if (row && row.is_undecided) say(`${current}: số có thể đọc theo hai cách; gõ v rồi nhập giá trị.`);
  else next();
}
async function set(cells) { // one thing of a row, or of many; whether the row is right is said by Enter
  await step({ rows: targets(), cells });
}
function single(work) { // what holds for one row only
  if (selected.size <= 1) return work();
  say("Phím này chỉ dùng cho một dòng; Esc để bỏ chọn.");
  return undefined;
}
function toggle(ids) {
  for (const id of ids) if (selected.has(id)) selected.delete(id); else selected.add(id);
  render();
}
function ask(title, options, take, { text = "", isFree = false } = {}) {
  // A digit is a choice only where every option has one; elsewhere it may begin what is typed.
  menu = { options, take, isFree, chosen: 0, shown: [], takesDigits: !isFree && options.length <= 9 };
  byId("menu-title").textContent = title;
  byId("menu-input").value = text;
  byId("menu").showModal();
  startMenu();
  byId("menu-input").select();
}
function fold(text) { // as fold_text, by which `cchc list` compares; a space before each word
  const bare = text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f'’ʼ`]/g, "");
  return (bare.match(/[a-z0-9]+/g) || []).map((word) => ` ${word}`).join("");
}
function sift(options, typed) { // what is the text; what holds it from the start of a word, as `cchc list` does; then its words; then parts of words
  const text = fold(typed), words = text.split(" ").slice(1);
  const ranks = [(name) => name.includes(text), (name) => words.every((word) => name.includes(` ${word}`)), (name) => words.every((word) => name.includes(word))];
  const rank = ([value, label]) => (fold(value) === text ? 0 : ranks.findIndex((has) => has(fold(`${label} ${value}`))) + 1 || 9);
  return [0, 1, 2, 3].flatMap((at) => options.filter((option) => rank(option) === at));
}
function startMenu() { // nothing of the list is chosen beside what is typed freely, before an arrow is
  menu.chosen = menu.first = menu.isFree && byId("menu-input").value ? -1 : 0;
  renderMenu();
}
function renderMenu() {
  menu.shown = (menu.isFree ? menu.options : sift(menu.options, byId("menu-input").value)).slice(0, 60);
  menu.chosen = Math.min(menu.chosen, Math.max(menu.first, menu.shown.length - 1));
  byId("menu-list").replaceChildren(...menu.shown.map(([value, label], at) => {
    const line = make("li", "", at === menu.chosen ? { class: "is-chosen" } : {});
    line.append(make("kbd", menu.takesDigits ? String(at + 1) : "·"), ` ${label} `, make("code", value));
    line.addEventListener("click", () => later(() => choose(value)));
    return line;
  }));
}
function closeMenu() {
  menu = null;
  closedAt = performance.now();
  byId("menu").close();
}
function choose(value) {
  const take = menu.take;
  closeMenu();
  return take(value);
}
function menuKey(key) { // what a key does in an open list; nothing where it is text
  const typed = byId("menu-input").value;
  if (key === "Escape") return closeMenu;
  if (key === "ArrowDown" || key === "ArrowUp") {
    return () => {
      menu.chosen = Math.max(menu.first, menu.chosen + (key === "ArrowDown" ? 1 : -1));
      renderMenu();
    };
  }
  const isDigit = menu.takesDigits && !typed && /^[1-9]$/.test(key);
  if (key !== "Enter" && !isDigit) return undefined;
  const option = menu.shown[isDigit ? Number(key) - 1 : menu.chosen];
  if (option) return () => choose(option[0]);
  return menu.isFree && typed ? () => choose(typed) : () => {};
}
const listOf = (table) => Object.entries(table);
function windows() { // the windows that the document has, and the same a year before
  const found = new Map();
  const before = (day) => (day ? `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`.replace("02-29", "02-28") : day);
  const add = (start, end) => { if (end) found.set(start ? `${start}/${end}` : end, start ? `${start} – ${end}` : end); };
  const head = draft.source;
  add(bare(head.period_start), bare(head.period_end));
  for (const row of draft.rows) add(row.cells.period_start, row.cells.period_end);
  add(before(bare(head.period_start)), before(bare(head.period_end)));
  return [...found];
}
const ACTIONS = {
  "Enter": () => decide({}),
  "0": () => decide({ indicator: "" }),
  "i": () => ask("Chỉ tiêu", listOf(words.indicators).map(([code, [label]]) => [code, label]), (code) => decide({ indicator: code })),
  "s": () => ask("Phạm vi", listOf(words.scopes), (scope) => set({ scope })),
  "k": () => ask("Kỳ số liệu, hoặc gõ 2023-9M, 1/1/2024 - 15/6/2024", windows(), (period) => set({ period }), { isFree: true }),
  "t": () => ask("Tình trạng", listOf(words.statuses), (status) => set({ status })),
  "b": () => ask("Phân tổ", [["", "không phân tổ"], ...listOf(words.breakdowns)], (breakdown) => set({ breakdown })),
  "u": () => ask("Đơn vị tính", listOf(words.units), (unit) => set({ unit })),
  "c": () => ask("Dấu so sánh", [["", "bằng"], ...listOf(words.comparators)], (comparator) => set({ comparator })),
  "v": () => single(() => ask("Giá trị đọc là", [], (value) => set({ read_as: value }), { text: bare(find(current).cells.read_as) || find(current).cells.printed, isFree: true })),
  "d": () => ask("Số liệu của đơn vị hành chính nào", [...new Set([draft.source.area, ...draft.rows.map((row) => row.cells.area)].map(bare))].map((area) => [area, area]),
    (area) => set({ area }), { text: bare(find(current).cells.area), isFree: true }),
  "j": () => move(1), "ArrowDown": () => move(1), "l": () => move(-1), "ArrowUp": () => move(-1), "n": next,
  " ": () => { toggle([current]); move(1); },
  "m": () => toggle(draft.rows.filter((row) => row.cells.section === find(current).cells.section).map((row) => row.id)),
  "*": () => toggle(draft.rows.filter((row) => row.is_undecided).map((row) => row.id)),
  "Escape": () => { selected.clear(); byId("head").open = false; say(""); render(); },
  "x": async () => { const after = order[order.indexOf(current) + 1]; await step({ rows: targets(), drop: true }); if (find(after)) go(after); },
  "a": () => {
    const line = Number(find(current).cells.line);
    const options = content.others.filter((other) => other.line === line).map((other) => [other.text, other.kind]);
    ask("Thêm con số của dòng này", options, (printed) => step({ add: { line, printed } }), { isFree: true });
  },
  "p": () => ask("Phần nào của số là một số liệu riêng", [], (printed) => step({ add: { line: Number(find(current).cells.line), printed, like: current } }),
    { text: find(current).cells.printed, isFree: true }),
  "h": () => { byId("head").open = true; (byId("head-form").querySelector("input") || byId("head")).focus(); },
  "z": async () => { say(""); const [isDone, told] = await call("undo"); show(isDone ? told : (await call("state"))[1]); },
  "?": () => byId("help").showModal(),
};
function act(key) {
  if (!draft && key !== "?") return undefined; // what the server said stands there
  if (/^[1-9]$/.test(key)) {
    const code = find(current).candidates[Number(key) - 1];
    return code ? single(() => decide({ indicator: code })) : undefined;
  }
  return ACTIONS[key] && ACTIONS[key]();
}
function press(key, at) { // the box that a key before this one opened has it, and no row
  if (menu) {
    const work = menuKey(key), input = byId("menu-input");
    if (work) return work();
    if (key.length === 1) input.setRangeText(key, input.selectionStart, input.selectionEnd, "end");
    return startMenu();
  }
  if (/^\d$/.test(key) && at - closedAt < ONE_NUMBER) return say(`Bỏ qua phím ${key}: gõ ngay sau khi ô chọn đóng.`);
  closedAt = -Infinity; // another key between them: not one number
  return act(key);
}
// Keys wait for the step before them, so that fast fingers act on what they will see.
function later(work) { busy = busy.then(work).catch((error) => say(String(error))); return busy; }

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (menu) {
    const work = menuKey(event.key);
    if (!work) return;
    event.preventDefault();
    later(work);
    return;
  }
  if (byId("help").open || (event.target.matches("input") && event.key !== "Escape")) return;
  if (event.target.matches("button, summary") && (event.key === "Enter" || event.key === " ")) return;
  if (event.target.matches("input")) event.target.blur();
  if (!(event.key in ACTIONS) && event.key.length > 1) return;
  if (event.repeat && /^(\d|Enter)$/.test(event.key)) return event.preventDefault(); // still held from a box
  event.preventDefault();
  later(() => press(event.key, event.timeStamp));
});
byId("menu-input").addEventListener("input", () => { if (menu) startMenu(); });
byId("menu").addEventListener("close", () => { if (!byId("menu").open) menu = null; }); // told late: another may be open
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]"), place = event.target.closest("[data-id]"), link = event.target.closest("[data-go]");
  if (button) { button.blur(); later(() => act(button.dataset.key)); }
  else if (link) later(() => go(link.dataset.go));
  else if (place) later(() => { if (event.shiftKey) toggle(order.slice(...[order.indexOf(current), order.indexOf(place.dataset.id)].sort((a, b) => a - b).map((at, n) => at + n))); else go(place.dataset.id); });
});
byId("document").addEventListener("mouseup", () => { // a stretch of text: the figures in it
  const range = document.getSelection();
  if (range.isCollapsed) return;
  const ids = [...byId("document").querySelectorAll("mark[data-id]")].filter((mark) => range.containsNode(mark, true)).map((mark) => mark.dataset.id);
  if (ids.length > 1) later(() => { selected = new Set(ids); render(); });
});
byId("head-form").addEventListener("submit", (event) => event.preventDefault());
for (const [key, does] of Object.entries(KEYS)) byId("help-list").append(make("dt", key), make("dd", does));
later(async () => show((await call("state"))[1]));
