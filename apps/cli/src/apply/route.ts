/** Applies a Route manifest: `spec: { backends: [{ model, version?|alias?, weight? }], match?, sticky?, fallback?, … }`. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

const KEYS: readonly string[] = [
  'model',
  'match',
  'backends',
  'sticky',
  'fallback',
  'shadow',
  'canary',
  'postprocess',
  'payloadSchema',
  'log',
]

/** Checks the outline; what each part may say is the server's to judge, and its answer names the place. */
const routeOf = (manifest: Manifest): Record<string, unknown> => {
  const fail = (what: string) => cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: ${what}`)
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  if (typeof spec !== 'object' || spec === null) throw fail('spec is missing')
  const unknownKeys = Object.keys(spec).filter((key) => !KEYS.includes(key))
  if (unknownKeys.length > 0) throw fail(`spec has unknown keys ${unknownKeys.join(', ')}`)
  const { model, ...rest } = spec
  if (typeof model === 'string' && rest.backends === undefined) return { ...rest, backends: [{ model }] }
  if (model !== undefined) throw fail('spec names backends or a model, not both')
  if (!Array.isArray(rest.backends) || rest.backends.length === 0) throw fail('spec.backends is missing')
  return rest
}

export const applyRoute = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const route = routeOf(manifest)
  if (options.dryRun) return `route/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/routes/${encodeURIComponent(manifest.name)}`
  return `route/${manifest.name} ${await replaceSpec(session, path, route)}`
}
