// The page itself: takes a pack and what is trusted, shows progress, and writes down what the check says.

import { Wrong } from "./bytes.js";
import { checkPack } from "./check.js";
import { FAILED, PASSED, UNDETERMINED } from "./report.js";
import { Archive, Folder } from "./sources.js";
import { Trust, readFingerprints, readTrustFolder } from "./trust.js";
import { LANGUAGES, sentence } from "./words.js";

const PAUSE_MS = 40; // how often the page is let to draw itself while it works
const MEGABYTE = 1e6;

const state = {
  language: LANGUAGES.find((one) => (navigator.language ?? "").startsWith(one)) ?? "en",
  trust: new Trust(),
  trustSaid: ["trust-none", []],
  beside: [], // pairs of name and File
  pack: null, // {name, open}: what was given, so that it can be checked again
  result: null,
  busy: false,
};

function element(id) {
  return document.getElementById(id);
}

function say(code, args) {
  return sentence(state.language, code, args);
}

function made(tag, text, attributes = {}) {
  const node = document.createElement(tag);
  node.textContent = text;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// --- language --------------------------------------------------------------------------------------------------

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-words]")) node.textContent = say(node.dataset.words);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  element("trust-said").textContent = say(...state.trustSaid);
  if (state.result) showResult();
}

// --- what was given ----------------------------------------------------------------------------------------------

// The files under what a person chose, by their path inside the folder.
function chosen(list) {
  return new Map([...list].map((file) => [file.webkitRelativePath.split("/").slice(1).join("/") || file.name, file]));
}

// The files under what was dropped: of one folder what is in it, of several things those things. A page that was opened
// from disk gets folders by handles alone; other browsers than Chromium have entries alone.
async function dropped(transfer) {
  const items = [...transfer.items].filter((one) => one.kind === "file"); // asked at once: after the event they are gone
  const plain = items.map((one) => one.getAsFile());
  const asked = items.map((one) => (one.getAsFileSystemHandle ? one.getAsFileSystemHandle() : one.webkitGetAsEntry()));
  const tops = await Promise.all(asked);
  const found = new Map();
  const visit = async (place, path) => {
    if (!isFolder(place)) found.set(path, await fileOf(place));
    else for (const child of await childrenOf(place)) await visit(child, path ? `${path}/${child.name}` : child.name);
  };
  for (const [at, top] of tops.entries()) {
    if (isFolder(top)) await visit(top, tops.length === 1 ? "" : top.name);
    else found.set(plain[at].name, plain[at]);
  }
  return { files: found, isFolder: tops.length !== 1 || isFolder(tops[0]), name: tops[0]?.name ?? "" };
}

function isFolder(place) {
  return place.kind === "directory" || place.isDirectory === true;
}

function fileOf(place) {
  return place.getFile ? place.getFile() : new Promise((done, failed) => place.file(done, failed));
}

async function childrenOf(folder) {
  const all = [];
  if (folder.values) {
    for await (const child of folder.values()) all.push(child);
    return all;
  }
  for (const reader = folder.createReader(); ; ) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed)); // a hundred at a time
    if (!some.length) return all;
    all.push(...some);
  }
}

async function take(give) {
  try {
    const { files, isFolder, name } = await give();
    if (!files.size) throw new Wrong("nothing");
    const [only] = files.values();
    giveBeside([]);
    state.pack = { name, open: async () => (isFolder ? new Folder(files) : Archive.open(only)) };
    await run();
  } catch (error) {
    refuse("refused", error);
  }
}

// Openings and documents belong to one pack; the next one is given without them.
function giveBeside(files) {
  state.beside = files.map((file) => [file.name, file]);
  element("beside-said").textContent = files.map((file) => file.name).join(", ");
}

async function takeTrust(read, said) {
  try {
    state.trust = await read();
    state.trustSaid = state.trust.isEmpty ? ["trust-none", []] : said(state.trust);
    element("trust-said").className = "";
  } catch (error) {
    state.trust = null; // nothing is checked under a trust that could not be read
    state.trustSaid = error instanceof Wrong ? [error.code, error.args] : ["not-of-form", [error.name]];
    element("trust-said").className = "bad";
  }
  element("trust-said").textContent = say(...state.trustSaid);
  if (!state.busy) forget();
}

// What was found under another trust says nothing under this one.
function forget() {
  state.result = null;
  element("result").hidden = true;
  document.body.dataset.state = "ready";
}

function takeTrustFolder(files) {
  element("fingerprints").value = "";
  return takeTrust(
    () => readTrustFolder(files),
    (trust) => ["trust-folder", [trust.roots.length, trust.verifiers.length, trust.keys.size]],
  );
}

