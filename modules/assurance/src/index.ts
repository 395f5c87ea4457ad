/** The door of assurance: assessment of model versions. */
export { type Assessment, type AssessmentRequest, createAssess } from './assess.ts'
export { type Assurance, type AssuranceDeps, createAssurance } from './assurance.ts'
export { assuranceErrors } from './errors.ts'
export { createMeasuredOnce } from './measured-once.ts'
export type { AttestPort, InventoryPort, ModelRunner, ReferenceMeasured, RowOutputs } from './ports.ts'
export { createProcessRunner } from './process-runner.ts'
export { readReferenceRows } from './reference-rows.ts'
export { type Scores, scorePredictions, unmetLimits } from './scoring.ts'
