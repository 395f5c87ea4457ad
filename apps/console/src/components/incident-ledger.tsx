/** The score as a table: every contribution, what was done with it, and how the groups add up. */
import type { Contribution, IncidentDetail } from '../api/incident-queries.ts'
import { statistic } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Ago } from '../ui/time.tsx'
import { EntityLink, RowLink } from './entity-link.tsx'
import { SeverityBadge } from './severity.tsx'

const noteOf = ({ capped, counted, weight }: Contribution): string =>
  [
    ...(counted ? [] : ['not counted: beyond the strongest ten']),
    ...(capped ? ['capped by severity'] : []),
    ...(weight < 0.995 ? [`weighs ${Math.round(weight * 100)} %`] : []),
  ].join(', ')

const COLUMNS: readonly Column<Contribution>[] = [
  {
    id: 'severity',
    head: 'Severity',
    from: 'sm',
    cell: (row) => <SeverityBadge bare severity={row.severity} />,
  },
  {
    id: 'signal',
    head: 'Signal',
    className: 'min-w-44 wrap-anywhere',
    cell: (row) => (
      <>
        <RowLink to={pb.signal(row.signal)}>{row.title}</RowLink>
        <div className="font-mono text-2xs text-ink-3">{row.rule}</div>
      </>
    ),
  },
  {
    id: 'entity',
    head: 'About',
    from: 'md',
    className: 'min-w-32',
    cell: (row) => <EntityLink entity={row.entity as never} short />,
  },
  {
    id: 'basis',
    head: 'From',
    from: 'lg',
    cell: (row) => (
      <span
        className="text-xs text-ink-2"
        title={
          row.pValue === undefined
            ? 'How often the detector was right, by how its incidents were judged'
            : undefined
        }
      >
        <span className="whitespace-nowrap">
          {row.pValue === undefined ? 'its record' : `p = ${statistic(row.pValue)}`}
        </span>
        {noteOf(row) !== '' && <span className="block text-2xs text-ink-3">{noteOf(row)}</span>}
      </span>
    ),
  },
  { id: 'e', head: 'e-value', align: 'right', from: 'lg', cell: (row) => statistic(row.eValue) },
  { id: 'time', head: 'Last', align: 'right', from: 'md', cell: (row) => <Ago time={row.time} /> },
  {
    id: 'decibans',
    head: 'Decibans',
    align: 'right',
    cell: (row) => (
      <span className={row.counted ? 'font-medium' : 'text-ink-3 line-through'}>
        {row.decibans.toFixed(1)}
      </span>
    ),
  },
]

export const LedgerCard = ({ ledger }: { ledger: IncidentDetail['ledger'] }) => {
  const { contributions, groups, sources, score } = ledger
  const capped = sources.filter(({ decibans, uncapped }) => uncapped > decibans)
  return (
    <Card
      title="Ledger"
      note="averaged inside a group of evidence, added across groups; 10 decibans are odds of 10 to 1"
      flush
    >
      <DataTable
        label="Contributions to the score"
        columns={COLUMNS}
        rows={contributions}
        rowKey={(row) => row.key}
      />
      <table aria-label="Groups of evidence" className="w-full border-t border-line bg-sunken text-sm">
        <tbody>
          {groups.map(({ group, decibans }) => (
            <tr key={group}>
              <th scope="row" className="py-1 pl-4 text-left font-normal text-ink-2">
                group <span className="font-mono text-xs">{group}</span>
              </th>
              <td className="tnum py-1 pr-4 text-right">{decibans.toFixed(1)}</td>
            </tr>
          ))}
          {capped.map(({ source, decibans, uncapped }) => (
            <tr key={source} className="text-ink-3">
              <th scope="row" className="py-1 pl-4 text-left font-normal">
                cap of the source {source}
              </th>
              <td className="tnum py-1 pr-4 text-right">{(decibans - uncapped).toFixed(1)}</td>
            </tr>
          ))}
          <tr className="border-t border-line font-medium">
            <th scope="row" className="py-1.5 pl-4 text-left">
              Score
            </th>
            <td className="tnum py-1.5 pr-4 text-right">{score.toFixed(1)}</td>
          </tr>
        </tbody>
      </table>
    </Card>
  )
}
