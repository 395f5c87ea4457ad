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

/** The stages that can follow `from`. */
export const nextStages = (from: Stage): readonly Stage[] => STEPS[from]

export const isLegalStep = (from: Stage, to: Stage): boolean => STEPS[from].includes(to)
