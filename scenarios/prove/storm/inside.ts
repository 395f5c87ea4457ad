/** The same storm through the port that the product's own detectors use: no HTTP in between, as fast as it is taken. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { assetPath, cryptoRandom, systemClock } from '@rampart/kit'
import { silentLogger, testDatabase, until } from '@rampart/kit/testing'
import { createIncidents, createThreats } from '@rampart/threats'

export type Inside = {
  readonly perSecond: number
  readonly storms: number
  readonly signals: number
  readonly rows: number
  readonly events: number
  readonly decisions: number
  readonly attackMs: number
}

const TENANT = 'default'

export const stormInside = async (total: number): Promise<Inside> => {
  const store = await testDatabase({
    sources: [{ module: 'threats', dir: assetPath('modules/threats/migrations') }],
  })
  let decisions = 0
  const deps = {
    ...{ ...store, clock: systemClock, random: cryptoRandom, logger: silentLogger },
    audit: { record: async () => undefined },
  }
  const threats = createThreats(deps)
  const decide = async () => {
    decisions += 1
    return {
      ...{ allow: false, reasons: [], obligations: {}, id: `d${decisions}`, pack: 'response' as const },
      ...{ principal: 'proof', evaluationMicros: 1, time: systemClock.iso() },
      ...({ bundleDigest: 'sha256:a', inputDigest: 'sha256:b' } as const),
    }
  }
  const incidents = createIncidents({ ...deps, policy: { decide } })
  await incidents.start()
  const noisy = threats.sinkFor('noisy')
  const about = (kind: string, id: string, detector: string) => ({
    ...{ time: systemClock.iso(), key: `${detector}:${id}`, detector, title: 'Odd' },
    ...({ severity: 'high', entity: { kind, id }, evidence: {} } as const),
  })
  let attackMs = 0
  const attack = async (): Promise<void> => {
    const attackedFrom = performance.now()
    await threats.sinkFor('ids').raise(TENANT, about('host', 'victim', 'ids'))
    const entity = { kind: 'host', id: 'victim' }
    await until(async () => (await incidents.list(TENANT, { entity, limit: 1 })).length === 1, 60_000)
    attackMs = performance.now() - attackedFrom
  }
  let attacked: Promise<void> | undefined
  const from = performance.now()
  for (let at = 0; at < total; at += 100) {
    const batch = Array.from({ length: Math.min(100, total - at) }, (_, i) =>
      about('caller', `c${at + i}`, 'noisy'),
    )
    await Promise.all(batch.map((one) => noisy.raise(TENANT, one)))
    if (at >= total / 2) attacked ??= attack()
    // As a detector that reads from somewhere: the process may do other things in between.
    await nextTurn()
  }
  const perSecond = total / ((performance.now() - from) / 1000)
  await attacked
  await threats.stop()
  const storms = async () =>
    (await incidents.list(TENANT, { limit: 200 })).filter(({ entities: [first] }) => first?.id !== 'victim')
  await until(async () => (await storms()).some(({ signals }) => signals >= total), 60_000)
  const found = await storms()
  const [counts] = await store.database.read(TENANT, (tx) =>
    tx.query<{ rows: number; events: number }>(
      'SELECT (SELECT count(*)::int FROM threats_signal) AS rows, (SELECT count(*)::int FROM kit_event) AS events',
    ),
  )
  await incidents.stop()
  await store.stop()
  return {
    ...{ perSecond, attackMs, decisions, storms: found.length, signals: found[0]?.signals ?? 0 },
    ...{ rows: counts?.rows ?? 0, events: counts?.events ?? 0 },
  }
}
