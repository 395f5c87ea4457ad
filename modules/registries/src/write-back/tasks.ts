/** Which tags of a version are to be written, as far as is known without asking the registry. Pure. */
import type { WritableVersion } from './store.ts'

export type Task = {
  readonly key: string
  readonly desired: string | undefined
  /** What we wrote last. */
  readonly mine: string | undefined
  readonly conflict: string | undefined
}

/** Tags of a version that are not as they should be, as far as is known without asking the registry. */
export const tasksOf = (
  version: Pick<WritableVersion, 'tags' | 'observedAt' | 'writings'>,
  desired: Readonly<Record<string, string | undefined>>,
): Task[] =>
  Object.entries(desired).flatMap(([key, value]) => {
    const writing = version.writings[key]
    const mine = writing?.value ?? undefined
    const conflict = writing?.conflict ?? undefined
    const isSeen = writing === undefined || Date.parse(version.observedAt) > Date.parse(writing.writtenAt)
    const seen = isSeen ? version.tags[key] : (conflict ?? mine)
    const isSettled = seen === value && mine === value && conflict === undefined
    // It ends as well when Rampart comes to say what the other one set.
    const isKnownConflict = conflict !== undefined && seen === conflict && conflict !== value
    const isAbsent = writing === undefined && value === undefined && seen === undefined
    return isSettled || isKnownConflict || isAbsent ? [] : [{ key, desired: value, mine, conflict }]
  })
