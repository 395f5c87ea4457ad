/** API keys: the secret is shown once, when it is made. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { useState } from 'react'
import { createApiKey, revokeApiKey } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import type { ApiKey, Role } from '../api/types.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SelectField, TextField } from '../ui/field.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago, useNow } from '../ui/time.tsx'
import { ProblemNotice } from './query-state.tsx'
import { RolesField } from './roles-field.tsx'

const DAY_S = 86_400
const LIFETIMES = [1, 7, 30, 90].map((days) => ({
  value: String(days),
  label: days === 1 ? '1 day' : `${days} days`,
}))

export const ApiKeys = () => {
  const query = useQuery(queries.apiKeys())
  const now = useNow()
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<ApiKey>()
  if (query.isError && query.data === undefined)
    return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
  const gone = (key: ApiKey) => key.revokedAt !== undefined || Date.parse(key.expiresAt) < now
  return (
    <Card
      title="API keys"
      note="bearer secrets with an end"
      flush
      actions={
        <Button variant="primary" size="sm" onClick={() => setCreating(true)}>
          <Plus aria-hidden className="size-3.5" />
          New key
        </Button>
      }
    >
      <DataTable
        label="API keys"
        rows={query.data?.items}
        rowKey={(row) => row.id}
        skeletonRows={3}
        rowClass={(row) => (gone(row) ? 'text-ink-3' : undefined)}
        columns={[
          { id: 'name', head: 'Name', cell: (row) => <span className="font-medium">{row.name}</span> },
          { id: 'owner', head: 'Acts as', from: 'sm', cell: (row) => `${row.owner.kind}:${row.owner.id}` },
          {
            id: 'roles',
            head: 'Roles',
            cell: (row) => <span className="text-ink-2">{row.roles.join(', ')}</span>,
          },
          { id: 'id', head: 'Id', from: 'lg', cell: (row) => <CopyText value={row.id} what="key id" /> },
          {
            id: 'used',
            head: 'Last used',
            align: 'right',
            from: 'md',
            cell: (row) => <Ago time={row.lastUsedAt} />,
          },
          {
            id: 'expires',
            head: 'Ends',
            align: 'right',
            cell: (row) =>
              row.revokedAt === undefined ? <Ago time={row.expiresAt} /> : <Badge bare>revoked</Badge>,
          },
          {
            id: 'do',
            head: <span className="sr-only">Action</span>,
            align: 'right',
            cell: (row) =>
              gone(row) ? null : (
                <Button size="sm" variant="danger" onClick={() => setRevoking(row)}>
                  Revoke
                </Button>
              ),
          },
        ]}
        empty={
          <Empty icon={KeyRound} title="No API key exists">
            Make one for a pipeline or a script; people sign in by the link.
          </Empty>
        }
      />
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
      {revoking !== undefined && <RevokeDialog apiKey={revoking} onClose={() => setRevoking(undefined)} />}
    </Card>
  )
}

const CreateDialog = ({ onClose }: { onClose: () => void }) => {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [roles, setRoles] = useState<Role[]>(['viewer'])
  const [days, setDays] = useState('30')
  const create = useMutation({
    mutationFn: () => createApiKey({ name: name.trim(), roles, expiresInSeconds: Number(days) * DAY_S }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['api-keys'] }),
  })
  const blocked = name.trim() === '' ? 'Give it a name' : roles.length === 0 ? 'Choose a role' : undefined
  if (create.data !== undefined) {
    return (
      <Dialog
        open
        onOpenChange={onClose}
        title="Copy the secret now"
        description="It is not stored and cannot be shown again."
      >
        <div className="rounded-md border border-line bg-sunken px-3 py-2.5" data-secret>
          <CopyText value={create.data.secret} what="secret" className="text-sm" />
        </div>
        <div className="mt-4 flex justify-end">
          <Button variant="primary" onClick={onClose}>
            I have it
          </Button>
        </div>
      </Dialog>
    )
  }
  return (
    <Dialog open onOpenChange={onClose} title="New API key">
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (blocked === undefined) create.mutate()
        }}
      >
        <TextField
          label="Name"
          hint="What it is for, so that others know what breaks when it is revoked."
          value={name}
          maxLength={128}
          autoFocus
          onChange={(event) => setName(event.target.value)}
        />
        <RolesField value={roles} onChange={setRoles} />
        <SelectField
          label="Ends after"
          value={days}
          choices={LIFETIMES}
          onChange={(event) => setDays(event.target.value)}
        />
        {create.isError && <ProblemNotice title="No key was made" error={create.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabledReason={blocked} busy={create.isPending}>
            Create key
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const RevokeDialog = ({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) => {
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => revokeApiKey(apiKey.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['api-keys'] })
      onClose()
    },
  })
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Revoke ${apiKey.name}`}
      description={
        <>
          Whoever uses it is refused from the next request on. Last used: <Ago time={apiKey.lastUsedAt} />.
        </>
      }
    >
      {revoke.isError && <ProblemNotice title="Not revoked" error={revoke.error} />}
      <div className="mt-3 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="danger" busy={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke key
        </Button>
      </div>
    </Dialog>
  )
}
