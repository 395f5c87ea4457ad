/** Small files that must be there whole or not at all, whatever is killed or loses power in between. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'

/** Writes beside, syncs, and renames. Throws what the file system throws. */
export const writeFileDurably = (path: string, text: string, mode = 0o644): void => {
  const draft = `${path}.draft`
  const file = openSync(draft, 'w', mode)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}
