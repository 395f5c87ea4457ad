/** What passes between a worker session and its thread. Answer 0 announces the load. */
import type { Tensor } from '@rampart/codecs'
import type { ModelInspection } from './inspect-model.ts'
import type { ModelProfile, ProfileOptions } from './profile-session.ts'

export type WorkerQuestion =
  | { readonly id: number; readonly ask: 'run'; readonly inputs: readonly Tensor[] }
  | { readonly id: number; readonly ask: 'profile'; readonly options: ProfileOptions }
  | { readonly id: number; readonly ask: 'close' }

export type WorkerAnswer = {
  readonly id: number
  readonly outputs?: Tensor[]
  readonly profile?: ModelProfile
  readonly inspection?: ModelInspection
  readonly error?: { readonly code: string; readonly message: string }
}
