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
  (deps: { readonly scans: Pick<Scans, 'settled'>; readonly verdicts: Pick<Verdicts, 'refresh'> }) =>
  async (version: ModelVersion): Promise<ScanGateAnswer> => {
    const { tenant, digest, artifacts } = version
    await deps.scans.settled(tenant, artifacts)
    const made = await deps.verdicts.refresh(tenant, digest, 'its files were scanned')
    const files = (made?.verdict.scan.files ?? []).filter((file) =>
      artifacts.some((one) => one.digest === file.digest && one.path === file.path),
    )
    const told = files.filter(({ result }) => result !== 'clean')
    const reasons = told.map(
      ({ path, result, rules }) => `the scan of ${path} says ${result}: ${rules.join(', ')}`,
    )
    if (files.length < artifacts.length || told.some(({ result }) => result === 'missing'))
      throw new Error('the scans are not done')
    if (told.some(({ result }) => result === 'blocked')) return { may: false, why: 'blocked', reasons }
    const isWaived = (made?.verdict.scan.waivers.length ?? 0) > 0
    return told.length === 0 || isWaived ? { may: true } : { may: false, why: 'unverified', reasons }
  }
