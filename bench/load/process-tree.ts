/** CPU time of a process and all its living descendants, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/** USER_HZ: what /proc counts in on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000

type Stat = { readonly pid: number; readonly parent: number; readonly ticks: number }

const readStat = (pid: string): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything, so count fields from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // utime, stime, and those of children that ended and were waited for.
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0)
    return { pid: Number(pid), parent: Number(fields[1]), ticks }
  } catch {
    return undefined
  }
}

const readTable = (): Map<number, Stat[]> => {
  const children = new Map<number, Stat[]>()
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : undefined
    if (stat !== undefined) children.set(stat.parent, [...(children.get(stat.parent) ?? []), stat])
  }
  return children
}

const descendants = (table: ReadonlyMap<number, Stat[]>, pid: number): Stat[] =>
  (table.get(pid) ?? []).flatMap((child) => [child, ...descendants(table, child.pid)])

/** Microseconds of user and system time so far; throws when the process is gone. */
export const treeCpuMicros = (root: number): number => {
  const found = readStat(String(root))
  if (found === undefined) throw new Error(`process ${root} is gone`)
  const ticks = descendants(readTable(), root).reduce((sum, stat) => sum + stat.ticks, found.ticks)
  return ticks * MICROS_PER_TICK
}

/** Ends a process as `end` does, then those of its workers that it left behind. */
export const endTree = async (root: number, end: () => Promise<unknown>): Promise<void> => {
  const workers = descendants(readTable(), root)
  await end()
  for (const { pid, ticks } of workers) {
    const now = readStat(String(pid))
    // A number that was given away again belongs to a process with less time.
    if (now !== undefined && now.ticks >= ticks)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended just now.
      }
  }
}
