/** Entities that no one person contains alone: the list, protecting one more, and taking protection away. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ShieldPlus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import {
  type ProtectedItem,
  protectEntity,
  responseQueries,
  unprotectEntity,
} from '../api/response-queries.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SelectField, TextAreaField, TextField } from '../ui/field.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { EntityLink } from './entity-link.tsx'
import { ProblemNotice } from './query-state.tsx'
import { useRefusal } from './rights.ts'

const KINDS = [
  'route',
  'model',
  'model-version',
  'host',
  'caller',
  'notebook',
  'signer',
  'policy',
  'registry',
]

const COLUMNS: readonly Column<ProtectedItem>[] = [
  {
    id: 'entity',
    head: 'Protected',
    className: 'min-w-36',
    cell: ({ spec }) =>
      spec.id.endsWith('*') ? (
        <span>
          <span className="text-ink-3">every {spec.kind} </span>
          <span className="font-mono text-xs wrap-anywhere">{spec.id}</span>
        </span>
      ) : (
        <EntityLink entity={spec} />
      ),
  },
  {
    id: 'reason',
    head: 'Why',
    from: 'sm',
    cell: ({ spec }) => <span className="text-ink-2">{spec.reason ?? ''}</span>,
  },
  { id: 'by', head: 'By', from: 'md', cell: (row) => row.updatedBy },
  { id: 'at', head: 'Since', align: 'right', from: 'sm', cell: (row) => <Ago time={row.updatedAt} /> },
  {
    id: 'do',
    head: <span className="sr-only">Action</span>,
    align: 'right',
    cell: (row) => <Unprotect item={row} />,
  },
]

export const ProtectedEntities = () => {
  const query = useQuery(responseQueries.protectedEntities())
  const [open, setOpen] = useState(false)
  const refusal = useRefusal()
  if (query.isError && query.data === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <Card
      title="Protected entities"
      note="containing one takes two people who did not ask"
      flush
      actions={
        <Button size="sm" disabledReason={refusal('response:configure')} onClick={() => setOpen(true)}>
          Protect
        </Button>
      }
    >
      <DataTable
        label="Protected entities"
        columns={COLUMNS}
        rows={query.data?.items}
        rowKey={(row) => row.name}
        skeletonRows={2}
        empty={
          <Empty
            icon={ShieldPlus}
            title="Nothing is protected"
            command="npx rampart apply -f protected-entity.yaml"
          >
            Name what must not be taken down by one person or by policy alone: the routes that earn the money,
            the hosts that everything stands on.
          </Empty>
        }
      />
      {open && <ProtectDialog items={query.data?.items ?? []} onClose={() => setOpen(false)} />}
    </Card>
  )
}

const useRefresh = () => {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['response', 'protected'] })
}

/** Resource names are lower-case letters, digits and dashes. */
const nameOf = (kind: string, id: string): string =>
  `${kind}-${id}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '')

/** A name that nothing else bears: writing under a name that is taken would take the other's protection away. */
const freeName = (kind: string, id: string, items: readonly ProtectedItem[]): string => {
  const wanted = nameOf(kind, id)
  const isTaken = (name: string) =>
    items.some((item) => item.name === name && (item.spec.kind !== kind || item.spec.id !== id))
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted.slice(0, 56).replace(/-+$/, '')}-${count}`
    if (!isTaken(name)) return name
  }
}

type DialogProps = { items: readonly ProtectedItem[]; onClose: () => void }

const ProtectDialog = ({ items, onClose }: DialogProps) => {
  const refresh = useRefresh()
  const [kind, setKind] = useState('route')
  const [id, setId] = useState('')
  const [reason, setReason] = useState('')
  const work = useMutation({
    mutationFn: () =>
      protectEntity(freeName(kind, id.trim(), items), { kind, id: id.trim(), reason: reason.trim() }),
    onSuccess: async () => {
      await refresh()
      onClose()
    },
  })
  const missing =
    id.trim() === '' ? 'Name it first' : reason.trim() === '' ? 'Give a reason first' : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (missing === undefined) work.mutate()
  }
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title="Protect from containment">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <SelectField
          label="Kind"
          value={kind}
          choices={KINDS.map((value) => ({ value, label: value }))}
          onChange={(event) => setKind(event.target.value)}
        />
        <TextField
          label="Name"
          hint="A name that ends in * stands for everything that begins so."
          placeholder="payments-*"
          value={id}
          maxLength={512}
          autoFocus
          onChange={(event) => setId(event.target.value)}
        />
        <TextAreaField
          label="Reason"
          hint="Told to whoever is asked to approve, and kept in the audit log."
          value={reason}
          maxLength={1000}
          onChange={(event) => setReason(event.target.value)}
        />
        {work.isError && <ProblemNotice title="It was refused" error={work.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={work.isPending} disabledReason={missing}>
            Protect
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const Unprotect = ({ item }: { item: ProtectedItem }) => {
  const refresh = useRefresh()
  const refusal = useRefusal()
  const [open, setOpen] = useState(false)
  const work = useMutation({
    mutationFn: () => unprotectEntity(item),
    onSuccess: async () => {
      await refresh()
      setOpen(false)
    },
  })
  return (
    <>
      <Button
        size="sm"
        variant="danger"
        disabledReason={refusal('response:configure')}
        onClick={() => setOpen(true)}
      >
        Unprotect
      </Button>
      {open && (
        <Dialog open onOpenChange={setOpen} title={`Take protection from ${item.spec.kind} ${item.spec.id}`}>
          <p className="text-ink-2">
            Policy and single people may contain it from now on. Runs that wait for two people go on waiting
            for them.
          </p>
          {work.isError && (
            <div className="mt-3">
              <ProblemNotice title="It was refused" error={work.error} />
            </div>
          )}
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button variant="danger" busy={work.isPending} onClick={() => work.mutate()}>
              Take protection away
            </Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
