/** Which signed statements about a version are to be beside it in its registry: the verdict, and the approvals that count. Pure. */
import type { VerdictSaid } from './desired.ts'
import type { WritableVersion } from './store.ts'

const KEY = 'attestation:'
const VERDICT = `${KEY}verdict`

/** `put` and `remove` name what was written under `key`; a statement is put again when it was signed again. */
export type AttestationTask = {
  readonly key: string
  readonly put?: { readonly kind: 'verdict' } | { readonly kind: 'evidence'; readonly id: string }
  /** What is kept of it once it is there, before its name. */
  readonly mark: string
  /** Its name in the registry, and the source it is beside. */
  readonly remove?: { readonly source: string; readonly name: string }
}

type Versioned = Pick<WritableVersion, 'ref' | 'source' | 'digest' | 'observedDigest' | 'writings'>

const readMark = (value: string | null | undefined) => {
  const [id, source, name] = value?.split(' ') ?? []
  return id === undefined || source === undefined || name === undefined ? undefined : { id, source, name }
}

/** What to write of a mark and the name that a registry gave. */
export const markOf = (mark: string, name: string): string => `${mark} ${name}`

/**
 * Nothing while no verdict is known, and nothing beside other bytes than those that were judged. `signing` is the digest
 * of the verdict as it is signed now.
 */
export const attestationTasks = (
  { ref, source, digest, observedDigest, writings }: Versioned,
  said: VerdictSaid | undefined,
  signing: string | undefined,
): AttestationTask[] => {
  const hasOtherBytes = observedDigest !== null && observedDigest !== digest
  if (said === undefined || signing === undefined || hasOtherBytes || source.includes(' ')) return []
  const wanted = new Map<string, { readonly id: string; readonly put: NonNullable<AttestationTask['put']> }>([
    [VERDICT, { id: signing, put: { kind: 'verdict' } }],
  ])
  for (const { subject, evidence: id } of said.approvals)
    if (subject === ref) wanted.set(`${KEY}${id}`, { id, put: { kind: 'evidence', id } })
  const tasks: AttestationTask[] = []
  for (const [key, { id, put }] of wanted) {
    const there = readMark(writings[key]?.value)
    if (there?.id === id && there.source === source) continue
    tasks.push({ key, put, mark: `${id} ${source}`, ...(there === undefined ? {} : { remove: there }) })
  }
  for (const [key, { value }] of Object.entries(writings)) {
    const there = readMark(value)
    if (key.startsWith(KEY) && !wanted.has(key) && there !== undefined)
      tasks.push({ key, mark: '', remove: there })
  }
  return tasks
}
