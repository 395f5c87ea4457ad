/** Applies a Route manifest: `spec: { model, payloadSchema? }`. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'

const routeOf = (manifest: Manifest): Record<string, unknown> => {
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  const unknownKeys = Object.keys(spec ?? {}).filter((key) => key !== 'model' && key !== 'payloadSchema')
  if (typeof spec?.model !== 'string')
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec.model is missing`)
  if (unknownKeys.length > 0)
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec has unknown keys ${unknownKeys.join(', ')}`)
  return {
    model: spec.model,
    ...(spec.payloadSchema === undefined ? {} : { payloadSchema: spec.payloadSchema }),
  }
}

export const applyRoute = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const route = routeOf(manifest)
  if (options.dryRun) return `route/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/routes/${encodeURIComponent(manifest.name)}`
  await session.client.call('PUT', path, { body: route, signal: session.io.signal })
  return `route/${manifest.name} configured`
}
