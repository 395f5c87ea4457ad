/** Correlation against plain groupings, on generated histories whose incidents are known. [--seeds N] [--write DIR SEED] [-o json] */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createSeededRandom } from '@rampart/kit'
import { type Agreement, agreement, type Evidence, replay } from '@rampart/threats/correlation'

const { values: flags } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    write: { type: 'string' },
    seed: { type: 'string', default: '101' },
    output: { type: 'string', short: 'o', default: 'table' },
  },
})
/** The rules were settled looking at seeds up to 110; these were never looked at before. */
const FIRST_SEED = 5001
const HOURS = 48
const MINUTE = 60_000
const START = Date.parse('2026-01-05T00:00:00Z')
const WINDOW = 30 * MINUTE

type Entity = Evidence['entity']
type Labelled = { readonly evidence: Evidence; readonly label: string | undefined }

const RULES = {
  ids: ['suricata', 'siem', 'high'],
  drift: ['telemetry.drift', 'telemetry', 'high'],
  schema: ['serving.payload-schema', 'serving', 'medium'],
  probe: ['serving.extraction', 'serving', 'medium'],
  digest: ['serving.digest', 'serving', 'critical'],
  alias: ['registries.alias', 'registries', 'high'],
  miner: ['jupyter.process', 'fleet', 'high'],
  login: ['iam.login', 'siem', 'low'],
} as const
type Rule = keyof typeof RULES

/** Two days of a bank: attacks that walk from entity to entity, flapping alarms, one host that everything touches, one storm. */
const generate = (seed: number): Labelled[] => {
  const random = createSeededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.float() * list.length)] as T
  const between = (low: number, high: number): number => low + random.float() * (high - low)
  const out: Labelled[] = []
  const add = (rule: Rule, at: number, entity: Entity, related: readonly Entity[], label?: string): void => {
    const [name, source, severity] = RULES[rule]
    const id = `s${seed}-${out.length}`
    const isDrift = rule === 'drift'
    const evidence: Evidence = {
      ...{
        id,
        key: `${name}:${entity.id}:${out.length}`,
        rule: name,
        source,
        severity,
        title: name,
        entity,
        related,
      },
      group: isDrift ? `telemetry:${entity.id}` : name,
      ...(isDrift ? { pValue: label === undefined ? random.float() * 0.01 : 10 ** -between(3, 8) } : {}),
      ...{ techniques: [], time: START + Math.round(at), cleared: false },
    }
    out.push({ evidence, label })
  }
  const models = Array.from({ length: 40 }, (_, i): Entity => ({ kind: 'model', id: `m${i}` }))
  const hosts = Array.from({ length: 25 }, (_, i): Entity => ({ kind: 'host', id: `h${i}` }))
  const callers = Array.from({ length: 200 }, (_, i): Entity => ({ kind: 'caller', id: `c${i}` }))
  const shared: Entity = { kind: 'host', id: 'ingress' }
  const anyTime = (): number => between(0, HOURS * 60 * MINUTE)

  const attacks: readonly ((at: (i: number) => number, label: string) => void)[] = [
    (at, label) => {
      const [host, model, caller] = [pick(hosts), pick(models), pick(callers)]
      add('login', at(0), host, [caller], label)
      add('ids', at(1), host, [], label)
      add('drift', at(2), model, [host], label)
      add('digest', at(3), model, [], label)
    },
    (at, label) => {
      const [caller, model] = [pick(callers), pick(models)]
      for (let i = 0; i < 3; i += 1) add('probe', at(i), caller, [model, shared], label)
      add('drift', at(3), model, [shared], label)
    },
    (at, label) => {
      const [model, other, host] = [pick(models), pick(models), pick(hosts)]
      add('alias', at(0), model, [host], label)
      add('digest', at(1), model, [], label)
      add('ids', at(2), host, [shared], label)
      add('drift', at(3), other, [host], label)
    },
    (at, label) => {
      const [host, notebook] = [pick(hosts), { kind: 'notebook', id: `n${Math.floor(random.float() * 30)}` }]
      add('miner', at(0), notebook, [host], label)
      add('ids', at(1), host, [], label)
      add('miner', at(2), notebook, [], label)
    },
  ]
  for (let n = 0; n < 24; n += 1) {
    const start = anyTime()
    const step = between(2, 20) * MINUTE
    pick(attacks)((i) => start + i * step, `attack-${n}`)
  }
  for (let n = 0; n < 900; n += 1) {
    const rule = pick<Rule>(['drift', 'schema', 'login', 'ids', 'probe'])
    const entity =
      rule === 'ids' || rule === 'login' ? pick(hosts) : rule === 'probe' ? pick(callers) : pick(models)
    add(rule, anyTime(), entity, random.float() < 0.5 ? [shared] : [])
  }
  const storm = anyTime()
  for (let n = 0; n < 3_000; n += 1) add('schema', storm + n * 18, pick(callers), [pick(models)], 'storm')
  return out
}

