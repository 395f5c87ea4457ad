/** Applies a Signer manifest: `spec: { identities: [{ key | keyFile } | { certificateRoots | certificateRootsFile } | { keyless }], models? }`. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

type Fields = Readonly<Record<string, unknown>>

const MAX_FILE = 1024 * 1024

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `keyFile: release.pem` beside the manifest becomes `key: …`: keys are kept in files, the server takes their text. */
const inline = async (manifest: Manifest, fields: Fields): Promise<Fields> => {
  const entries = await Promise.all(
    Object.entries(fields).map(async ([name, value]): Promise<[string, unknown]> => {
      if (isRecord(value)) return [name, await inline(manifest, value)]
      if (!name.endsWith('File') || typeof value !== 'string') return [name, value]
      const text = await readFile(resolve(manifest.folder, value), 'utf8').catch((cause: unknown) => {
        throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: ${name}: the file ${value} cannot be read`, {
          cause,
        })
      })
      if (text.length > MAX_FILE)
        throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: ${name}: the file ${value} is larger than 1 MiB`)
      if (text.includes('PRIVATE KEY'))
        throw cliErrors.CLI_BAD_MANIFEST(
          `${manifest.where}: ${name}: ${value} is a private key; name the public one`,
        )
      return [name.slice(0, -'File'.length), text]
    }),
  )
  return Object.fromEntries(entries)
}

export const applySigner = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const { spec } = manifest.document
  if (!isRecord(spec) || !Array.isArray(spec.identities))
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec.identities is missing`)
  const identities = await Promise.all(
    (spec.identities as unknown[]).map((one) => {
      if (!isRecord(one)) throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: an identity is not a mapping`)
      return inline(manifest, one)
    }),
  )
  if (options.dryRun) return `signer/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/signers/${encodeURIComponent(manifest.name)}`
  return `signer/${manifest.name} ${await replaceSpec(session, path, { ...spec, identities })}`
}
