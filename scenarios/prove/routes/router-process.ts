/** The process that `prove routes` loads: a router whose routes change every second while it is told so. */
import { readFile } from 'node:fs/promises'
import { assetPath } from '@rampart/kit'
import { startServing } from '@rampart/serving/testing'

type Up = Awaited<ReturnType<typeof startServing>>
type Snapshot = Parameters<Up['serving']['setSnapshot']>[0]

export type Order = 'usage' | 'change' | 'rest'
export type Told = { readonly rss: number; readonly changes: number; readonly failures: number }

const CHANGE_MS = 1_000

const up = await startServing({ batchRows: [16, 32, 64], maxQueuedRows: 4096 })
const file = await readFile(assetPath('examples/card-fraud/model.onnx'))
const one = await up.route('routed', file, { model: 'fraud', version: '1.0.0' })
const two = {
  ...one,
  version: '2.0.0',
  digest: `sha256:${'2'.repeat(64)}` as const,
  artifactDigest: one.digest,
}
const shares = (first: number, second: number): NonNullable<Snapshot['plans']>[number] => ({
  tenant: 'default',
  name: 'routed',
  backends: [
    { model: 'fraud', version: '1.0.0', weight: first },
    { model: 'fraud', version: '2.0.0', weight: second },
  ],
  fallback: {},
})
const deployed = new Set([one, two].map((route) => `default/fraud/${route.version}@${route.digest}`))
const second = { ...two, isDefault: false }

/** From one version to the other, by shares, by a shadow, and through each of them alone. */
const SNAPSHOTS: readonly Snapshot[] = [
  { routes: [one], deployed },
  { routes: [one, second], plans: [shares(90, 10)], deployed },
  { routes: [one, second], plans: [shares(10, 90)], deployed },
  { routes: [two], deployed },
  {
    routes: [one, { ...second, isShadow: true }],
    plans: [
      {
        ...shares(1, 0),
        backends: [{ model: 'fraud', version: '1.0.0', weight: 1 }],
        shadow: { model: 'fraud', version: '2.0.0', sampleRate: 0.1, tolerance: 1e-6 },
      },
    ],
    deployed,
  },
]

let changes = 0
let failures = 0
let changing: NodeJS.Timeout | undefined

const change = (): void => {
  changes += 1
  const next = SNAPSHOTS[changes % SNAPSHOTS.length] as Snapshot
  up.serving.setSnapshot(next).then(
    ({ failed }) => {
      failures += failed.length
    },
    () => {
      failures += 1
    },
  )
}

const told = (): Told => {
  globalThis.gc?.()
  return { rss: process.memoryUsage().rss, changes, failures }
}

const first = await up.serving.setSnapshot(SNAPSHOTS[1] as Snapshot)
if (first.failed[0] !== undefined) throw new Error(first.failed[0].message)

process.on('message', (order: Order) => {
  clearInterval(changing)
  if (order === 'change') changing = setInterval(change, CHANGE_MS)
  process.send?.(told())
})
process.on('disconnect', () => void up.stop().then(() => process.exit(0)))
process.send?.({ url: up.url })
