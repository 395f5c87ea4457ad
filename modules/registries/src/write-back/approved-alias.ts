/** The alias that says which version of a model was approved last, kept by Rampart in registries it may write to. Pure. */
import type { RegistrySpec } from '@rampart/domain'
import { registriesErrors } from '../errors.ts'
import type { VerdictSaid } from './desired.ts'
import type { AliasState, WritableVersion } from './store.ts'
import { type Task, tasksOf } from './tasks.ts'

/** What was written of an alias is kept under this key, without a version. */
const ALIAS_KEY = 'alias:'

const DEFAULT_NAME = 'rampart-approved'
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/
/** MLflow keeps these for itself, and in OCI registries they are versions. */
const RESERVED = /^(latest|v\d.*)$/i
const NEVER = '1970-01-01T00:00:00.000Z'

/**
 * `parameters.approvedAlias`, or `none`. In registries that speak MLflow's interface `rampart-approved` when absent;
 * elsewhere, where an alias is a tag that tools may pull, only what is named. Throws REGISTRIES_INVALID.
 */
export const approvedAliasOf = ({ type, url, parameters }: RegistrySpec): string | undefined => {
  const speaksMlflow = type === 'mlflow' || (type === 'azureml' && url.startsWith('azureml://'))
  const name = parameters?.['approvedAlias'] ?? (speaksMlflow ? DEFAULT_NAME : 'none')
  if (name === 'none') return undefined
  if (!NAME.test(name) || RESERVED.test(name))
    throw registriesErrors.REGISTRIES_INVALID(
      'parameters.approvedAlias is at most 100 letters, digits, "_" and "-", no version, not latest; or none.',
    )
  return name
}

export type Approved = Pick<WritableVersion, 'version' | 'source'> & { readonly at: string }

/** When the version was approved for use, as its registry has it; undefined when it is not. */
export const approvedAt = (
  { ref, digest, observedDigest }: WritableVersion,
  said: VerdictSaid | undefined,
): string | undefined => {
  const stage = said?.subjects.find(({ name }) => name === ref)?.stage
  const isInUse = stage === 'approved' || stage === 'deployed'
  if (said?.decision !== 'allow' || !isInUse || (observedDigest !== null && observedDigest !== digest))
    return undefined
  const times = said.approvals.flatMap(({ subject, at }) => (subject === ref ? [at] : []))
  return times.sort().at(-1) ?? ''
}

/** Approved last; of two approved at once the higher version. */
export const isNewer = (one: Approved, than: Approved | undefined): boolean => {
  if (than === undefined || one.at !== than.at) return than === undefined || one.at > than.at
  return one.version.localeCompare(than.version, 'en', { numeric: true }) > 0
}

/** What is to be written of one alias of one model; undefined when it is as it should be, as far as is known. */
export const aliasTask = (
  state: AliasState,
  desired: Approved | undefined,
  lastWalk: string | undefined,
): Task | undefined => {
  const key = `${ALIAS_KEY}${state.alias}`
  const { seen, value, conflict, writtenAt } = state
  // Several names of one content, as in OCI registries: any of them is right.
  const isSame = seen !== null && desired !== undefined && state.seenSource === desired.source
  const at = isSame ? desired.version : seen
  const [task] = tasksOf(
    {
      tags: at === null ? {} : { [key]: at },
      // That an alias is gone is known once a whole walk has not met it.
      observedAt: state.observedAt ?? lastWalk ?? NEVER,
      writings: writtenAt === null ? {} : { [key]: { value, conflict, writtenAt } },
    },
    { [key]: desired?.version },
  )
  return task
}
