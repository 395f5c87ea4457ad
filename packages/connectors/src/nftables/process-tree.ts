/** Processes of this host by /proc (proc(5)): trees, start times, control groups, and who listens on a port. */
import { readdir, readFile, readlink } from 'node:fs/promises'

/** `startTime` in clock ticks since boot tells a process from a later one with its number. */
export type ProcessRef = { readonly pid: number; readonly startTime: string }

type Stat = ProcessRef & { readonly parent: number; readonly group: number }

const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)

/** Fields after the command's name, which may itself hold spaces and brackets. */
const readStat = async (pid: number): Promise<Stat | undefined> => {
  const text = await readText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { pid, parent: Number(fields[1]), group: Number(fields[2]), startTime: fields[19] ?? '' }
}

const allPids = async (): Promise<number[]> =>
  (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)

/** The roots, their process groups, and everything below them, as it is now. */
export const processTree = async (roots: readonly number[]): Promise<ProcessRef[]> => {
  const stats = (await Promise.all((await allPids()).map(readStat))).filter((stat) => stat !== undefined)
  const rooted = stats.filter(({ pid }) => roots.includes(pid))
  // A root that leads a process group brings all of it, children of others included.
  const groups = new Set(rooted.filter(({ pid, group }) => pid === group).map(({ group }) => group))
  const members = new Set(
    stats.filter(({ pid, group }) => roots.includes(pid) || groups.has(group)).map(({ pid }) => pid),
  )
  for (let grown = true; grown; ) {
    grown = false
    for (const { pid, parent } of stats)
      if (members.has(parent) && !members.has(pid)) {
        members.add(pid)
        grown = true
      }
  }
  return stats.filter(({ pid }) => members.has(pid)).map(({ pid, startTime }) => ({ pid, startTime }))
}

export const isAlive = async ({ pid, startTime }: ProcessRef): Promise<boolean> =>
  (await readStat(pid))?.startTime === startTime

/** Path of the process in the unified hierarchy (cgroups(7)), as `/user.slice`. */
export const cgroupOf = async (pid: number): Promise<string | undefined> =>
  /^0::(.*)$/m.exec((await readText(`/proc/${pid}/cgroup`)) ?? '')?.[1]

const LISTEN = '0A'

const listeningInodes = async (port: number): Promise<Set<string>> => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const inodes = new Set<string>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of ((await readText(file)) ?? '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[1]?.endsWith(`:${hex}`) === true && fields[3] === LISTEN) inodes.add(fields[9] ?? '')
    }
  return inodes
}

/** Processes that hold a socket listening on the TCP port in our network namespace. */
export const listenersOn = async (port: number): Promise<number[]> => {
  const inodes = await listeningInodes(port)
  const holds = async (pid: number): Promise<boolean> => {
    const folder = `/proc/${pid}/fd`
    const names = await readdir(folder).catch(() => [])
    for (const name of names) {
      const target = await readlink(`${folder}/${name}`).catch(() => '')
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (inode !== undefined && inodes.has(inode)) return true
    }
    return false
  }
  const pids = inodes.size === 0 ? [] : await allPids()
  const held = await Promise.all(pids.map(holds))
  return pids.filter((_, index) => held[index])
}
