/** Applies a Notebook manifest: `spec: { type, url, tokenRef, local? }`, a Jupyter server or hub that may be isolated. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

export const applyNotebook = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  if (typeof spec?.type !== 'string' || typeof spec.url !== 'string' || typeof spec.tokenRef !== 'string')
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec needs type, url and tokenRef`)
  if (options.dryRun) return `notebook/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/notebooks/${encodeURIComponent(manifest.name)}`
  return `notebook/${manifest.name} ${await replaceSpec(session, path, spec)}`
}
