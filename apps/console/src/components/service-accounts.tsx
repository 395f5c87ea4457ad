/** Service accounts: names for programs, with at most your own roles. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bot, Plus } from 'lucide-react'
import { useState } from 'react'
import { createServiceAccount, deleteServiceAccount } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import type { Role, ServiceAccount } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { ProblemNotice } from './query-state.tsx'
import { RolesField } from './roles-field.tsx'

export const ServiceAccounts = () => {
  const query = useQuery(queries.serviceAccounts())
  const [creating, setCreating] = useState(false)
  const [deleting, setDeleting] = useState<ServiceAccount>()
  if (query.isError && query.data === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  return (
    <Card
      title="Service accounts"
      flush
      actions={
        <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
          <Plus aria-hidden className="size-3.5" />
          New account
        </Button>
      }
    >
      <DataTable
        label="Service accounts"
        rows={query.data?.items}
        rowKey={(row) => row.id}
        skeletonRows={2}
        columns={[
          { id: 'id', head: 'Name', cell: (row) => <span className="font-medium">{row.id}</span> },
          {
            id: 'description',
            head: 'For',
            from: 'sm',
            cell: (row) => <span className="text-ink-2">{row.description}</span>,
          },
          {
            id: 'roles',
            head: 'Roles',
            cell: (row) => <span className="text-ink-2">{row.roles.join(', ')}</span>,
          },
          {
            id: 'createdAt',
            head: 'Since',
            align: 'right',
            from: 'sm',
            cell: (row) => <Ago time={row.createdAt} />,
          },
          {
            id: 'do',
            head: <span className="sr-only">Action</span>,
            align: 'right',
            cell: (row) => (
              <Button size="sm" variant="danger" onClick={() => setDeleting(row)}>
                Delete
              </Button>
            ),
          },
        ]}
        empty={
          <Empty icon={Bot} title="No service account exists">
            Give each pipeline its own, so that the audit log can name it.
          </Empty>
        }
      />
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
      {deleting !== undefined && <DeleteDialog account={deleting} onClose={() => setDeleting(undefined)} />}
    </Card>
  )
}

const CreateDialog = ({ onClose }: { onClose: () => void }) => {
  const client = useQueryClient()
  const [id, setId] = useState('')
  const [description, setDescription] = useState('')
  const [roles, setRoles] = useState<Role[]>(['viewer'])
  const create = useMutation({
    mutationFn: () => createServiceAccount({ id: id.trim(), description: description.trim(), roles }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['service-accounts'] })
      onClose()
    },
  })
  const blocked = id.trim() === '' ? 'Give it a name' : roles.length === 0 ? 'Choose a role' : undefined
  return (
    <Dialog open onOpenChange={onClose} title="New service account">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (blocked === undefined) create.mutate()
        }}
      >
        <TextField
          label="Name"
          hint="Lower-case letters, digits, dashes; written into every record."
          value={id}
          maxLength={63}
          autoFocus
          onChange={(event) => setId(event.target.value)}
        />
        <TextField
          label="What it is for"
          value={description}
          maxLength={1024}
          onChange={(event) => setDescription(event.target.value)}
        />
        <RolesField value={roles} onChange={setRoles} />
        {create.isError && <ProblemNotice title="No account was made" error={create.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabledReason={blocked} busy={create.isPending}>
            Create account
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const DeleteDialog = ({ account, onClose }: { account: ServiceAccount; onClose: () => void }) => {
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const remove = useMutation({
    mutationFn: () => deleteServiceAccount(account.id),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['service-accounts'] }),
        client.invalidateQueries({ queryKey: ['api-keys'] }),
      ])
      onClose()
    },
  })
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Delete ${account.id}`}
      description="All its keys are revoked at once. This cannot be undone; what it did stays in the audit log under its name."
    >
      <TextField
        label={`Type ${account.id} to confirm`}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {remove.isError && <ProblemNotice title="Not deleted" error={remove.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="danger"
          busy={remove.isPending}
          disabledReason={typed === account.id ? undefined : 'Type the name to confirm'}
          onClick={() => remove.mutate()}
        >
          Delete account
        </Button>
      </div>
    </Dialog>
  )
}
