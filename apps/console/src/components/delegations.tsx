/** Rights to approve that were handed over: to whom, until when; handing over the own, and taking it back. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Handshake } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { approvalQueries, type Delegation, delegateApproval, endDelegation } from '../api/approval-queries.ts'
import { queries } from '../api/queries.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SelectField, TextAreaField, TextField } from '../ui/field.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { ProblemNotice } from './query-state.tsx'

const TONES: Readonly<Record<Delegation['state'], Tone>> = {
  active: 'ok',
  ended: 'neutral',
  revoked: 'neutral',
}
const DAY_MS = 86_400_000
const SPANS = [
  { value: '1', label: '1 day' },
  { value: '3', label: '3 days' },
  { value: '7', label: '1 week' },
  { value: '14', label: '2 weeks' },
  { value: '30', label: '30 days' },
]

const COLUMNS: readonly Column<Delegation>[] = [
  { id: 'state', head: 'State', cell: (row) => <Badge tone={TONES[row.state]}>{row.state}</Badge> },
  { id: 'holder', head: 'Right of', className: 'wrap-anywhere', cell: (row) => row.holder },
  {
    id: 'delegate',
    head: 'Used by',
    className: 'wrap-anywhere',
    cell: (row) => <span className="font-medium">{row.delegate}</span>,
  },
  { id: 'roles', head: 'As', from: 'md', cell: (row) => row.roles.join(', ') },
  {
    id: 'reason',
    head: 'Why',
    from: 'lg',
    cell: (row) => <span className="text-ink-2">{row.reason}</span>,
  },
  { id: 'until', head: 'Until', align: 'right', from: 'sm', cell: (row) => <Ago time={row.until} /> },
  {
    id: 'do',
    head: <span className="sr-only">Action</span>,
    align: 'right',
    cell: (row) => row.state === 'active' && <EndButton delegation={row} />,
  },
]

export const Delegations = () => {
  const query = useQuery(approvalQueries.delegations())
  const [open, setOpen] = useState(false)
  if (query.isError && query.data === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <Card
      title="Rights handed over"
      flush
      actions={
        <Button size="sm" onClick={() => setOpen(true)}>
          Hand over my right
        </Button>
      }
    >
      <DataTable
        label="Rights handed over"
        columns={COLUMNS}
        rows={query.data?.items}
        rowKey={(row) => row.id}
        skeletonRows={2}
        empty={
          <Empty
            icon={Handshake}
            title="Nobody has handed over the right to approve"
            command="npx rampart delegate --to user:NAME --until 7d"
          >
            Before being away, hand it to somebody for a time; what they approve counts as yours, never twice.
          </Empty>
        }
      />
      {open && <DelegateDialog onClose={() => setOpen(false)} />}
    </Card>
  )
}

const useRefresh = () => {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['approvals'] })
}

const DelegateDialog = ({ onClose }: { onClose: () => void }) => {
  const refresh = useRefresh()
  const session = useQuery(queries.session()).data
  const [to, setTo] = useState('')
  const [days, setDays] = useState('7')
  const [reason, setReason] = useState('')
  const work = useMutation({
    mutationFn: () =>
      delegateApproval({
        to: to.trim(),
        until: new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
        reason: reason.trim(),
      }),
    onSuccess: async () => {
      await refresh()
      onClose()
    },
  })
  const missing = !/^\w+:.+$/.test(to.trim())
    ? 'Name the person as user:NAME'
    : reason.trim() === ''
      ? 'Give a reason first'
      : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (missing === undefined) work.mutate()
  }
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Hand over my right to approve"
      description={
        session && `You are ${session.principal.kind}:${session.principal.id}. You keep your right as well.`
      }
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="To"
          placeholder="user:maria"
          value={to}
          maxLength={200}
          autoFocus
          onChange={(event) => setTo(event.target.value)}
        />
        <SelectField
          label="For"
          value={days}
          choices={SPANS}
          onChange={(event) => setDays(event.target.value)}
        />
        <TextAreaField
          label="Reason"
          hint="Kept in the audit log."
          value={reason}
          maxLength={1000}
          onChange={(event) => setReason(event.target.value)}
        />
        {work.isError && <ProblemNotice title="It was refused" error={work.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={work.isPending} disabledReason={missing}>
            Hand over
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const EndButton = ({ delegation }: { delegation: Delegation }) => {
  const refresh = useRefresh()
  const [open, setOpen] = useState(false)
  const end = useMutation({
    mutationFn: () => endDelegation(delegation.id),
    onSuccess: async () => {
      await refresh()
      setOpen(false)
    },
  })
  return (
    <>
      <Button size="sm" variant="danger" onClick={() => setOpen(true)}>
        Take back
      </Button>
      {open && (
        <Dialog open onOpenChange={setOpen} title={`Take the right back from ${delegation.delegate}`}>
          <p className="text-ink-2">
            From now on {delegation.delegate} cannot approve for {delegation.holder}. Approvals already given
            go on counting.
          </p>
          {end.isError && (
            <div className="mt-3">
              <ProblemNotice title="It was refused" error={end.error} />
            </div>
          )}
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button variant="danger" busy={end.isPending} onClick={() => end.mutate()}>
              Take back
            </Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
