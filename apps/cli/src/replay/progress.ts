/** A progress bar on a terminal; a line every few seconds anywhere else. */
import type { Io } from '../io.ts'

const TERMINAL_EVERY_MS = 100
const LOG_EVERY_MS = 5000
const BAR = 24

export type Progress = { readonly update: (done: number, note: string) => void; readonly end: () => void }

const bar = (share: number): string => {
  const full = Math.round(Math.min(1, share) * BAR)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`
}

export const createProgress = (io: Io, title: string, total: number, quiet: boolean): Progress => {
  const every = io.isTerminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS
  let shownAt = io.now()
  let drawn = false
  const draw = (done: number, note: string): void => {
    const line = `${title}  ${io.isTerminal ? `${bar(done / total)}  ` : ''}${done}/${total}  ${note}`
    io.err(io.isTerminal ? `\r${line.slice(0, io.columns - 1)}\u001b[K` : `${line}\n`)
    drawn = true
  }
  return {
    update: (done, note) => {
      if (quiet || (io.now() - shownAt < every && done < total)) return
      shownAt = io.now()
      draw(done, note)
    },
    end: () => {
      if (drawn && io.isTerminal) io.err('\n')
    },
  }
}
