// The file operations that the log needs, as a port: tests and simulations put in a disk that crashes, tears and lies.
//
// D1. What was written is durable once `datasync` of its file has resolved, and the file's name once
//     `syncDirectory` of its directory has. Before that, a crash may keep it, lose it, or keep a part of it. A file that
//     is opened to be written through needs no `datasync`: each `write` of it does as if one had followed.
// D2. After a failed `datasync` nothing of that file that was not durable before may be trusted, although reading it
//     may show it (ATC'20, "Can Applications Recover from fsync Failures?").
// D3. Any rejection may be an error of the disk; only `open` for reading tells an absent file, as undefined.

export interface DiskFile {
  /** In bytes. */
  size(): Promise<number>;
  /** Fills `into` from byte `position` on; answers how many bytes there were: fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at byte `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes the contents and the size durable. */
  datasync(): Promise<void>;
  /** Whether its name leads to it: no longer once somebody removed it, or put something else in its place. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}

export interface Disk {
  /** Makes a directory and its missing parents, durably; readable by the owner alone. One that exists is fine. */
  makeDirectory(path: string): Promise<void>;
  /** Names of the files in a directory, in no particular order. */
  list(directory: string): Promise<readonly string[]>;
  /** Undefined when there is no such file. */
  openToRead(path: string): Promise<DiskFile | undefined>;
  /** Makes the file if need be and keeps what it holds. */
  openToWrite(path: string): Promise<DiskFile>;
  /** The same, written through. */
  openToWriteThrough(path: string): Promise<DiskFile>;
  unlink(path: string): Promise<void>;
  /** With everything in it; a part of that may stay when the power goes. One that is absent is fine. */
  removeDirectory(path: string): Promise<void>;
  /** Within one directory, in one piece, in the place of any file of that name. */
  rename(from: string, to: string): Promise<void>;
  syncDirectory(directory: string): Promise<void>;
  /** Bytes that can still be written to the disk that holds this directory. */
  freeBytes(directory: string): Promise<number>;
}

/** The whole file, or undefined when there is none. */
export async function readWhole(disk: Disk, path: string): Promise<Buffer | undefined> {
  const file = await disk.openToRead(path);
  if (file === undefined) return undefined;
  try {
    const content = Buffer.allocUnsafe(await file.size());
    return content.subarray(0, await file.read(content, 0));
  } finally {
    await file.close();
  }
}
