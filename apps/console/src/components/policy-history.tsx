/** Versions of a pack, newest first; any earlier one can be put in force again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { rollbackPolicy } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import type { PolicyRevision } from '../api/types.ts'
import { shortDigest } from '../format/text.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Ago } from '../ui/time.tsx'
import { ProblemNotice } from './query-state.tsx'

type Props = { pack: string; version: number; etag: string | undefined }

export const PolicyHistory = ({ pack, version, etag }: Props) => {
  const query = useQuery(queries.policyHistory(pack))
  const [chosen, setChosen] = useState<PolicyRevision>()
  if (query.isError) return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <Card flush>
      <DataTable
        label="Versions"
        rows={query.data?.items}
        rowKey={(row) => String(row.version)}
        columns={[
          {
            id: 'version',
            head: 'Version',
            cell: (row) => <span className="tnum font-medium">{row.version}</span>,
          },
          {
            id: 'message',
            head: 'Change',
            cell: (row) =>
              row.message === '' ? <span className="text-ink-3">{row.origin}</span> : row.message,
          },
          {
            id: 'author',
            head: 'By',
            from: 'sm',
            cell: (row) => <span className="text-ink-2">{row.author}</span>,
          },
          { id: 'tests', head: 'Tests passed', align: 'right', from: 'md', cell: (row) => row.testsPassed },
          {
            id: 'digest',
            head: 'Digest',
            from: 'md',
            cell: (row) => <CopyText value={row.digest} shown={shortDigest(row.digest)} what="digest" />,
          },
          {
            id: 'time',
            head: 'When',
            align: 'right',
            cell: (row) => <Ago time={row.createdAt} className="text-ink-2" />,
          },
          {
            id: 'do',
            head: <span className="sr-only">Action</span>,
            align: 'right',
            cell: (row) =>
              row.version === version ? (
                <Badge tone="accent">in force</Badge>
              ) : (
                <Button size="sm" onClick={() => setChosen(row)}>
                  Roll back
                </Button>
              ),
          },
        ]}
      />
      {chosen !== undefined && (
        <RollbackDialog pack={pack} etag={etag} revision={chosen} onClose={() => setChosen(undefined)} />
      )}
    </Card>
  )
}

type RollbackProps = {
  pack: string
  etag: string | undefined
  revision: PolicyRevision
  onClose: () => void
}

const RollbackDialog = ({ pack, etag, revision, onClose }: RollbackProps) => {
  const client = useQueryClient()
  const rollback = useMutation({
    mutationFn: () => rollbackPolicy(pack, revision.version, etag ?? '*'),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['policies'] })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Roll ${pack} back to version ${revision.version}`}
      description="Its files become the newest version; every decision from now on is made by them. The step is audited and can be rolled back itself."
    >
      {rollback.isError && <ProblemNotice title="Not rolled back" error={rollback.error} />}
      <div className="mt-3 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="primary" busy={rollback.isPending} onClick={() => rollback.mutate()}>
          Roll back
        </Button>
      </div>
    </Dialog>
  )
}
