/** One run of the PostgreSQL programs on one data folder: initialise, start, stop, clean up after a dead owner. */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { kitErrors } from './errors.ts'
import type { PostgresPlace } from './postgres-place.ts'
import { processStart } from './state-lock.ts'

export const SUPERUSER = 'rampart'
const LOG_LIMIT_BYTES = 16 * 2 ** 20

const dataDir = (place: PostgresPlace): string => join(place.dir, 'data')
export const serverLog = (place: PostgresPlace): string => join(place.dir, 'server.log')

const run = (place: PostgresPlace, command: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...place.user, cwd: place.dir, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-4096)
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`exit ${code}: ${stderr.trim()}`)),
    )
  })

/** Creates the data folder under another name first: a kill in the middle never leaves half a cluster behind. */
export const initialise = async (place: PostgresPlace, password: string, fsync: boolean): Promise<void> => {
  if (existsSync(dataDir(place))) return
  const draft = join(place.dir, 'data.draft')
  const passwordFile = join(place.dir, 'password.draft')
  rmSync(draft, { recursive: true, force: true })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (place.user !== undefined) chownSync(passwordFile, place.user.uid, place.user.gid)
  const args = ['-D', draft, '-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8']
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions')
  if (!fsync) args.push('--no-sync')
  try {
    await run(place, place.binaries.initdb, args)
    renameSync(draft, dataDir(place))
  } catch (error) {
    throw kitErrors.KIT_POSTGRES_FAILED(`initdb failed: ${(error as Error).message}`, { cause: error })
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '48',
  shared_buffers: '64MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  max_worker_processes: '4',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  log_min_messages: 'warning',
  log_timezone: 'UTC',
  timezone: 'UTC',
}

const openLog = (place: PostgresPlace): number => {
  const path = serverLog(place)
  if (existsSync(path) && statSync(path).size > LOG_LIMIT_BYTES) truncateSync(path)
  return openSync(path, 'a', 0o600)
}

/** Last lines of the server's log, for the error message of a failed start. */
export const logTail = (place: PostgresPlace): string => {
  try {
    return readFileSync(serverLog(place), 'utf8').slice(-1500).trim()
  } catch {
    return ''
  }
}

/**
 * Starts the postmaster in a session of its own: Ctrl-C in the terminal must not stop the database under a draining
 * control plane. Its log goes to a file, so that it survives us without a broken pipe.
 */
export const launch = (place: PostgresPlace, port: number, fsync: boolean): ChildProcess => {
  const log = openLog(place)
  const settings = { ...SETTINGS, port: String(port), fsync: fsync ? 'on' : 'off' }
  const args = [
    '-D',
    dataDir(place),
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]
  if (!fsync) args.push('-c', 'full_page_writes=off', '-c', 'synchronous_commit=off')
  try {
    const child = spawn(place.binaries.postgres, args, {
      ...place.user,
      cwd: place.dir,
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' },
    })
    // The listeners of the product keep the process alive, not its database.
    child.unref()
    return child
  } finally {
    closeSync(log)
  }
}

const pidFile = (place: PostgresPlace): string => join(dataDir(place), 'postmaster.pid')

/** Lines of postmaster.pid: pid, data folder, start time, port, socket folder, address, shared memory, status. */
const readPidFile = (place: PostgresPlace): string[] | undefined => {
  try {
    return readFileSync(pidFile(place), 'utf8').split('\n')
  } catch {
    return undefined
  }
}

export const isAccepting = (place: PostgresPlace, pid: number): boolean => {
  const lines = readPidFile(place)
  return Number(lines?.[0]) === pid && lines?.[7]?.trim() === 'ready'
}

/** The pid in the file may have been reused by a stranger: only a process that runs our program counts. */
const isOurPostmaster = (place: PostgresPlace, pid: number): boolean => {
  if (processStart(pid) === undefined) return false
  if (process.platform !== 'linux') return true
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return command.includes(dataDir(place))
  } catch {
    return false
  }
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch {
    // Already gone.
  }
}

const waitGone = async (pid: number, ms: number): Promise<boolean> => {
  for (const end = performance.now() + ms; performance.now() < end; await delay(20)) {
    if (processStart(pid) === undefined) return true
  }
  return false
}

/** SIGINT = fast shutdown; SIGQUIT = immediate (recovery at next start); SIGKILL only when even that hangs. */
export const shutDown = async (pid: number): Promise<void> => {
  for (const [name, ms] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    signal(pid, name)
    if (await waitGone(pid, ms)) return
  }
}

/** A server that outlived its killed owner is stopped cleanly; a stale pid file is removed. Returns what was found. */
export const stopLeftover = async (place: PostgresPlace): Promise<'none' | 'stale' | 'stopped'> => {
  const lines = readPidFile(place)
  if (lines === undefined) return 'none'
  const pid = Number(lines[0])
  if (!isOurPostmaster(place, pid)) {
    rmSync(pidFile(place), { force: true })
    return 'stale'
  }
  await shutDown(pid)
  return 'stopped'
}
