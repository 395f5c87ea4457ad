/** Applies a ProtectedEntity manifest: `spec: { kind, id, reason? }`; nothing is done to it before two people agree. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

export const applyProtectedEntity = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  if (typeof spec?.kind !== 'string' || typeof spec.id !== 'string')
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec needs kind and id`)
  if (options.dryRun) return `protected-entity/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/protected-entities/${encodeURIComponent(manifest.name)}`
  return `protected-entity/${manifest.name} ${await replaceSpec(session, path, spec)}`
}
