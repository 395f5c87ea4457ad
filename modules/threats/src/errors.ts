/** What signal intake and queries can refuse. */
import { defineErrors } from '@rampart/kit'

export const threatsErrors = defineErrors({
  THREATS_SIGNAL_INVALID: {
    kind: 'InvalidInput',
    summary: 'The signal does not follow the signal/1 schema.',
  },
  THREATS_INTAKE_FULL: {
    kind: 'Unavailable',
    summary: 'The database does not keep up with the signals that come.',
    retryable: true,
  },
  THREATS_SIGNAL_NOT_FOUND: { kind: 'NotFound', summary: 'No such signal.' },
  THREATS_INCIDENT_NOT_FOUND: { kind: 'NotFound', summary: 'No such incident.' },
  THREATS_INCIDENT_CHANGED: {
    kind: 'PreconditionFailed',
    summary: 'The incident changed meanwhile; read it again.',
  },
  THREATS_REVISION_MISSING: {
    kind: 'PreconditionFailed',
    summary: 'A change of an incident must say in If-Match which revision it is about.',
  },
  THREATS_INCIDENT_TRANSITION_ILLEGAL: {
    kind: 'Conflict',
    summary: 'The incident cannot go from its status to that one.',
  },
  THREATS_DISPOSITION_MISSING: {
    kind: 'Conflict',
    summary: 'An incident is closed with a disposition: true-positive, false-positive or benign.',
  },
  THREATS_NOTHING_TO_MERGE: { kind: 'InvalidInput', summary: 'A merge needs another incident.' },
  THREATS_NOTHING_TO_SPLIT: {
    kind: 'InvalidInput',
    summary: 'A split needs some of the signals of an incident, and leaves some.',
  },
  THREATS_SIMULATION_BUSY: {
    kind: 'RateLimited',
    summary: 'One simulation runs at a time.',
    retryable: true,
  },
  THREATS_SIMULATION_BUNDLE_EXPIRED: {
    kind: 'InvalidInput',
    summary: 'The bundle is no longer valid: nothing would be done on its word.',
  },
  THREATS_SIMULATION_FAILED: {
    kind: 'InvalidInput',
    summary: 'The simulation ended without an answer: the bundle took too much time or memory.',
  },
  THREATS_SIMULATION_TOO_LARGE: {
    kind: 'InvalidInput',
    summary: 'More decisions were taken in that time than a simulation asks again.',
  },
})
