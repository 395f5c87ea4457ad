/** What changed in the graph of a version against another one of the same model: never told by colour alone. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, Diff, Minus, Plus, Replace } from 'lucide-react'
import { useState } from 'react'
import { graphQueries, type ModelGraphDiff } from '../api/graph-queries.ts'
import { queries } from '../api/queries.ts'
import { GraphPicture } from '../graph/graph-picture.tsx'
import { Badge, type Tone } from '../ui/badge.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { ProblemNotice } from './query-state.tsx'

type Verdict = ModelGraphDiff['diff']['verdict']

const WORDS: Record<Verdict, { tone: Tone; text: string }> = {
  identical: { tone: 'ok', text: 'identical' },
  metadata: { tone: 'neutral', text: 'only names or metadata changed' },
  weights: { tone: 'neutral', text: 'only weights changed' },
  architecture: { tone: 'high', text: 'the architecture changed' },
}

type Line = { kind: 'added' | 'removed' | 'changed'; what: string; name: string; detail: string }

const SIGNS = {
  added: { icon: Plus, tone: 'accent' },
  removed: { icon: Minus, tone: 'critical' },
  changed: { icon: Replace, tone: 'medium' },
} as const

const percent = (share: number): string => `${(share * 100).toPrecision(3)} % of values`

const linesOf = ({ nodes, tensors, interface: ports, opsets, metadata }: ModelGraphDiff['diff']): Line[] => {
  const shape = (dims: readonly number[]) => `[${dims.join(', ')}]`
  return [
    ...nodes.added.items.map(
      (one): Line => ({
        kind: 'added',
        what: one.operator,
        name: one.name,
        detail: `reaches ${one.reaches.join(', ') || 'no output'}`,
      }),
    ),
    ...nodes.removed.items.map(
      (one): Line => ({
        kind: 'removed',
        what: one.operator,
        name: one.name,
        detail: `reached ${one.reaches.join(', ') || 'no output'}`,
      }),
    ),
    ...nodes.changed.items.map(
      (one): Line => ({ kind: 'changed', what: one.operator, name: one.name, detail: one.what.join(', ') }),
    ),
    ...tensors.added.items.map(
      (one): Line => ({ kind: 'added', what: 'weights', name: one.name, detail: shape(one.dims) }),
    ),
    ...tensors.removed.items.map(
      (one): Line => ({ kind: 'removed', what: 'weights', name: one.name, detail: shape(one.dims) }),
    ),
    ...tensors.changed.items.map(
      (one): Line => ({
        kind: 'changed',
        what: 'weights',
        name: one.name,
        detail:
          one.difference === undefined
            ? `${shape(one.fromDims)} → ${shape(one.dims)}`
            : `${percent(one.difference.fractionChanged)}, L2 ${one.difference.l2.toPrecision(3)}, at most ${one.difference.maxAbs.toPrecision(3)}`,
      }),
    ),
    ...[...ports, ...opsets, ...metadata].map(
      (one): Line => ({
        kind: 'changed',
        what: one.field,
        name: one.to || '—',
        detail: `was ${one.from || '—'}`,
      }),
    ),
  ]
}

const Lines = ({ lines }: { lines: readonly Line[] }) => (
  <ul aria-label="Changes" className="max-h-96 divide-y divide-line overflow-y-auto border-b border-line">
    {lines.map((line, at) => (
      <li key={at} className="flex flex-wrap items-baseline gap-x-2.5 gap-y-0.5 px-4 py-2">
        <Badge tone={SIGNS[line.kind].tone} icon={SIGNS[line.kind].icon}>
          {line.kind}
        </Badge>
        <span className="text-sm font-medium">{line.what}</span>
        <span className="min-w-0 font-mono text-xs break-all text-ink-2">{line.name}</span>
        <span className="text-xs text-ink-3">{line.detail}</span>
      </li>
    ))}
  </ul>
)

const Found = ({ found }: { found: ModelGraphDiff }) => {
  const { diff, picture } = found
  const word = WORDS[diff.verdict]
  const lines = linesOf(diff)
  const total = [
    diff.nodes.added,
    diff.nodes.removed,
    diff.nodes.changed,
    diff.tensors.added,
    diff.tensors.removed,
    diff.tensors.changed,
  ].reduce((sum, list) => sum + list.total - list.items.length, 0)
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-xs text-ink-3">
        <Badge tone={word.tone} icon={diff.verdict === 'identical' ? CircleCheck : Diff}>
          {word.text}
        </Badge>
        <span className="tnum">
          {diff.nodes.matched} nodes and {diff.tensors.same} tensors are the same
        </span>
        {diff.outputsRewired.length > 0 && (
          <span>outputs from another node: {diff.outputsRewired.join(', ')}</span>
        )}
      </p>
      {lines.length > 0 && <Lines lines={lines} />}
      {total > 0 && <p className="px-4 py-2 text-xs text-ink-3">{total} further changes are not listed.</p>}
      <GraphPicture picture={picture} label="Graph of this version with its changes" />
    </>
  )
}

type GraphDifferenceProps = { name: string; version: string; against: string | undefined }

/** Against the named version, else the one that is served by default. */
export const GraphDifference = ({ name, version, against }: GraphDifferenceProps) => {
  const query = useQuery(graphQueries.diff(name, version, against))
  if (query.data !== undefined) return <Found found={query.data} />
  if (query.isError) return <ProblemNotice error={query.error} title="Not compared" />
  return <BlockSkeleton height={240} />
}

export const VersionGraphDiff = ({ name, version }: { name: string; version: string }) => {
  const [against, setAgainst] = useState<string | undefined>()
  const versions = useQuery(queries.model(name))
  const others = (versions.data?.versions ?? []).map((one) => one.version).filter((one) => one !== version)
  const query = useQuery(graphQueries.diff(name, version, against))
  return (
    <>
      <label className="flex items-center gap-2 border-b border-line px-4 py-2 text-xs text-ink-3">
        Compared with
        <select
          className="h-7 rounded-md border border-line-strong bg-surface px-2 font-mono text-xs text-ink"
          value={against ?? query.data?.against ?? ''}
          onChange={(event) => setAgainst(event.target.value || undefined)}
        >
          {query.data === undefined && against === undefined && <option value="">choose a version</option>}
          {others.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <GraphDifference name={name} version={version} against={against} />
    </>
  )
}
