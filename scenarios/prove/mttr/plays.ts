/** The five attacks: how each begins, what it reaches, how it ends, and what the shipped policy must do about it. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attacker } from './attacker.ts'
import type { Bodies, Callers } from './callers.ts'
import type { Follow } from './follow.ts'
import { ATTACKER, HOST } from './network.ts'
import type { Notebook } from './notebook.ts'
import type { World } from './world.ts'

export type Play = {
  readonly name: string
  readonly title: string
  /** Begins the key of its first signal. */
  readonly signal: string
  readonly actions: readonly string[]
  /** What waits for a person where that is something else: a playbook does not begin before. */
  readonly recommended?: readonly string[]
  /** Detectors whose signals must be in its one incident. */
  readonly rules: readonly RegExp[]
  /** What `reached` counts. */
  readonly harm: string
  readonly prepare: () => Promise<void>
  /** Resolves once it has begun; sensors speak through `meanwhile`. */
  readonly attack: () => Promise<void>
  readonly meanwhile?: (since: number) => Promise<void>
  /** How much reached the target so far. */
  readonly reached: () => Promise<number>
  /** What must hold once it is contained, beside the product's own probe. */
  readonly contained: () => Promise<string | undefined>
  /** The attacker stops. */
  readonly end: () => Promise<void>
  /** Resolves when the next attack may begin: its signals are cleared, everything is as before. */
  readonly calm: () => Promise<void>
}

export type Stage = {
  readonly world: World
  readonly callers: Callers
  readonly attacker: Attacker
  readonly follow: Follow
  readonly bodies: Bodies
  readonly partsDigest: string
  readonly startNotebook: () => Promise<Notebook>
}

const isOpen = async ({ must }: World, prefix: string): Promise<boolean> =>
  (await must<{ items: { key: string }[] }>('GET', '/api/v1/signals?open=true&limit=500')).items.some(
    ({ key }) => key.startsWith(prefix),
  )
const cleared = (world: World, prefix: string): Promise<void> =>
  world.until(`${prefix} is cleared`, async () => !(await isOpen(world, prefix)))

/** What a caller is answered by now. */
const versionOf = async ({ plane }: World, model: string, body: string): Promise<string> => {
  const answer = await plane.call('POST', `/v2/models/${model}/infer`, JSON.parse(body))
  return answer.status === 200 ? String((answer.body as { model_version: string }).model_version) : 'refused'
}

const driftingRoute = ({ world, callers, bodies }: Stage): Play => ({
  name: 'drift',
  title: 'a drifting route (input shift at the gateway)',
  signal: 'drift:cards:2',
  actions: ['route.previous-version'],
  rules: [/^telemetry\.drift$/],
  harm: 'shifted calls answered by the drifting version',
  prepare: async () => undefined,
  attack: async () => callers.shift('cards', true),
  reached: async () => callers.answered('cards:2', 'shifted'),
  contained: async () => {
    const version = await versionOf(world, 'cards', bodies.normal[0] ?? '')
    return version === '1' ? undefined : `cards is answered by ${version}`
  },
  end: async () => callers.shift('cards', false),
  calm: () => cleared(world, 'drift:cards:2'),
})

const hijackedAlias = ({ world, callers, bodies }: Stage): Play => {
  const decision = async (): Promise<string> => {
    const { digest } = await world.must<{ digest: string }>('GET', '/api/v1/models/churn/versions/2')
    type Stored = { verdict: { decision: string; denials?: readonly unknown[] } }
    const { verdict } = await world.must<Stored>('GET', `/api/v1/verdicts/${digest}`)
    return (verdict.denials ?? []).length > 0 ? verdict.decision : 'not denied'
  }
  return {
    name: 'alias',
    title: 'a hijacked registry alias (MLflow webhook)',
    signal: 'registry-watch:alias:proof/churn/champion',
    actions: ['digest.deny'],
    rules: [/^registry-watch$/],
    harm: 'calls answered by the hijacked bytes',
    prepare: async () => undefined,
    attack: async () => {
      world.registry.setAlias('champion', '2')
      await world.notify()
    },
    reached: async () => callers.answered('churn:2'),
    contained: async () => {
      const [verdict, version] = [await decision(), await versionOf(world, 'churn', bodies.normal[0] ?? '')]
      return verdict === 'deny' && version === '1'
        ? undefined
        : `the verdict is ${verdict}, ${version} answers`
    },
    end: async () => {
      world.registry.setAlias('champion', '1')
      await world.notify()
    },
    calm: () => cleared(world, 'registry-watch:alias:proof/churn/'),
  }
}

