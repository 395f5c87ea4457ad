/** Whether the files of a version may be opened by anything but the scanner: asked before a model is loaded. */
import type { ModelVersion } from '@rampart/domain'
import type { Verdicts } from '../verdicts/verdicts.ts'
import type { Scans } from './scans.ts'

export type ScanGateAnswer =
  | { readonly may: true }
  /** `blocked` is for good; `unverified` waits for a waiver. */
  | { readonly may: false; readonly why: 'blocked' | 'unverified'; readonly reasons: readonly string[] }

/** Waits for the scans. Throws when the process stops before they are done. */
export const createScanGate =
  (deps: { readonly scans: Pick<Scans, 'settled'>; readonly verdicts: Pick<Verdicts, 'facts'> }) =>
  async (version: ModelVersion): Promise<ScanGateAnswer> => {
    await deps.scans.settled(version.tenant, version.artifacts)
    const { scan } = await deps.verdicts.facts(version)
    if (scan.result === 'missing' || scan.files.some(({ result }) => result === 'missing'))
      throw new Error('the scans are not done')
    const reasons = scan.files
      .filter(({ result }) => result !== 'clean')
      .map(({ path, result, rules }) => `the scan of ${path} says ${result}: ${rules.join(', ')}`)
    if (scan.result === 'blocked') return { may: false, why: 'blocked', reasons }
    return scan.result === 'clean' || scan.waivers.length > 0
      ? { may: true }
      : { may: false, why: 'unverified', reasons }
  }
