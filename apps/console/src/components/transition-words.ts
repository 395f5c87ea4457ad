/** How each step of the lifecycle is called on a button, and which cannot be undone. */
import type { Stage } from '../api/types.ts'

export const VERBS: Readonly<Record<Stage, string>> = {
  registered: 'Release',
  assessed: 'Mark assessed',
  approved: 'Approve',
  deployed: 'Deploy',
  retired: 'Retire',
  quarantined: 'Quarantine',
  retracted: 'Retract',
}

export const ONE_WAY: readonly Stage[] = ['retracted']
