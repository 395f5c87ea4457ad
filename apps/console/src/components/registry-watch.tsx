/** What is approved, what the registry says and what is served, row by row: the same bytes, or why not. */
import { useQuery } from '@tanstack/react-query'
import {
  CircleCheck,
  CircleDashed,
  CircleHelp,
  type LucideIcon,
  Replace,
  ShieldX,
  Trash2,
  TriangleAlert,
} from 'lucide-react'
import { registryQueries, type WatchRow } from '../api/registry-queries.ts'
import { plural } from '../format/number.ts'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { EntityLink, TextLink } from './entity-link.tsx'
import { ProblemNotice } from './query-state.tsx'

const STATES: Readonly<Record<WatchRow['state'], { icon: LucideIcon; tone: Tone; word: string }>> = {
  match: { icon: CircleCheck, tone: 'ok', word: 'the same bytes' },
  'other-served': { icon: Replace, tone: 'low', word: 'another one is served' },
  'not-served': { icon: CircleDashed, tone: 'neutral', word: 'not served' },
  unapproved: { icon: ShieldX, tone: 'high', word: 'not approved' },
  'bytes-changed': { icon: TriangleAlert, tone: 'critical', word: 'bytes changed' },
  'source-changed': { icon: TriangleAlert, tone: 'high', word: 'source changed' },
  deleted: { icon: Trash2, tone: 'medium', word: 'deleted there' },
  unknown: { icon: CircleHelp, tone: 'neutral', word: 'not known here yet' },
}

const Digest = ({ digest }: { digest: string | undefined }) =>
  digest === undefined ? null : <CopyText value={digest} shown={shortDigest(digest)} what="digest" />

const Says = ({ row }: { row: WatchRow }) => (
  <span className="flex flex-col">
    <span className="text-xs">
      {row.ref === undefined ? (
        <span className="text-ink-2">version {row.version}</span>
      ) : (
        <EntityLink entity={{ kind: 'model-version', id: row.ref }} bare />
      )}
    </span>
    <Digest digest={row.observedDigest ?? row.digest} />
    <span className="text-xs text-ink-3">
      since <Ago time={row.since} />
    </span>
  </span>
)

const Bytes = ({ items }: { items: readonly { key: string; label: React.ReactNode; digest: string }[] }) =>
  items.length === 0 ? (
    <span className="text-ink-3">none</span>
  ) : (
    <ul className="flex flex-col gap-1">
      {items.map(({ key, label, digest }) => (
        <li key={key} className="flex flex-col text-xs">
          {label}
          <Digest digest={digest} />
        </li>
      ))}
    </ul>
  )

const columns = (withRegistry: boolean): readonly Column<WatchRow>[] => [
  {
    id: 'model',
    head: 'Model there',
    className: 'min-w-28',
    cell: (row) => (
      <span className="flex flex-col wrap-anywhere">
        <span className="font-medium">
          {row.model} {row.alias !== undefined && <Badge>{row.alias}</Badge>}
        </span>
        {withRegistry && (
          <TextLink to={pb.registry(row.registry)} className="text-xs">
            {row.registry}
          </TextLink>
        )}
      </span>
    ),
  },
  {
    id: 'state',
    head: 'State',
    cell: ({ state, reasons, signals }) => (
      <span className="flex flex-col items-start gap-0.5">
        <Badge tone={STATES[state].tone} icon={STATES[state].icon}>
          {STATES[state].word}
        </Badge>
        {reasons.length > 0 && <span className="text-xs wrap-anywhere text-ink-2">{reasons.join('; ')}</span>}
        {signals.length > 0 && (
          <TextLink to={pb.signals({ state: 'open' })} className="text-xs">
            {plural(signals.length, 'open signal')}
          </TextLink>
        )}
      </span>
    ),
  },
  {
    id: 'approved',
    head: 'Approved',
    from: 'md',
    cell: ({ approved }) => (
      <Bytes
        items={approved.map(({ name, version, digest }) => ({
          key: `${name}:${version}`,
          digest,
          label: <EntityLink entity={{ kind: 'model-version', id: `${name}:${version}` }} bare />,
        }))}
      />
    ),
  },
  { id: 'says', head: 'The registry says', from: 'sm', cell: (row) => <Says row={row} /> },
  {
    id: 'served',
    head: 'Served',
    from: 'sm',
    cell: ({ served }) => (
      <Bytes
        items={served.map(({ route, name, version, digest, where }) => ({
          key: `${route} ${where} ${version}`,
          digest,
          label: (
            <span>
              <TextLink to={pb.route(route)}>{route}</TextLink> {name}:{version}
              {where !== 'control-plane' && <span className="text-ink-3"> at {where}</span>}
            </span>
          ),
        }))}
      />
    ),
  },
]

/** Of one registry, or of all. */
export const RegistryWatch = ({ registry }: { registry?: string }) => {
  const query = useQuery(registryQueries.watch(registry))
  const rows = query.data?.items
  const more = (query.data?.total ?? 0) - (rows?.length ?? 0)
  return (
    <Card
      title="Approved, said and served"
      note="one row per alias, and per version that is not what it was"
      flush
    >
      {query.isError && rows === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="What is approved, what registries say, what is served"
          columns={columns(registry === undefined)}
          rows={rows}
          rowKey={(row) => `${row.registry} ${row.model} ${row.alias ?? ''} ${row.version}`}
          skeletonRows={2}
          empty={
            <Empty title="No alias points anywhere">
              Rows appear when a registry gives a version an alias or stage.
            </Empty>
          }
        />
      )}
      {more > 0 && <p className="px-4 py-2 text-xs text-ink-3">{more} further rows are not listed.</p>}
    </Card>
  )
}
