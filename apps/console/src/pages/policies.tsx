/** The policy packs in use. */
import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { RowLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Ago } from '../ui/time.tsx'

const PURPOSE: Readonly<Record<string, string>> = {
  authz: 'which role may do what to the control API',
  promotion: 'who may move a model version to which stage',
  inference: 'who may call which route',
}

export const PoliciesPage = () => {
  const query = useQuery(queries.policies())
  return (
    <Page
      title="Policies"
      description="Rego packs that decide; edits are compiled and tested before they take effect"
    >
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Policy packs"
            rows={query.data?.items}
            rowKey={(row) => row.pack}
            skeletonRows={3}
            columns={[
              {
                id: 'pack',
                head: 'Pack',
                cell: (row) => <RowLink to={pb.policy(row.pack)}>{row.pack}</RowLink>,
              },
              {
                id: 'purpose',
                head: 'Decides',
                from: 'sm',
                cell: (row) => <span className="text-ink-2">{PURPOSE[row.pack] ?? row.message}</span>,
              },
              { id: 'version', head: 'Version', align: 'right', cell: (row) => row.version },
              {
                id: 'origin',
                head: 'Origin',
                from: 'md',
                cell: (row) => (
                  <Badge bare>{row.differsFromShipped ? 'differs from shipped' : 'as shipped'}</Badge>
                ),
              },
              {
                id: 'tests',
                head: 'Tests passed',
                align: 'right',
                from: 'md',
                cell: (row) => row.testsPassed,
              },
              {
                id: 'digest',
                head: 'Digest',
                from: 'lg',
                cell: (row) => <CopyText value={row.digest} shown={shortDigest(row.digest)} what="digest" />,
              },
              {
                id: 'author',
                head: 'By',
                from: 'md',
                cell: (row) => <span className="text-ink-2">{row.author}</span>,
              },
              {
                id: 'createdAt',
                head: 'Since',
                align: 'right',
                cell: (row) => <Ago time={row.createdAt} className="text-ink-2" />,
              },
            ]}
          />
        </Card>
      )}
    </Page>
  )
}
