/** Scans, waivers and verdicts, given what they reach of the other rooms. */
import type { Audit } from '@rampart/audit'
import type { Inventory } from '@rampart/inventory'
import type { Policy } from '@rampart/policy'
import type { Signer } from '@rampart/signing'
import {
  createScanEngine,
  createScanGate,
  createScans,
  createVerdicts,
  createWaivers,
  type Signers,
  type Trust,
} from '@rampart/trust'
import type { ApprovalWiring } from './approval-wiring.ts'
import type { Ground } from './ground.ts'

export type VerdictRoomDeps = {
  readonly audit: Audit
  readonly policy: Policy
  readonly trust: Trust
  readonly signers: Signers
  readonly inventory: Inventory
  readonly approvals: ApprovalWiring
  /** Signs evidence, and so verdicts. */
  readonly signer: Signer
}

export const createVerdictRoom = (ground: Ground, deps: VerdictRoomDeps) => {
  const { audit, policy, trust, signers, inventory, signer } = deps
  const verdicts = createVerdicts({
    ...ground,
    audit,
    trust,
    keys: [signer.publicKey],
    policy: {
      hot: () => policy.hot('verdict'),
      onChange: (listener) =>
        policy.onChange(({ pack }) => {
          if (pack === 'verdict') listener()
        }),
    },
    subjects: inventory,
    approvals: deps.approvals,
    dependents: signers.dependents,
    ttlMs: ground.config.trust.verdictMinutes * 60_000,
  })
  const scans = createScans({
    ...ground,
    trust,
    artifacts: inventory,
    engine: createScanEngine(),
  })
  return {
    verdicts,
    scans,
    waivers: createWaivers({ ...ground, trust, verdicts, versions: inventory }),
    scanGate: createScanGate({ scans, verdicts }),
    start: async (): Promise<void> => {
      await verdicts.start()
      await scans.start()
    },
    stop: async (): Promise<void> => {
      await scans.stop()
      await verdicts.stop()
    },
  }
}
