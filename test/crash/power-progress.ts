// How far the writer of a power-cut test is, as one small record in a file, written over itself in one piece.

export interface Progress {
  /** Steps of the script that have ended. */
  readonly steps: number;
  /** The last that anybody was told. */
  readonly incarnation: number;
  readonly storeId: string | undefined;
}

const recordBytes = 128;

export function encodeProgress(progress: Progress): Buffer {
  return Buffer.from(JSON.stringify(progress).padEnd(recordBytes));
}

/** Undefined before the first. */
export function decodeProgress(bytes: Buffer): Progress | undefined {
  if (bytes.length === 0) return undefined;
  const { steps, incarnation, storeId } = JSON.parse(bytes.toString()) as Progress;
  return { steps, incarnation, storeId };
}
