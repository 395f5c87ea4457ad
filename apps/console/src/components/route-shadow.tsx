/** A shadow: what a candidate would have answered, compared with what was answered. */
import type { RoutePlan } from '../api/types.ts'
import { count, percent, statistic } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { TextLink } from './entity-link.tsx'

type Shadow = NonNullable<RoutePlan['shadow']>
type Example = Shadow['examples'][number]

const answer = ({ label, score }: Example['primary']): string =>
  [label, score === undefined ? undefined : statistic(score)]
    .filter((part) => part !== undefined)
    .join(', ') || '–'

const COLUMNS: readonly Column<Example>[] = [
  { id: 'primary', head: 'Answered', cell: (row) => answer(row.primary) },
  { id: 'shadow', head: 'Shadow says', cell: (row) => answer(row.shadow) },
  { id: 'largest', head: 'Largest difference', align: 'right', cell: (row) => statistic(row.largest) },
  {
    id: 'request',
    head: 'Request',
    from: 'md',
    cell: (row) => <span className="font-mono text-xs">{row.requestId ?? '–'}</span>,
  },
  { id: 'time', head: 'When', align: 'right', cell: (row) => <Ago time={row.time} className="text-ink-2" /> },
]

export const RouteShadow = ({ shadow }: { shadow: Shadow }) => (
  <Card
    title="Shadow"
    note={
      <TextLink to={pb.version(shadow.model, shadow.version)}>
        {shadow.model}:{shadow.version}
      </TextLink>
    }
    flush
  >
    <div className="px-4 py-3">
      <FactList>
        <Fact label="Equal">
          <span className="tnum font-medium">
            {shadow.compared === 0 ? '–' : percent(shadow.equal / shadow.compared)}
          </span>{' '}
          <span className="text-ink-3">of {count(shadow.compared)} compared</span>
        </Fact>
        <Fact label="Labels differ">
          <span className="tnum">{count(shadow.labelsDiffer)}</span>
        </Fact>
        <Fact label="Numbers differ">
          <span className="tnum">{count(shadow.floatsDiffer)}</span>{' '}
          <span className="text-ink-3">by up to {statistic(shadow.largest)}</span>
        </Fact>
        <Fact label="Copied">
          <span className="tnum">{count(shadow.sent)}</span>
        </Fact>
        <Fact label="Failed">
          <span className="tnum">{count(shadow.failed)}</span>
        </Fact>
        <Fact label="Left out under load">
          <span className="tnum">{count(shadow.dropped)}</span>
        </Fact>
      </FactList>
    </div>
    <div className="border-t border-line">
      <DataTable
        label="Differing answers"
        columns={COLUMNS}
        rows={shadow.examples}
        rowKey={(row) => `${row.time} ${row.requestId ?? ''}`}
        empty={<Empty title="No answer differed" />}
      />
    </div>
  </Card>
)
