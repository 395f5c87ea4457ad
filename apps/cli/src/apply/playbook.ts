/** Applies a CACAO v2.0 playbook: the document itself, or a Playbook manifest with the document as its spec. */
import { playbookFaults } from '@rampart/cacao'
import { cliErrors } from '../errors.ts'
import type { Manifest } from '../manifest.ts'
import type { Session } from '../session.ts'
import type { ApplyOptions } from './options.ts'
import { replaceSpec } from './replace-spec.ts'

/** The server signs what comes without a signature: that makes no other playbook of it. */
const withoutSignatures = (spec: unknown): unknown => {
  if (typeof spec !== 'object' || spec === null) return spec
  const { signatures: _, ...rest } = spec as Record<string, unknown>
  return rest
}

export const applyPlaybook = async (
  session: Session,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string> => {
  const { spec } = manifest.document
  const faults = playbookFaults(spec)
  if (faults.length > 0)
    throw cliErrors.CLI_BAD_MANIFEST(
      `${manifest.where}: ${faults.map(({ pointer, message }) => `${pointer} ${message}`).join('; ')}`,
    )
  if (options.dryRun) return `playbook/${manifest.name} is valid (nothing was sent)`
  const path = `/api/v1/playbooks/${encodeURIComponent(manifest.name)}`
  const isUnsigned = (spec as { readonly signatures?: unknown }).signatures === undefined
  const how = await replaceSpec(session, path, spec, isUnsigned ? withoutSignatures : undefined)
  return `playbook/${manifest.name} ${how}`
}