const tamperedArtifact = ({ world, callers, bodies, partsDigest }: Stage): Play => {
  const hex = partsDigest.replace('sha256:', '')
  const path = join(world.plane.home, 'artifacts', 'sha256', hex.slice(0, 2), hex.slice(2))
  const whole = readFileSync(path)
  const write = (bytes: Uint8Array): void => {
    chmodSync(path, 0o600)
    writeFileSync(path, bytes)
  }
  return {
    name: 'tamper',
    title: 'a tampered artifact on disk',
    signal: `inventory.integrity:${partsDigest}`,
    actions: ['digest.deny'],
    rules: [/^inventory\.integrity$/],
    harm: 'calls answered by the version whose file is another',
    prepare: async () => undefined,
    attack: async () => {
      const bytes = Buffer.from(whole)
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
      write(bytes)
    },
    reached: async () => callers.answered('parts:1'),
    contained: async () => {
      const version = await versionOf(world, 'parts', bodies.normal[0] ?? '')
      return version === 'refused' ? undefined : `parts is answered by ${version}`
    },
    end: async () => write(whole),
    calm: async () => {
      await cleared(world, 'inventory.integrity:')
      const back = async () => (await versionOf(world, 'parts', bodies.normal[0] ?? '')) === '1'
      await world.until('parts answers again', back)
    },
  }
}

const miningNotebook = ({ world, attacker, startNotebook }: Stage): Play => {
  let notebook: Notebook | undefined
  const connections = async (): Promise<number> => (await attacker.tell()).connections
  const KEY = 'sensor:miner:research'
  const tell = (state: 'raised' | 'cleared') =>
    world.must('POST', '/api/v1/signals', {
      key: KEY,
      state,
      time: new Date().toISOString(),
      detector: 'edr.miner',
      title: 'A process of the notebook research talks to a mining pool',
      severity: 'high',
      entity: { kind: 'notebook', id: 'research' },
      techniques: ['T1496'],
      evidence: { pool: ATTACKER },
    })
  return {
    name: 'miner',
    title: 'a crypto-miner in a notebook',
    signal: KEY,
    actions: ['notebook.isolate'],
    recommended: ['playbook.run'],
    rules: [/^edr\.miner$/],
    harm: 'connections of the miner to its pool',
    prepare: async () => {
      notebook = await startNotebook()
      const spec = { type: 'jupyter-server', url: notebook.url, tokenRef: 'notebook-token', local: true }
      await world.must('PUT', '/api/v1/notebooks/research', spec)
    },
    attack: async () => notebook?.mine(),
    // The sensor sees the connections, not the file that starts the miner.
    meanwhile: async () => {
      const before = await connections()
      while ((await connections()) === before) await delay(20)
      await tell('raised')
    },
    reached: connections,
    contained: async () => {
      const before = await connections()
      await delay(300)
      const more = (await connections()) - before
      return more === 0 ? undefined : `${more} connections after the isolation`
    },
    end: async () => undefined,
    calm: async () => {
      await notebook?.stop()
      await tell('cleared')
    },
  }
}

const attackedHost = ({ world, attacker, bodies, follow }: Stage): Play => {
  let alert = 0
  /** As Suricata writes it. */
  const eve = (): string =>
    JSON.stringify({
      timestamp: new Date().toISOString().replace('Z', '+0000'),
      event_type: 'alert',
      flow_id: Date.now() * 1000 + alert,
      src_ip: ATTACKER,
      src_port: 40_000 + alert,
      dest_ip: HOST,
      dest_port: 8080,
      proto: 'TCP',
      alert: {
        action: 'allowed',
        gid: 1,
        // One rule of many: each attack is found by another, so that each is a condition of its own.
        signature_id: 2_030_000 + alert,
        rev: 1,
        signature: 'ET EXPLOIT probe of a model server',
        category: 'Attempted Administrator Privilege Gain',
        severity: 1,
      },
    })
  const answered = async (): Promise<number> => (await attacker.tell()).answered['2'] ?? 0
  return {
    name: 'host',
    title: 'an IDS alert on the host that serves a drifting model',
    signal: 'drift:loans:2',
    actions: ['route.previous-version', 'network.segment'],
    rules: [/^telemetry\.drift$/, /^suricata:/],
    harm: 'calls of the attacker answered by the drifting version',
    prepare: async () => undefined,
    attack: async () => attacker.call('loans', bodies.shifted),
    // The intruder goes on to probe the host that he has been feeding; the sensor of the network sees that.
    meanwhile: async (since) => {
      const drifts = { signal: 'drift:loans:2', since, actions: [], mode: 'act', withinMs: 0 } as const
      while ((await follow.signalOf(drifts)) === undefined) await delay(100)
      alert += 1
      await world.must('POST', '/api/v1/intake/ids', { lines: [eve()] })
    },
    reached: answered,
    contained: async () => {
      const before = (await attacker.tell()).answered
      await delay(700)
      const after = (await attacker.tell()).answered
      return JSON.stringify(before) === JSON.stringify(after) ? undefined : 'the attacker is still answered'
    },
    end: async () => attacker.rest(),
    calm: () => cleared(world, 'drift:loans:2'),
  }
}

export const createPlays = (stage: Stage): readonly Play[] => [
  driftingRoute(stage),
  hijackedAlias(stage),
  tamperedArtifact(stage),
  miningNotebook(stage),
  attackedHost(stage),
]
