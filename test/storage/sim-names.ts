// The names on a simulated disk: which file stands where, now and after a power cut.
//
// N1. A name is durable once its directory has been synced; a directory itself as soon as it is made, as the port asks.
// N2. Files that had one name after the other share their fate: a rename is never half done.

import { dirname } from 'node:path';

export class SimNames<File extends object> {
  #now = new Map<string, File>();
  #durable = new Map<string, File>();
  #directories = new Set<string>();

  get(path: string): File | undefined {
    return this.#now.get(path);
  }

  set(path: string, file: File): void {
    this.#now.set(path, file);
  }

  /** False when there is none. */
  delete(path: string): boolean {
    return this.#now.delete(path);
  }

  paths(): string[] {
    return [...this.#now.keys()].sort();
  }

  /** Every file that has a name, or would have one after a power cut, once. */
  files(): ReadonlySet<File> {
    return new Set([...this.#now.values(), ...this.#durable.values()]);
  }

  get isSynced(): boolean {
    if (this.#now.size !== this.#durable.size) return false;
    return [...this.#now].every(([path, file]) => this.#durable.get(path) === file);
  }

  list(directory: string): string[] {
    return [...this.paths(), ...this.#directories]
      .filter((path) => dirname(path) === directory)
      .map((path) => path.slice(directory.length + 1));
  }

  makeDirectory(path: string): void {
    for (let at = path; at !== dirname(at); at = dirname(at)) this.#directories.add(at);
  }

  removeDirectory(path: string): void {
    for (const name of this.paths()) if (isBelow(path, name)) this.#now.delete(name);
    for (const name of this.#directories) {
      if (name === path || isBelow(path, name)) this.#directories.delete(name);
    }
  }

  /** A file, or a directory: that is durable at once. False when there is neither. */
  rename(from: string, to: string): boolean {
    if (this.#directories.has(from)) {
      this.#renameDirectory(from, to);
      return true;
    }
    const file = this.#now.get(from);
    if (file === undefined) return false;
    this.#now.delete(from);
    this.#now.set(to, file);
    return true;
  }

  sync(directory: string): void {
    for (const [path, file] of this.#now) {
      if (dirname(path) === directory) this.#durable.set(path, file);
    }
    for (const path of this.#durable.keys()) {
      const isHere = dirname(path) === directory;
      const wasBelow = isBelow(directory, path) && !this.#directories.has(dirname(path));
      if ((isHere || wasBelow) && !this.#now.has(path)) this.#durable.delete(path);
    }
  }

  /** The power goes: a file keeps the names that it has now where `isKept` says so, asked once for each group (N2). */
  reboot(isKept: () => boolean): void {
    const groupOf = this.#groups();
    const kept = new Set([...new Set(groupOf.values())].filter(isKept));
    const keepsNow = (file: File): boolean => kept.has(groupOf.get(file) ?? new Set());
    const before = [...this.#durable].filter(([, file]) => !keepsNow(file));
    const after = [...this.#now].filter(([, file]) => keepsNow(file));
    this.#now = new Map([...before, ...after]);
    this.#durable = new Map(this.#now);
    for (const path of this.#now.keys()) this.makeDirectory(dirname(path));
  }

  fork(copy: (file: File) => File): SimNames<File> {
    const fork = new SimNames<File>();
    fork.#directories = new Set(this.#directories);
    fork.#now = new Map([...this.#now].map(([path, file]) => [path, copy(file)]));
    fork.#durable = new Map([...this.#durable].map(([path, file]) => [path, copy(file)]));
    return fork;
  }

  #groups(): ReadonlyMap<File, ReadonlySet<File>> {
    const groups = new Map<File, ReadonlySet<File>>();
    for (const path of new Set([...this.#durable.keys(), ...this.#now.keys()])) {
      const group = new Set<File>();
      for (const file of [this.#durable.get(path), this.#now.get(path)]) {
        if (file === undefined) continue;
        for (const member of groups.get(file) ?? [file]) group.add(member);
      }
      for (const file of group) groups.set(file, group);
    }
    return groups;
  }

  #renameDirectory(from: string, to: string): void {
    const renamed = (path: string): string =>
      path === from || isBelow(from, path) ? to + path.slice(from.length) : path;
    this.#directories = new Set([...this.#directories].map(renamed));
    this.#now = new Map([...this.#now].map(([path, file]) => [renamed(path), file]));
    this.#durable = new Map([...this.#durable].map(([path, file]) => [renamed(path), file]));
  }
}

const isBelow = (directory: string, path: string): boolean => path.startsWith(`${directory}/`);
