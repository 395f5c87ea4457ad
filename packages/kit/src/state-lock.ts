/**
 * One process per state folder. Lock files are numbered `NAME.lock.N` and appear atomically by link(2); the highest
 * number is the lock. A dead holder's lock is taken over by linking the next number, which only one taker can.
 * Sees processes of this machine (pid and start time); not those of another machine or pid namespace on a shared folder.
 */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kitErrors } from './errors.ts'

export type StateLock = { readonly path: string; release(): void }

type Holder = { readonly pid: number; readonly started: string; readonly released?: boolean }

/** When process `pid` started, in a form that a reused pid does not share; undefined when it does not run. */
export const processStart = (pid: number): string | undefined => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The command name may hold spaces and parentheses: fields are counted after the last one.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      return `${boot}/${fields[19]}`
    } catch {
      return undefined
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

const numberOf = (name: string, prefix: string): number => {
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  return /^\d{1,12}$/.test(text) ? Number(text) : 0
}

const highest = (dir: string, prefix: string): number =>
  readdirSync(dir).reduce((max, name) => Math.max(max, numberOf(name, prefix)), 0)

/** A lock that vanished or cannot be parsed was released or never completed: link(2) publishes whole files only. */
const readHolder = (path: string): Holder | undefined => {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Holder) : undefined
  } catch {
    return undefined
  }
}

const isAlive = (holder: Holder | undefined): boolean => {
  if (holder === undefined || holder.released === true) return false
  return typeof holder.started === 'string' && processStart(holder.pid) === holder.started
}

const tryLink = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const removeLower = (dir: string, prefix: string, number: number): void => {
  for (const name of readdirSync(dir)) {
    const n = numberOf(name, prefix)
    if (n > 0 && n < number) rmSync(join(dir, name), { force: true })
  }
}

/** The live process that holds the lock, or undefined. */
export const stateLockHolder = (options: {
  readonly home: string
  readonly name?: string
}): number | undefined => {
  const prefix = `${options.name ?? 'rampart'}.lock.`
  if (!existsSync(options.home)) return undefined
  const top = highest(options.home, prefix)
  const holder = top === 0 ? undefined : readHolder(join(options.home, `${prefix}${top}`))
  return isAlive(holder) ? holder?.pid : undefined
}

/** Throws KIT_STATE_LOCKED when a live process (this one included) holds the lock. */
export const acquireStateLock = (options: { readonly home: string; readonly name?: string }): StateLock => {
  const dir = options.home
  const prefix = `${options.name ?? 'rampart'}.lock.`
  mkdirSync(dir, { recursive: true })
  const own: Holder = { pid: process.pid, started: processStart(process.pid) ?? '' }
  const draft = join(dir, `.${prefix}${randomUUID()}`)
  writeFileSync(draft, JSON.stringify(own), { mode: 0o644, flag: 'wx' })
  try {
    for (;;) {
      const top = highest(dir, prefix)
      const holder = top === 0 ? undefined : readHolder(join(dir, `${prefix}${top}`))
      if (isAlive(holder)) {
        throw kitErrors.KIT_STATE_LOCKED(`${dir} is in use by process ${holder?.pid}`, {
          details: { pid: holder?.pid },
        })
      }
      const path = join(dir, `${prefix}${top + 1}`)
      if (!tryLink(draft, path)) continue
      // Someone may have gone further while we looked at an old top; the highest number wins.
      if (highest(dir, prefix) > top + 1) {
        rmSync(path, { force: true })
        continue
      }
      removeLower(dir, prefix, top + 1)
      return { path, release: () => releaseLock(path, own) }
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

// The file stays (marked) so that numbers only grow: a slow taker can never re-create a number that was in use.
const releaseLock = (path: string, own: Holder): void =>
  writeFileSync(path, JSON.stringify({ ...own, released: true }))
