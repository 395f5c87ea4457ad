/** The door of correlation: pure, usable without a server. */
export { completeSignal } from '../intake.ts'
export { type Agreement, agreement, type Labelled } from './agreement.ts'
export { type Entity, type Evidence, evidenceOf } from './evidence.ts'
export { LINK_SETTINGS, type LinkSettings } from './linking.ts'
export {
  REPLAY_SETTINGS,
  type Replayed,
  type ReplayedIncident,
  type ReplaySettings,
  replay,
} from './replay.ts'
