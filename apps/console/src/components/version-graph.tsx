/** The graph of a version: its picture with lint findings, and what changed against another version. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDot, Diff, ShieldAlert } from 'lucide-react'
import { useId, useState } from 'react'
import { type GraphFinding, graphQueries, type ModelGraph } from '../api/graph-queries.ts'
import { ApiProblem } from '../api/problem.ts'
import type { Passport } from '../api/types.ts'
import { GraphPicture } from '../graph/graph-picture.tsx'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { ProblemNotice } from './query-state.tsx'
import { SeverityBadge } from './severity.tsx'
import { VersionGraphDiff } from './version-graph-diff.tsx'

const WORDS: Record<ModelGraph['lint']['verdict'], { tone: Tone; icon: typeof CircleCheck; text: string }> = {
  clean: { tone: 'ok', icon: CircleCheck, text: 'no trigger found' },
  suspicious: { tone: 'high', icon: ShieldAlert, text: 'needs a look' },
}

/** A place inside of a branch or function belongs to the node of the top level around it. */
const boxOf = (graph: ModelGraph, { location }: GraphFinding): number | undefined =>
  graph.picture.boxes.find(({ name }) => name === location.split('/')[0])?.id

const Findings = ({ graph, onShow }: { graph: ModelGraph; onShow: (box: number) => void }) => (
  <ul aria-label="Lint findings" className="divide-y divide-line border-b border-line">
    {graph.lint.findings.map((finding) => {
      const box = boxOf(graph, finding)
      return (
        <li key={`${finding.rule} ${finding.location}`} className="px-4 py-2.5">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <SeverityBadge severity={finding.severity} />
            <span className="font-medium">{finding.rule}</span>
            {box === undefined ? (
              <span className="font-mono text-xs break-all text-ink-3">{finding.location}</span>
            ) : (
              <button
                type="button"
                className="font-mono text-xs break-all text-accent hover:underline"
                onClick={() => onShow(box)}
              >
                {finding.location}
              </button>
            )}
          </div>
          <p className="mt-1 text-sm text-ink-2">{finding.message}</p>
          <p className="mt-0.5 text-xs text-ink-3">{finding.reason}</p>
        </li>
      )
    })}
  </ul>
)

const GraphView = ({ graph }: { graph: ModelGraph }) => {
  const [focus, setFocus] = useState<number | undefined>()
  const word = WORDS[graph.lint.verdict]
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2 text-xs text-ink-3">
        <Badge tone={word.tone} icon={word.icon}>
          {word.text}
        </Badge>
        <span className="tnum">{graph.lint.nodes} nodes</span>
        <span>
          opset {graph.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? '?'}
        </span>
        <span className="min-w-0 break-all">{graph.producer}</span>
      </p>
      {graph.lint.findings.length > 0 && <Findings graph={graph} onShow={setFocus} />}
      {graph.lint.omitted > 0 && (
        <p className="px-4 py-2 text-xs text-ink-3">{graph.lint.omitted} further findings are not listed.</p>
      )}
      <GraphPicture picture={graph.picture} label="Graph of the model" focus={focus} />
    </>
  )
}

export const VersionGraph = ({ passport: { name, version } }: { passport: Passport }) => {
  const [tab, setTab] = useState('graph')
  const panel = useId()
  const query = useQuery(graphQueries.graph(name, version))
  // Models of other formats have no graph; that is no error of this page.
  if (query.error instanceof ApiProblem && query.error.code === 'TRUST_GRAPH_UNREADABLE') return null
  return (
    <Card title="Graph" note="as the file holds it" flush>
      <div className="px-4">
        <Tabs
          label="Graph views"
          tabs={[
            {
              id: 'graph',
              label: (
                <>
                  <CircleDot aria-hidden className="size-3.5" /> Graph
                </>
              ),
            },
            {
              id: 'changes',
              label: (
                <>
                  <Diff aria-hidden className="size-3.5" /> Changes
                </>
              ),
            },
          ]}
          active={tab}
          onSelect={setTab}
        />
      </div>
      <div role="tabpanel" id={panel} aria-label={tab === 'graph' ? 'Graph' : 'Changes'}>
        {tab === 'changes' ? (
          <VersionGraphDiff name={name} version={version} />
        ) : query.data !== undefined ? (
          <GraphView graph={query.data} />
        ) : query.isError ? (
          <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <BlockSkeleton height={240} />
        )}
      </div>
    </Card>
  )
}
