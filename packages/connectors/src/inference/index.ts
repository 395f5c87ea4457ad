/** Clients of inference servers elsewhere, one per protocol, behind one port. */
import type { ClientDeps, InferenceClient, InferenceTarget } from './ports.ts'
import { createScoringClient } from './scoring.ts'
import { createV2GrpcClient } from './v2-grpc.ts'
import { createV2RestClient } from './v2-rest.ts'

export type { AddressRules } from '../outbound/address-guard.ts'
export { createAddressGuard, parseServerUrl } from './address-guard.ts'
export { inferenceErrors } from './errors.ts'
export {
  INFERENCE_PROTOCOLS,
  type InferenceCall,
  type InferenceClient,
  type InferenceProtocol,
  type InferenceTarget,
} from './ports.ts'

/** Throws INFERENCE_URL_REFUSED; connects at the first call. */
export const createInferenceClient = (target: InferenceTarget, deps: ClientDeps): InferenceClient => {
  switch (target.protocol) {
    case 'v2-rest':
      return createV2RestClient(target, deps)
    case 'v2-grpc':
      return createV2GrpcClient(target, deps)
    case 'mlflow':
    case 'kserve-v1':
      return createScoringClient(target, deps)
  }
}
