/** Telemetry of a process that does not judge: sketches rows as the judging process would, and hands the sketches over. */
import type { ModelVersionRef } from '@rampart/domain'
import type { Random } from '@rampart/kit'
import { DEFAULT_TELEMETRY } from './config.ts'
import { createExtractor, createSketches, type Extractor, type FeatureSketch } from './extract.ts'
import type { Layout } from './layout.ts'
import { createLearner, type Learner } from './learn.ts'
import type { ObservationSink, ObservedBatch } from './ports.ts'
import type { BuiltReference } from './reference.ts'
import { encodeLearnt, encodeSketch, layoutName, type SketchReport } from './sketch-report.ts'

export type SketcherDeps = {
  readonly random: Pick<Random, 'uint32'>
  /** How a version's rows are read; undefined while it has no reference profile. Asked again after every `take`. */
  readonly layoutOf: (tenant: string, ref: ModelVersionRef) => Layout | undefined
  readonly onFault: (error: unknown) => void
}

export type Sketcher = {
  readonly sink: ObservationSink
  /** Everything since the last call, by tenant; the sketches begin anew. */
  take(): { readonly tenant: string; readonly report: SketchReport }[]
}

type Entry = {
  readonly tenant: string
  readonly ref: ModelVersionRef
  layout: Layout | undefined
  extractor: Extractor | undefined
  sketches: readonly FeatureSketch[]
  learner: Learner | undefined
  learnt: BuiltReference | undefined
  rows: number
  absent: number
  shapeChanged: number
  /** `take` calls without a row. */
  idle: number
}

const FORGET_AFTER = 600

export const createSketcher = (deps: SketcherDeps): Sketcher => {
  const byVersion = new Map<string, Entry>()
  const byRoute = new Map<string, Entry>()
  const seed = (): number => deps.random.uint32()

  const useLayout = (entry: Entry): void => {
    const layout = deps.layoutOf(entry.tenant, entry.ref)
    if (layout === entry.layout && (layout !== undefined || entry.learner !== undefined)) return
    entry.layout = layout
    entry.extractor = layout === undefined ? undefined : createExtractor(layout)
    entry.sketches = layout === undefined ? [] : createSketches(layout, seed)
    const { learnRows } = DEFAULT_TELEMETRY
    entry.learner =
      layout === undefined && learnRows > 0 ? createLearner({ rows: learnRows, seed }) : undefined
  }

  const entryOf = ({ route, tenant, model, version }: ObservedBatch): Entry => {
    const known = byRoute.get(route)
    if (known?.ref.name === model && known.ref.version === version && known.tenant === tenant) return known
    const key = `${tenant}/${model}/${version}`
    const found = byVersion.get(key) ?? {
      tenant,
      ref: { name: model, version },
      layout: undefined,
      extractor: undefined,
      sketches: [],
      learner: undefined,
      learnt: undefined,
      rows: 0,
      absent: 0,
      shapeChanged: 0,
      idle: 0,
    }
    if (!byVersion.has(key)) {
      useLayout(found)
      byVersion.set(key, found)
    }
    byRoute.set(route, found)
    return found
  }

  const observe = (batch: ObservedBatch): void => {
    const entry = entryOf(batch)
    if (entry.extractor === undefined) {
      entry.absent += batch.rows
      entry.learnt = entry.learner?.add(batch) ?? entry.learnt
    } else if (entry.extractor.mismatch(batch) === undefined) {
      entry.extractor.extract(batch, entry.sketches)
      entry.rows += batch.rows
    } else entry.shapeChanged += batch.rows
  }

  const reportOf = (entry: Entry): SketchReport => ({
    model: entry.ref.name,
    version: entry.ref.version,
    layout: entry.layout === undefined ? '' : layoutName(entry.layout),
    rows: entry.rows,
    features: entry.rows === 0 ? [] : entry.sketches.map(encodeSketch),
    absent: entry.absent,
    shapeChanged: entry.shapeChanged,
    ...(entry.learnt === undefined ? {} : { learnt: encodeLearnt(entry.learnt) }),
  })

  const forget = (key: string, entry: Entry): void => {
    byVersion.delete(key)
    for (const [route, other] of byRoute) if (other === entry) byRoute.delete(route)
  }

  return {
    sink: {
      observeBatch: (batch) => {
        if (batch.rows < 1) return
        try {
          observe(batch)
        } catch (error) {
          deps.onFault(error)
        }
      },
    },
    take: () => {
      const taken: { tenant: string; report: SketchReport }[] = []
      for (const [key, entry] of byVersion) {
        if (entry.rows + entry.absent + entry.shapeChanged > 0) {
          taken.push({ tenant: entry.tenant, report: reportOf(entry) })
          if (entry.rows > 0) for (const { sketch } of entry.sketches) sketch.clear()
          Object.assign(entry, { rows: 0, absent: 0, shapeChanged: 0, idle: 0, learnt: undefined })
        } else if (++entry.idle >= FORGET_AFTER) forget(key, entry)
        useLayout(entry)
      }
      return taken
    },
  }
}
