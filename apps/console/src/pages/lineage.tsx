/** What a version was made from and what was made from it: as a picture and as a list. */
import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { useMemo } from 'react'
import { useParams } from 'react-router'
import {
  type Direction,
  type LineageGraph,
  type LineageNode,
  lineageQueries,
} from '../api/lineage-queries.ts'
import type { Stage } from '../api/types.ts'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { StageBadge } from '../components/severity.tsx'
import { useParam, useSortParam } from '../components/use-filters.ts'
import { plural } from '../format/number.ts'
import { shortDigest } from '../format/text.ts'
import { GraphPicture } from '../graph/graph-picture.tsx'
import { kindWord, lineagePicture } from '../graph/lineage-picture.ts'
import { entityPath, pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { Segmented } from '../ui/field.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'

const NodeName = ({ node }: { node: LineageNode }) => {
  const path =
    node.kind === 'model-version' ? entityPath({ kind: 'model-version', id: node.label }) : undefined
  // Somebody may name a version that was never registered here.
  return path === undefined || node.digest === undefined ? (
    <span className="break-all">{node.label}</span>
  ) : (
    <TextLink to={path}>{node.label}</TextLink>
  )
}

const columns: readonly Column<LineageNode>[] = [
  { id: 'label', head: 'Name', sort: (row) => row.label, cell: (row) => <NodeName node={row} /> },
  { id: 'kind', head: 'Kind', sort: (row) => row.kind, cell: (row) => kindWord(row.kind) },
  {
    id: 'place',
    head: 'Place',
    sort: (row) => row.place,
    cell: (row) => <span className="text-ink-2">{row.place === 'self' ? 'this version' : row.place}</span>,
  },
  {
    id: 'distance',
    head: 'Steps',
    align: 'right',
    from: 'sm',
    sort: (row) => row.distance,
    cell: (row) => row.distance,
  },
  {
    id: 'stage',
    head: 'Stage',
    from: 'sm',
    sort: (row) => row.stage ?? '',
    cell: (row) =>
      row.stage === undefined ? (
        <span className="text-ink-3">—</span>
      ) : (
        <StageBadge stage={row.stage as Stage} />
      ),
  },
  {
    id: 'digest',
    head: 'Digest',
    from: 'md',
    cell: (row) =>
      row.digest === undefined ? (
        <span className="text-ink-3">—</span>
      ) : (
        <CopyText value={row.digest} shown={shortDigest(row.digest)} what="digest" />
      ),
  },
]

const Taints = ({ taints }: { taints: LineageGraph['taints'] }) => (
  <p
    role="note"
    className="flex flex-wrap items-center gap-2 rounded-lg border border-high/30 bg-high/10 px-4 py-2.5"
  >
    <Badge tone="high" icon={TriangleAlert} bare>
      Descends from
    </Badge>
    {taints.map(({ id, label, stage, distance }) => (
      <span key={id}>
        <TextLink to={entityPath({ kind: 'model-version', id: label }) ?? pb.models()}>{label}</TextLink>,
        which is {stage} ({plural(distance, 'step')} away)
      </span>
    ))}
  </p>
)

const Found = ({ graph, version }: { graph: LineageGraph; version: string }) => {
  const [sort, setSort] = useSortParam('distance')
  const drawn = useMemo(() => lineagePicture(graph), [graph])
  if (graph.nodes.length === 1)
    return (
      <Card>
        <Empty
          title="Nobody has said where this version comes from"
          command={`npx rampart lineage import ${version} bom.json`}
        >
          Lineage comes from registries, from OpenLineage events sent to /api/v1/lineage, and from bills of
          materials.
        </Empty>
      </Card>
    )
  return (
    <>
      {graph.taints.length > 0 && <Taints taints={graph.taints} />}
      <Card
        title="Picture"
        note={`causes above, effects below${graph.truncated ? '; there is more than is shown' : ''}`}
        flush
      >
        <GraphPicture picture={drawn.picture} label="Lineage of this version" focus={drawn.root} />
      </Card>
      <Card title="List" note={plural(graph.nodes.length, 'node')} flush>
        <DataTable
          label="Nodes of the lineage"
          columns={columns}
          rows={sortRows(graph.nodes, columns, sort)}
          rowKey={(row) => row.id}
          sort={sort}
          onSort={setSort}
        />
      </Card>
    </>
  )
}

export const LineagePage = () => {
  const { name = '', version = '' } = useParams()
  const [direction, setDirection] = useParam('direction', 'both')
  const [depth, setDepth] = useParam('depth', '5')
  const query = useQuery(
    lineageQueries.graph(name, version, { depth: Number(depth), direction: direction as Direction }),
  )
  return (
    <Page
      title={`Lineage of ${name}:${version}`}
      crumbs={[
        { label: 'Models', to: pb.models() },
        { label: name, to: pb.model(name) },
        { label: version, to: pb.version(name, version) },
      ]}
      description="As registries, pipelines and bills of materials state it."
    >
      <div className="flex flex-wrap items-center gap-2">
        <Segmented
          label="Direction"
          value={direction}
          onChange={setDirection}
          choices={['both', 'ancestors', 'descendants'].map((value) => ({ value, label: value }))}
        />
        <Segmented
          label="Steps"
          value={depth}
          onChange={setDepth}
          choices={['1', '3', '5', '20'].map((value) => ({
            value,
            label: value === '1' ? '1 step' : `${value} steps`,
          }))}
        />
      </div>
      {query.data !== undefined ? (
        <Found graph={query.data} version={`${name}:${version}`} />
      ) : query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <BlockSkeleton height={320} />
      )}
    </Page>
  )
}
