/** Whose signatures count: trusted and revoked signers, their identities and scope. */
import { useQuery } from '@tanstack/react-query'
import { Signature } from 'lucide-react'
import { useState } from 'react'
import { type Signer, signerQueries } from '../api/signer-queries.ts'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { SignerDialog } from '../components/signer-dialog.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

export const SignersPage = () => {
  const query = useQuery(signerQueries.signers())
  const [shown, setShown] = useState<Signer>()
  return (
    <Page title="Signers" description="People and pipelines elsewhere whose signatures on models count.">
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Signers"
            rows={query.data?.items}
            rowKey={(row) => row.name}
            skeletonRows={2}
            columns={[
              { id: 'name', head: 'Name', cell: (row) => <span className="font-medium">{row.name}</span> },
              {
                id: 'state',
                head: 'State',
                cell: (row) => <Badge tone={row.state === 'trusted' ? 'ok' : 'high'}>{row.state}</Badge>,
              },
              {
                id: 'identities',
                head: 'Identities',
                from: 'sm',
                cell: (row) => <span className="tnum text-ink-2">{row.identities.length}</span>,
              },
              {
                id: 'models',
                head: 'Speaks about',
                from: 'sm',
                cell: (row) => (
                  <span className="text-ink-2">{row.spec.models?.join(', ') ?? 'all models'}</span>
                ),
              },
              {
                id: 'updatedAt',
                head: 'Changed',
                align: 'right',
                from: 'sm',
                cell: (row) => <Ago time={row.updatedAt} />,
              },
              {
                id: 'do',
                head: <span className="sr-only">Action</span>,
                align: 'right',
                cell: (row) => (
                  <Button size="sm" variant="ghost" onClick={() => setShown(row)}>
                    Details
                  </Button>
                ),
              },
            ]}
            empty={
              <Empty icon={Signature} title="No signer is trusted">
                Apply a manifest of the kind Signer; then hand in what it signed with rampart attest.
              </Empty>
            }
          />
        </Card>
      )}
      {shown !== undefined && <SignerDialog signer={shown} onClose={() => setShown(undefined)} />}
    </Page>
  )
}