type Grouping = (history: readonly Labelled[]) => (string | undefined)[]

/** Every entity by itself: a new group after a pause of the window. */
const perEntity: Grouping = (history) => {
  const last = new Map<string, { time: number; group: string }>()
  const groups = new Map<string, string>()
  for (const { evidence } of [...history].sort((a, b) => a.evidence.time - b.evidence.time)) {
    const name = `${evidence.entity.kind}:${evidence.entity.id}`
    const before = last.get(name)
    const isSame = before !== undefined && evidence.time - before.time <= WINDOW
    const group = isSame ? before.group : evidence.id
    last.set(name, { time: evidence.time, group })
    groups.set(evidence.id, group)
  }
  return history.map(({ evidence }) => groups.get(evidence.id))
}

const grouped =
  (settings?: Parameters<typeof replay>[1]): Grouping =>
  (history) => {
    const { incidents } = replay(
      history.map(({ evidence }) => evidence),
      settings,
    )
    const groups = new Map(incidents.flatMap(({ id, signals }) => signals.map((one) => [one, id] as const)))
    return history.map(({ evidence }) => groups.get(evidence.id))
  }

const endless = Number.MAX_SAFE_INTEGER
const ROWS: readonly (readonly [string, Grouping])[] = [
  ['each signal alone', (history) => history.map(({ evidence }) => evidence.id)],
  [
    'five-minute slices of time',
    (history) => history.map(({ evidence }) => String(Math.floor(evidence.time / (5 * MINUTE)))),
  ],
  ['per subject, 30 min', perEntity],
  [
    'shared entities, no bounds',
    grouped({
      windowMs: WINDOW,
      hubDegree: endless,
      hubWindowMs: WINDOW,
      stormSubjects: endless,
      stormSignals: endless,
      openScore: -99,
    }),
  ],
  ['Rampart', grouped()],
]

if (flags.write !== undefined) {
  mkdirSync(flags.write, { recursive: true })
  const history = generate(Number(flags.seed))
  const asSignal = ({
    evidence: { rule, pValue, group, time, source, since: _, cleared: __, ...rest },
  }: Labelled) => ({
    ...rest,
    ...{ detector: rule, dependence_group: group, source: { name: source, tenant: 'default' }, evidence: {} },
    ...(pValue === undefined ? {} : { p_value: pValue }),
    time: new Date(time).toISOString(),
  })
  const lines = (list: readonly unknown[]): string => list.map((one) => `${JSON.stringify(one)}\n`).join('')
  writeFileSync(join(flags.write, 'signals.ndjson'), lines(history.map(asSignal)))
  const labels = history.map(({ evidence, label }) => ({ signal: evidence.id, incident: label ?? null }))
  writeFileSync(join(flags.write, 'labels.ndjson'), lines(labels))
} else {
  const seeds = Array.from({ length: Number(flags.seeds) }, (_, i) => FIRST_SEED + i)
  const histories = seeds.map(generate)
  const mean = (of: (one: Agreement) => number, list: readonly Agreement[]): number =>
    list.reduce((sum, one) => sum + of(one) / list.length, 0)
  const results = ROWS.map(([name, group]) => {
    const judged = histories.map((history) => {
      const groups = group(history)
      // The storm is heard by all; its millions of pairs would drown the attacks in the figures.
      const judgedOn = history.map(({ label }, i) => ({ label, group: groups[i] }))
      return agreement(judgedOn.filter(({ label }) => label !== 'storm'))
    })
    const f1s = judged.map(({ pairwise }) => pairwise.f1)
    return {
      name,
      precision: mean(({ pairwise }) => pairwise.precision, judged),
      recall: mean(({ pairwise }) => pairwise.recall, judged),
      f1: mean(({ pairwise }) => pairwise.f1, judged),
      worst_f1: Math.min(...f1s),
      adjusted_rand: mean(({ adjusted_rand: rand }) => rand, judged),
      incidents: mean(({ incidents }) => incidents.found, judged),
      incident_precision: mean(({ incidents }) => incidents.precision, judged),
      incident_recall: mean(({ incidents }) => incidents.recall, judged),
    }
  })
  const signals = histories[0]?.length ?? 0
  if (flags.output === 'json')
    process.stdout.write(`${JSON.stringify({ seeds, signals, results }, null, 2)}\n`)
  else {
    process.stdout.write(`${signals} signals a history, seeds ${seeds[0]} to ${seeds.at(-1)}\n`)
    console.table(
      Object.fromEntries(
        results.map(({ name, ...rest }) => [
          name,
          Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, Number(value.toFixed(3))])),
        ]),
      ),
    )
  }
}
