/**
 * Where the embedded server keeps its data and as whom it runs. PostgreSQL refuses to run as root, and the user it
 * then runs as may not be able to enter the state folder (a 0700 home such as /root): then the data goes elsewhere.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileDurably } from './durable-file.ts'
import { kitErrors } from './errors.ts'
import type { Logger } from './logger.ts'
import { binariesIn, copyPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'

export type OsUser = { readonly uid: number; readonly gid: number }

export type PostgresPlace = {
  /** Folder owned by the server's user; `data` and temporary files live in it. */
  readonly dir: string
  readonly binaries: PostgresBinaries
  /** Undefined: the server runs as ourselves. */
  readonly user?: OsUser
}

const SYSTEM_USER = 'postgres'

const lookUpUser = (): OsUser | undefined => {
  const read = (flag: string): number =>
    Number(execFileSync('id', [flag, SYSTEM_USER], { stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: read('-u'), gid: read('-g') }
  } catch {
    return undefined
  }
}

const createUser = (): OsUser | undefined => {
  try {
    execFileSync(
      '/usr/sbin/useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', SYSTEM_USER],
      {
        stdio: 'ignore',
      },
    )
  } catch {
    return undefined
  }
  return lookUpUser()
}

const ownerOf = (path: string): OsUser | undefined => {
  if (!existsSync(path)) return undefined
  const { uid, gid } = statSync(path)
  return uid === 0 ? undefined : { uid, gid }
}

const canRun = (user: OsUser, command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { ...user, stdio: 'ignore', cwd: '/', timeout: 20_000 }).status === 0

const canEnter = (user: OsUser, dir: string): boolean =>
  canRun(user, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', dir])

const homeHash = (home: string): string => createHash('sha256').update(home).digest('hex').slice(0, 16)

/** A symlink or a folder of a stranger at a predictable path below a shared folder must not become our data folder. */
const isTrustworthy = (dir: string, user: OsUser): boolean => {
  const stat = lstatSync(dir)
  return stat.isDirectory() && (stat.uid === 0 || stat.uid === user.uid)
}

const prepareDir = (dir: string, user: OsUser): void => {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  chownSync(dir, user.uid, user.gid)
  chmodSync(dir, 0o700)
}

const POINTER = 'postgres.location'

/** Where an earlier start put the data; an empty file is what a crash may have left of a first one. */
const readPointer = (home: string): string | undefined => {
  const pointer = join(home, POINTER)
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() || undefined : undefined
}

/** Without a pointer, data found at the usual place belongs to a state folder that was deleted: it is not touched. */
const candidatesFor = (home: string): string[] => {
  const known = readPointer(home)
  if (known !== undefined) return [known]
  const names = ['', '-2', '-3', '-4', '-5'].map((suffix) => `rampart-${homeHash(home)}${suffix}`)
  return ['/var/lib', '/var/tmp', tmpdir()]
    .flatMap((base) => names.map((name) => join(base, name)))
    .filter((dir) => !existsSync(join(dir, 'data')))
}

const elsewhere = (home: string, user: OsUser): string => {
  for (const dir of candidatesFor(home)) {
    try {
      if (existsSync(dir) && !isTrustworthy(dir, user)) continue
      prepareDir(dir, user)
    } catch {
      continue
    }
    if (!canEnter(user, dir)) continue
    if (readPointer(home) === undefined) writeFileDurably(join(home, POINTER), `${dir}\n`)
    return dir
  }
  throw kitErrors.KIT_POSTGRES_UNSUPPORTED(`found no folder that user ${SYSTEM_USER} can enter for ${home}`)
}

const asRoot = async (home: string, binaries: PostgresBinaries, logger: Logger): Promise<PostgresPlace> => {
  const inHome = join(home, 'postgres')
  const user = ownerOf(inHome) ?? lookUpUser() ?? createUser()
  if (user === undefined) {
    throw kitErrors.KIT_POSTGRES_UNSUPPORTED(
      `PostgreSQL does not run as root, and the user ${SYSTEM_USER} is missing and could not be created`,
    )
  }
  let dir = inHome
  if (readPointer(home) === undefined && canEnter(user, home)) prepareDir(inHome, user)
  else {
    dir = elsewhere(home, user)
    logger.warn({ home, dir }, 'postgres.data-placed-outside-home')
  }
  if (canRun(user, binaries.postgres, ['--version'])) return { dir, binaries, user }
  const copy = await copyPostgresBinaries(binaries, dir)
  if (!canRun(user, copy.postgres, ['--version'])) {
    throw kitErrors.KIT_POSTGRES_UNSUPPORTED(`user ${SYSTEM_USER} cannot run ${binaries.postgres}`)
  }
  logger.info({ dir: copy.root }, 'postgres.programs-copied')
  return { dir, binaries: binariesIn(copy.root), user }
}

/** Decides once per start; logs when the data does not live below `home`. */
export const choosePostgresPlace = async (
  home: string,
  binaries: PostgresBinaries,
  logger: Logger,
): Promise<PostgresPlace> => {
  if (process.getuid?.() === 0) return asRoot(home, binaries, logger)
  const dir = join(home, 'postgres')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return { dir, binaries }
}
