/** Applies an AlertSource manifest: `spec: { format, file? | listen?, … }`, a sensor that tells us alerts. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

export const applyAlertSource = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  if (typeof spec?.format !== 'string')
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec needs format`)
  if (options.dryRun) return `alert-source/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/alert-sources/${encodeURIComponent(manifest.name)}`
  return `alert-source/${manifest.name} ${await replaceSpec(session, path, spec)}`
}
