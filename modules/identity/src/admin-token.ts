/** Tokens in files readable by their owner only: the administrator's of development mode, and that of our own processes. */
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Random } from '@rampart/kit'
import { newSecret } from './credentials.ts'
import { identityErrors } from './errors.ts'

const TOKEN = /^rt_[A-Za-z0-9_-]{43}$/

const create = (path: string, random: Pick<Random, 'bytes'>): void => {
  const draft = `${path}.${process.pid}.draft`
  rmSync(draft, { force: true })
  writeFileSync(draft, `${newSecret(random, 'rt_').text}\n`, { mode: 0o600, flag: 'wx' })
  try {
    // link(2) never replaces: a token that another start made meanwhile stays.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Reads `HOME/token`, making it on first use. Throws IDENTITY_TOKEN_FILE_INVALID when it is malformed or exposed. */
export const ensureAdminToken = (home: string, random: Pick<Random, 'bytes'>) =>
  ensureTokenFile(join(home, 'token'), random)

/** The token of a file, made on first use. Throws IDENTITY_TOKEN_FILE_INVALID when it is malformed or exposed. */
export const ensureTokenFile = (
  path: string,
  random: Pick<Random, 'bytes'>,
): { readonly path: string; readonly token: string } => {
  mkdirSync(dirname(path), { recursive: true })
  if (!existsSync(path)) create(path, random)
  const token = readFileSync(path, 'utf8').trim()
  if (!TOKEN.test(token)) throw identityErrors.IDENTITY_TOKEN_FILE_INVALID(`${path} does not hold a token`)
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    throw identityErrors.IDENTITY_TOKEN_FILE_INVALID(`${path} may be read by others`)
  }
  return { path, token }
}
