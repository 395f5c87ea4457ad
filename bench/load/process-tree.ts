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

/** Microseconds of user and system time so far; throws when the process is gone. */
export const treeCpuMicros = (root: number): number => {
  const children = new Map<number, Stat[]>()
  let found: Stat | undefined
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : undefined
    if (stat === undefined) continue
    if (stat.pid === root) found = stat
    children.set(stat.parent, [...(children.get(stat.parent) ?? []), stat])
  }
  if (found === undefined) throw new Error(`process ${root} is gone`)
  const sum = (stat: Stat): number =>
    (children.get(stat.pid) ?? []).reduce((total, child) => total + sum(child), stat.ticks)
  return sum(found) * MICROS_PER_TICK
}
