/** The lifecycle of a model version: which steps exist at all. Whether one may be taken is policy's answer. */
import type { Stage } from '@rampart/domain'

const STEPS: Readonly<Record<Stage, readonly Stage[]>> = {
  registered: ['assessed', 'quarantined', 'retracted'],
  assessed: ['approved', 'quarantined', 'retracted'],
  approved: ['deployed', 'quarantined', 'retracted'],
  deployed: ['retired', 'quarantined', 'retracted'],
  retired: ['quarantined', 'retracted'],
  quarantined: ['registered', 'retracted'],
  retracted: [],
}

const WITHDRAWN: readonly Stage[] = ['quarantined', 'retracted']

/** The stages that can follow `from`. */
export const nextStages = (from: Stage): readonly Stage[] => STEPS[from]

/** `before` is the stage that a withdrawn version had: a response run that is undone gives exactly that back. */
export const isLegalStep = (from: Stage, to: Stage, before?: Stage): boolean =>
  STEPS[from].includes(to) || (before !== undefined && WITHDRAWN.includes(from) && to === before)
