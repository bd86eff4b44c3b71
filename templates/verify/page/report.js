// What a check says: one verdict for each thing looked at, with its reason. Three answers and no fourth: what could not
// be decided is never shown as passed.

import { NotCheckable, Wrong } from "./bytes.js";

export const PASSED = "passed";
export const FAILED = "failed";
export const UNDETERMINED = "undetermined";

export class Report {
  constructor() {
    this.items = []; // {kind, of, verdict, code, args}; kind and code name sentences in words.js
  }

  add(verdict, item, code, args) {
    this.items.push({ kind: item[0], of: item[1], verdict, code, args });
  }

  passed(item, code = "", ...args) {
    this.add(PASSED, item, code, args);
  }

  failed(item, code, ...args) {
    this.add(FAILED, item, code, args);
  }

  undetermined(item, code, ...args) {
    this.add(UNDETERMINED, item, code, args);
  }

  // What `error` says of an item: what cannot be judged here is undetermined, everything else failed.
  wrong(item, error) {
    const verdict = error instanceof NotCheckable ? UNDETERMINED : FAILED;
    if (error instanceof Wrong) this.add(verdict, item, error.code, error.args);
    else this.add(FAILED, item, "not-of-form", [error.name]);
  }

  // What is found wanting inside is a verdict on `item`, and the check goes on.
  async judging(item, judge) {
    try {
      return await judge();
    } catch (error) {
      this.wrong(item, error);
      return undefined;
    }
  }

  of(verdict) {
    return this.items.filter((item) => item.verdict === verdict);
  }

  // Of the whole: failed where anything failed, else undetermined where anything is.
  get verdict() {
    if (this.of(FAILED).length) return FAILED;
    return this.of(UNDETERMINED).length || !this.items.length ? UNDETERMINED : PASSED;
  }
}

// Items, by what they are about.
export const item = {
  zip: () => ["zip", ""],
  file: (name) => ["file", name],
  form: (name) => ["form", name],
  signature: (name) => ["signature", name],
  reportSignature: (name) => ["report-signature", name],
  stamp: (name) => ["stamp", name],
  attached: (name) => ["attached", name],
  part: (name) => ["part", name],
  entry: (index) => ["entry", index],
  lines: (index) => ["lines", index],
  exhibit: (number) => ["exhibit", number],
  worksheet: (number) => ["worksheet", number],
  average: (number) => ["average", number],
  table: (name) => ["table", name],
  sealed: (path) => ["sealed", path],
  opening: (name) => ["opening", name],
  document: (name) => ["document", name],
};
