/** Applies a Registry manifest: `spec: { type, url, auth?, include?, poll?, … }`, where an organisation keeps its models. */
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Parameters are text to the server; `pathStyle: true` and `concurrency: 8` are how they are written in YAML. */
const asText = (of: Record<string, unknown>): Record<string, unknown> =>
  isMapping(of.parameters)
    ? {
        ...of,
        parameters: Object.fromEntries(
          Object.entries(of.parameters).map(([key, value]) => [
            key,
            typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
          ]),
        ),
      }
    : of

export const applyRegistry = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const spec = manifest.document.spec as Record<string, unknown> | undefined
  if (typeof spec?.type !== 'string' || typeof spec.url !== 'string')
    throw cliErrors.CLI_BAD_MANIFEST(`${manifest.where}: spec needs type and url`)
  if (options.dryRun) return `registry/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/registries/${encodeURIComponent(manifest.name)}`
  const sent = asText({ ...spec, ...(isMapping(spec.auth) ? { auth: asText(spec.auth) } : {}) })
  return `registry/${manifest.name} ${await replaceSpec(session, path, sent)}`
}
