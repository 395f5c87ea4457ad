/** Decides whether the checkpoint outside the database may be replaced: only by a log that contains it. */
import { ALL_TENANTS, type Database } from '@rampart/kit'
import { type Checkpoint, parseCheckpoint, type VerificationKey, verifyCheckpoint } from '@rampart/signing'
import type { Mirror } from './mirror.ts'
import { selectRoot, selectTail } from './store.ts'

export type MirrorState =
  | { readonly verdict: 'consistent' }
  | { readonly verdict: 'conflict'; readonly why: string }

const conflict = (why: string): MirrorState => ({ verdict: 'conflict', why })

const compare = async (database: Pick<Database, 'read'>, mirrored: Checkpoint): Promise<MirrorState> =>
  await database.read(ALL_TENANTS, async (tx) => {
    const { size } = await selectTail(tx)
    if (size < mirrored.size) {
      return conflict(
        `the file covers ${mirrored.size} entries, the database holds ${size}: it was rolled back`,
      )
    }
    const root = await selectRoot(tx, mirrored.size)
    if (root !== undefined && Buffer.compare(root, mirrored.root) === 0) return { verdict: 'consistent' }
    return conflict(`the database has another root at ${mirrored.size} entries`)
  })

/** Writes `note` unless the file already there contradicts the database: then it is the only witness, and stays. */
export const syncMirror = async (
  deps: {
    readonly database: Pick<Database, 'read'>
    readonly mirror: Mirror
    readonly origin: string
    readonly key: VerificationKey
  },
  note: string | undefined,
): Promise<MirrorState> => {
  // Read before the database: whoever wrote it had committed, so the database must already hold it.
  const present = await deps.mirror.read()
  if (present !== undefined && present !== note) {
    const verdict = verifyCheckpoint(present, deps.origin, deps.key)
    if (verdict.verdict === 'untrusted') return conflict(verdict.reasons.join('; '))
    const state = await compare(deps.database, verdict.checkpoint)
    if (state.verdict === 'conflict') return state
    if (note === undefined || verdict.checkpoint.size >= parseCheckpoint(note).size) return state
  }
  if (note !== undefined && present !== note) await deps.mirror.write(note)
  return { verdict: 'consistent' }
}
