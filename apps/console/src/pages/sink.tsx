/** One sink: does it deliver, what waits, what its receiver refused for good and why, and sending that again. */
import { useQuery } from '@tanstack/react-query'
import { MailCheck } from 'lucide-react'
import { useState } from 'react'
import { useParams } from 'react-router'
import { type DeadLetter, type SinkItem, siemQueries } from '../api/siem-queries.ts'
import { Page } from '../components/page.tsx'
import { Loaded, ProblemNotice } from '../components/query-state.tsx'
import { QueueMeter, RetryButton, SinkBadge } from '../components/siem-parts.tsx'
import { acceptedMeans, lagWords, sinkSentence, unsentOf } from '../components/sink-state.ts'
import { useParam } from '../components/use-filters.ts'
import { count, plural } from '../format/number.ts'
import { shortId } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

export const SinkPage = () => {
  const { name = '' } = useParams()
  const query = useQuery(siemQueries.sink(name))
  return (
    <Page
      title={name}
      crumbs={[{ label: 'SIEM', to: pb.siem() }]}
      badges={
        query.data && (
          <>
            <SinkBadge sink={query.data} />
            <Badge>{query.data.spec.type}</Badge>
          </>
        )
      }
      description={query.data && sinkSentence(query.data)}
    >
      <Loaded query={query} skeleton={<BlockSkeleton height={360} />}>
        {(sink) => (
          <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
            <div className="flex min-w-0 flex-col gap-4">
              <Delivery sink={sink} />
              <DeadLetters sink={sink} />
            </div>
            <Description sink={sink} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

const Delivery = ({ sink }: { sink: SinkItem }) => {
  const { status } = sink
  return (
    <Card title="Delivery">
      <FactList>
        <Fact label="Delivered">
          <span className="tnum">{count(status.delivered)}</span>
        </Fact>
        <Fact label="Last delivery">
          <Ago time={status.lastDeliveredAt} />
        </Fact>
        <Fact label="Not sent yet">
          <span className="tnum">{plural(unsentOf(sink), 'record')}</span>
        </Fact>
        {unsentOf(sink) > 0 && <Fact label="The oldest waits for">{lagWords(status.lagSeconds)}</Fact>}
        {status.leftOut > 0 && (
          <Fact label="Left out by sampling and filter">
            <span className="tnum">{plural(status.leftOut, 'record')}</span>
          </Fact>
        )}
        {status.held > 0 && (
          <Fact label="Kept in case of a break">
            <span className="tnum">{plural(status.held, 'record')}</span>
          </Fact>
        )}
        <Fact label="Queue">
          <QueueMeter sink={sink} />
        </Fact>
      </FactList>
      {status.lastError !== undefined && (
        <p
          className={`mt-4 rounded-md border px-3 py-2 ${status.failures > 0 ? 'border-high/30 bg-high/8' : 'border-line bg-sunken text-ink-2'}`}
        >
          <span className="font-medium">{status.failures > 0 ? 'It fails' : 'Last error'}:</span>{' '}
          <span className="wrap-anywhere">{status.lastError}</span>
          <span className="block text-xs text-ink-3">
            {status.failures > 0 && `${plural(status.failures, 'failure')} in a row, `}
            <Ago time={status.lastErrorAt} />
          </span>
        </p>
      )}
    </Card>
  )
}

const Description = ({ sink: { spec, revision, updatedAt, updatedBy } }: { sink: SinkItem }) => (
  <Card title="Where to, and what">
    <dl className="flex flex-col gap-3">
      <Fact label="Address">
        <span className="font-mono text-xs wrap-anywhere">{spec.url}</span>
      </Fact>
      <Fact label="Format">{spec.format ?? (spec.type === 'syslog' ? 'rfc5424' : 'json')}</Fact>
      <Fact label="Delivered means">{acceptedMeans(spec)}</Fact>
      <Fact label="Records">
        <span className="flex flex-wrap gap-1">
          {(spec.filter?.types ?? ['all but inference and sightings']).map((type) => (
            <Badge key={type}>{type}</Badge>
          ))}
        </span>
      </Fact>
      {spec.filter?.minSeverity !== undefined && <Fact label="From severity">{spec.filter.minSeverity}</Fact>}
      {spec.filter?.names !== undefined && <Fact label="Detectors">{spec.filter.names.join(', ')}</Fact>}
      {spec.mapping !== undefined && (
        <Fact label="Own fields">
          <span className="font-mono text-xs wrap-anywhere">
            {Object.entries(spec.mapping)
              .map(([key, path]) => `${key} = ${path}`)
              .join(', ')}
          </span>
        </Fact>
      )}
      <Fact label="Written">
        revision {revision} by {updatedBy}, <Ago time={updatedAt} />
      </Fact>
    </dl>
  </Card>
)

const DeadLetters = ({ sink: { name, status } }: { sink: SinkItem }) => {
  const [cursor, setCursor] = useParam('cursor')
  const [shown, setShown] = useState<DeadLetter>()
  const query = useQuery(siemQueries.deadLetters(name, cursor))
  const next = query.data?.nextCursor
  const columns: readonly Column<DeadLetter>[] = [
    {
      id: 'reason',
      head: 'Refused because',
      className: 'min-w-40',
      cell: (row) => <span className="wrap-anywhere">{row.reason}</span>,
    },
    {
      id: 'what',
      head: 'Record',
      from: 'md',
      cell: (row) => <span className="line-clamp-2 text-ink-2">{wordsOf(row.record)}</span>,
    },
    {
      id: 'id',
      head: 'Event id',
      from: 'lg',
      cell: (row) => <CopyText value={row.eventId} shown={shortId(row.eventId)} what="event id" />,
    },
    {
      id: 'at',
      head: 'Queued',
      align: 'right',
      from: 'sm',
      cell: (row) => <Ago time={row.queuedAt} className="text-ink-2" />,
    },
    {
      id: 'do',
      head: <span className="sr-only">Action</span>,
      align: 'right',
      cell: (row) => (
        <span className="inline-flex justify-end gap-1.5">
          <Button size="sm" variant="ghost" onClick={() => setShown(row)}>
            Look
          </Button>
          <RetryButton sink={name} count={1} eventIds={[row.eventId]} size="sm" />
        </span>
      ),
    },
  ]
  return (
    <Card
      title="Dead letters"
      note={status.dead === 0 ? undefined : plural(status.dead, 'record')}
      flush
      actions={
        <>
          {cursor !== '' && (
            <Button size="sm" variant="ghost" onClick={() => setCursor('')}>
              Newest
            </Button>
          )}
          {next !== undefined && (
            <Button size="sm" variant="ghost" onClick={() => setCursor(next)}>
              Older
            </Button>
          )}
          {status.dead > 0 && <RetryButton sink={name} count={status.dead} size="sm" />}
        </>
      }
    >
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <DataTable
          label="Dead letters"
          columns={columns}
          rows={query.data?.items}
          rowKey={(row) => row.seq}
          skeletonRows={2}
          empty={
            <Empty icon={MailCheck} title="The receiver refused nothing for good">
              A record that it never will take ends here with the reason, and can be sent again.
            </Empty>
          }
        />
      )}
      {shown !== undefined && (
        <Dialog
          open
          onOpenChange={() => setShown(undefined)}
          title="Dead letter"
          description={shown.reason}
          wide
        >
          <JsonView label="Record" value={shown.record} />
        </Dialog>
      )}
    </Card>
  )
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The record's title, or its type where it has none. */
const wordsOf = (record: DeadLetter['record']): string =>
  text(record['title']) || text(record['schema']).replace(/\/\d+$/, '')
