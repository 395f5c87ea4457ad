/** Applies a Backend manifest: `spec: { protocol, urls, model?, … }`, a server elsewhere that runs registered versions. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

export const applyBackend = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  if (typeof spec?.protocol !== 'string' || !Array.isArray(spec.urls))
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec needs protocol and urls`)
  if (options.dryRun) return `backend/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/backends/${encodeURIComponent(manifest.name)}`
  return `backend/${manifest.name} ${await replaceSpec(session, path, spec)}`
}
