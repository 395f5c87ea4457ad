/** Applies a Sink manifest: `spec: { type, url, format?, filter?, … }`, a SIEM that is told what happens. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

export const applySink = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  if (typeof spec?.type !== 'string' || typeof spec.url !== 'string')
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec needs type and url`)
  if (options.dryRun) return `sink/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/sinks/${encodeURIComponent(manifest.name)}`
  return `sink/${manifest.name} ${await replaceSpec(session, path, spec)}`
}