function takeFingerprints() {
  return takeTrust(
    async () => readFingerprints(element("fingerprints").value),
    (trust) => ["trust-pasted", [trust.fingerprints.size, trust.verifiers.length]],
  );
}

// --- the check ---------------------------------------------------------------------------------------------------

async function run() {
  if (!state.pack || state.busy) return;
  state.busy = true;
  forget();
  element("after").hidden = false;
  element("progress").hidden = false;
  document.body.dataset.state = "checking";
  try {
    if (!globalThis.crypto?.subtle) throw new Wrong("no-webcrypto");
    if (!state.trust) throw new Wrong(...[state.trustSaid].flat(2));
    const report = await checkPack(await state.pack.open(), state.beside, state.trust, Date.now(), progressTeller());
    state.result = { report, at: new Date(), name: state.pack.name };
    showResult();
  } catch (error) {
    refuse(state.trust ? "refused" : "trust-refused", error);
  } finally {
    state.busy = false;
    element("progress").hidden = true;
  }
}

function progressTeller() {
  let drawn = performance.now();
  return async (stage, done, all) => {
    if (performance.now() - drawn < PAUSE_MS && done !== 0) return;
    const shown = stage === "files" ? [done, all].map((count) => Math.round(count / MEGABYTE)) : [done, all];
    element("stage").textContent = say(`stage-${stage}`, shown);
    element("bar").max = Math.max(1, all);
    element("bar").value = done;
    await new Promise((go) => setTimeout(go));
    drawn = performance.now();
  };
}

function refuse(title, error) {
  const [code, args] = error instanceof Wrong ? [error.code, error.args] : ["not-of-form", [error.name]];
  state.result = { refused: title, code, args, at: new Date(), name: state.pack?.name ?? "" };
  showResult();
}

function showResult() {
  const { report, refused, code, args, at, name } = state.result;
  const verdict = report ? report.verdict : FAILED;
  element("result").hidden = false;
  element("verdict").className = verdict;
  element("verdict-word").textContent = report ? say(`verdict-${verdict}`) : say(refused);
  element("verdict-text").textContent = report ? say(`verdict-${verdict}-text`) : say(code, args);
  element("limit").textContent = say(verdict === FAILED ? "limit-failed" : "limit");
  element("counts").textContent = report ? say("counts", [PASSED, FAILED, UNDETERMINED].map((one) => report.of(one).length)) : "";
  element("when").textContent = say("checked-at", [at.toLocaleString(state.language, { dateStyle: "long", timeStyle: "long" }), name]);
  element("found").replaceChildren(...(report ? [...report.of(FAILED), ...report.of(UNDETERMINED)].map(row) : []));
  element("passed").replaceChildren(...(report ? report.of(PASSED).map(row) : []));
  element("passed-count").textContent = say("all-passed", [report ? report.of(PASSED).length : 0]);
  element("passed-part").hidden = !report;
  document.body.dataset.state = report ? verdict : "refused";
}

function row(found) {
  const node = made("li", "", { class: found.verdict, "data-kind": found.kind, "data-of": found.of, "data-code": found.code });
  node.append(made("span", say(found.verdict), { class: "verdict" }), made("span", say(`item-${found.kind}`, [found.of]), { class: "item" }));
  if (found.code) node.append(made("span", say(found.code, found.args), { class: "reason" }));
  return node;
}

// --- hands ---------------------------------------------------------------------------------------------------------

function receives(zone, use) {
  zone.addEventListener("dragover", () => zone.classList.add("over"));
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("over");
    use(event.dataTransfer);
  });
}

function chooses(button, input, use) {
  element(button).addEventListener("click", () => element(input).click());
  element(input).addEventListener("change", () => {
    const files = [...element(input).files];
    element(input).value = ""; // so that the same choice, made again, is a choice
    if (files.length) use(files);
  });
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}
receives(element("trust-zone"), async (transfer) => takeTrustFolder((await dropped(transfer)).files));
receives(element("pack-zone"), (transfer) => take(() => dropped(transfer)));
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => event.preventDefault()); // a drop beside the mark must not open the file
}
chooses("choose-trust", "trust-input", (files) => takeTrustFolder(chosen(files)));
chooses("choose-zip", "zip-input", (files) => take(async () => ({ files: chosen(files), isFolder: false, name: files[0]?.name })));
chooses("choose-folder", "folder-input", (files) =>
  take(async () => ({ files: chosen(files), isFolder: true, name: files[0]?.webkitRelativePath.split("/")[0] })));
chooses("choose-beside", "beside-input", (files) => {
  giveBeside(files);
  run();
});
element("fingerprints").addEventListener("input", takeFingerprints);
element("again").addEventListener("click", run);
element("print").addEventListener("click", () => {
  element("passed-part").open = true;
  window.print();
});
speak(state.language);
document.body.dataset.state = "ready";
