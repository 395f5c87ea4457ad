/** What lies between two versions of a model: figures, interface, files, components, graph, evidence, verdict, lineage. */
import { formatModelVersionRef, type ModelVersion, type ModelVersionRef } from '@rampart/domain'
import { isAppError } from '@rampart/kit'
import { lineageErrors } from '../errors.ts'
import type { LineageGraph } from '../graph.ts'
import type { DifferencePorts, GraphChange } from '../ports.ts'
import { compareFacts, type Fact, type Section } from './changes.ts'
import {
  componentFacts,
  evidenceFacts,
  fileFacts,
  interfaceFacts,
  lineageFacts,
  metricFacts,
  specificationFacts,
} from './facts.ts'

export type DifferenceDeps = DifferencePorts & {
  readonly lineage: (tenant: string, ref: ModelVersionRef) => Promise<LineageGraph>
}

export const SECTIONS = [
  'metrics',
  'interface',
  'files',
  'specification',
  'components',
  'evidence',
  'lineage',
] as const
type SectionName = (typeof SECTIONS)[number]

type Verdict = { readonly decision: string; readonly reasons: readonly string[] }
export type Side = {
  readonly version: string
  readonly digest: string
  readonly stage: string
  readonly createdAt: string
  readonly createdBy: string
  /** Absent before the first one is made. */
  readonly verdict?: Verdict
}

export type VersionDifference = {
  readonly name: string
  readonly from: Side
  readonly to: Side
  readonly sections: Readonly<Record<SectionName, Section>>
  readonly graph: GraphChange | { readonly unavailable: string }
}

type Known = { readonly side: Side; readonly facts: Readonly<Record<SectionName, readonly Fact[]>> }

/** A part that cannot be had is no reason to withhold the others. */
const orNothing = async <T>(work: Promise<T>, nothing: T): Promise<T> => {
  try {
    return await work
  } catch (error) {
    if (isAppError(error) && error.kind !== 'Internal') return nothing
    throw error
  }
}

export const createDifference = (deps: DifferenceDeps) => {
  const sideOf = async (tenant: string, version: ModelVersion): Promise<Side> => {
    const verdict = await deps.verdict(tenant, version.digest)
    const { digest, stage, createdAt, createdBy } = version
    return {
      version: version.version,
      digest,
      stage,
      createdAt,
      createdBy,
      ...(verdict === undefined ? {} : { verdict }),
    }
  }

  const known = async (tenant: string, ref: ModelVersionRef): Promise<Known> => {
    const version = await deps.get(tenant, ref)
    const digests = [version.digest, ...version.artifacts.map(({ digest }) => digest)]
    const [all, bom, graph, side] = await Promise.all([
      deps.evidenceAbout(tenant, digests),
      orNothing(deps.bom(tenant, ref), '{}'),
      deps.lineage(tenant, ref),
      sideOf(tenant, version),
    ])
    // The same bytes may be registered under several names; a scan is of a file under any.
    const names = new Set([formatModelVersionRef(ref), ...version.artifacts.map(({ path }) => path)])
    const own = all.filter(({ subjectName }) => names.has(subjectName))
    return {
      side,
      facts: {
        metrics: metricFacts(own),
        interface: interfaceFacts(version),
        files: fileFacts(version),
        specification: specificationFacts(version),
        components: componentFacts(bom),
        evidence: evidenceFacts(own),
        lineage: lineageFacts(graph),
      },
    }
  }

  const graphChange = async (tenant: string, ref: ModelVersionRef, against: string) => {
    try {
      return await deps.graphChange(tenant, ref, against)
    } catch (error) {
      if (!isAppError(error) || error.kind === 'Internal') throw error
      return { unavailable: error.message }
    }
  }

  /** Throws LINEAGE_SAME_VERSION, and what the version source throws. */
  return async (tenant: string, name: string, from: string, to: string): Promise<VersionDifference> => {
    if (from === to) throw lineageErrors.LINEAGE_SAME_VERSION(`${name}:${from} was compared with itself.`)
    const [before, after] = await Promise.all([
      known(tenant, { name, version: from }),
      known(tenant, { name, version: to }),
    ])
    const graph = await graphChange(tenant, { name, version: to }, from)
    const sections = Object.fromEntries(
      SECTIONS.map((section) => [section, compareFacts(before.facts[section], after.facts[section])]),
    ) as Record<SectionName, Section>
    return { name, from: before.side, to: after.side, sections, graph }
  }
}
