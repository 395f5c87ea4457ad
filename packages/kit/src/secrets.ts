/**
 * Secrets that resources name and never hold: a file `FOLDER/NAME`, or the environment variable `RAMPART_SECRET_NAME`
 * (upper case, `-` and `.` as `_`). The file wins, and is read again at every use, so that a secret can be rotated.
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { defineErrors } from './define-errors.ts'

export const secretErrors = defineErrors({
  SECRET_NOT_FOUND: {
    kind: 'PreconditionFailed',
    summary: 'A resource names a secret that this server does not have.',
    help: 'Put it into the file secrets/NAME in the state folder (mode 0600), or into RAMPART_SECRET_NAME.',
  },
  SECRET_UNREADABLE: {
    kind: 'PreconditionFailed',
    summary: 'A secret is there but cannot be used: no plain file, too large, empty, or not UTF-8.',
  },
})

/** Names that can be told apart as file and as variable: letters, digits, `-`, `_`, `.`; no path. */
export const SECRET_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'

const NAME = new RegExp(SECRET_NAME_PATTERN)
const MAX_BYTES = 64 * 1024

export type Secrets = {
  /** The value without its last line break. Throws `secretErrors`; no error carries the value. */
  resolve(name: string): Promise<string>
}

const isMissing = (error: unknown): boolean => (error as { readonly code?: unknown }).code === 'ENOENT'

/** The file's text, undefined when there is none. A link is not followed: it could lead out of the folder. */
const readSecretFile = async (path: string, name: string): Promise<string | undefined> => {
  const unreadable = (cause?: unknown) =>
    secretErrors.SECRET_UNREADABLE(`The secret ${name} cannot be read.`, { cause })
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      if (isMissing(error)) return undefined
      throw unreadable(error)
    },
  )
  if (file === undefined) return undefined
  try {
    const stat = await file.stat()
    if (!stat.isFile() || stat.size > MAX_BYTES) throw unreadable()
    const buffer = await file.readFile()
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer)
  } catch (error) {
    throw unreadable(error)
  } finally {
    await file.close()
  }
}

export const createSecrets = ({
  folder,
  env,
}: {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
}): Secrets => ({
  resolve: async (name) => {
    if (!NAME.test(name)) throw secretErrors.SECRET_NOT_FOUND('The name of a secret is malformed.')
    const fromFile = await readSecretFile(join(folder, name), name)
    const value = fromFile ?? env[`RAMPART_SECRET_${name.toUpperCase().replaceAll(/[-.]/g, '_')}`]
    if (value === undefined) throw secretErrors.SECRET_NOT_FOUND(`There is no secret ${name}.`)
    const plain = value.replace(/\r?\n$/, '')
    if (plain === '') throw secretErrors.SECRET_UNREADABLE(`The secret ${name} is empty.`)
    return plain
  },
})
