/** Sends a captured payload again, as the person who looks at it, and shows what is different now. */
import { useMutation } from '@tanstack/react-query'
import { CircleCheck, CircleDot } from 'lucide-react'
import { useState } from 'react'
import { replayRequest } from '../api/mutations.ts'
import type { InferenceRecord, Replay } from '../api/types.ts'
import { statistic } from '../format/number.ts'
import { Button } from '../ui/button.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { TextField } from '../ui/field.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { ProblemNotice } from './query-state.tsx'

export const RequestReplay = ({ record }: { record: InferenceRecord }) => {
  const [route, setRoute] = useState(record.route)
  const [version, setVersion] = useState('')
  const replay = useMutation({
    mutationFn: () => replayRequest(record.id, { route, ...(version === '' ? {} : { version }) }),
  })
  return (
    <>
      <p className="mb-3 text-sm text-ink-2">
        The payload is sent with your own rights, through the same policy and records as every call.
      </p>
      <form
        className="flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          replay.mutate()
        }}
      >
        <div className="min-w-44 flex-1">
          <TextField
            label="Route or model"
            required
            value={route}
            onChange={(event) => setRoute(event.target.value)}
          />
        </div>
        <div className="w-36">
          <TextField
            label="Version"
            placeholder="the route decides"
            value={version}
            onChange={(event) => setVersion(event.target.value)}
          />
        </div>
        <Button type="submit" busy={replay.isPending}>
          Replay
        </Button>
      </form>
      {replay.isError && (
        <div className="mt-4">
          <ProblemNotice title="It was not replayed" error={replay.error} />
        </div>
      )}
      {replay.data !== undefined && <Result replay={replay.data} />}
    </>
  )
}

type Difference = NonNullable<Replay['outputs']>[number]

const COLUMNS: readonly Column<Difference>[] = [
  { id: 'name', head: 'Output', cell: (row) => row.name },
  {
    id: 'same',
    head: 'Then and now',
    cell: (row) => (
      <span className="inline-flex items-center gap-1.5">
        {row.same ? (
          <CircleCheck aria-hidden className="size-4 text-ok" />
        ) : (
          <CircleDot aria-hidden className="size-4 text-high" />
        )}
        {row.same ? 'equal' : (row.detail ?? `${row.different ?? 0} values differ`)}
      </span>
    ),
  },
  {
    id: 'largest',
    head: 'Largest difference',
    align: 'right',
    cell: (row) => (row.largest === undefined ? '–' : statistic(row.largest)),
  },
]

const Result = ({ replay }: { replay: Replay }) => {
  const { status, before, outputs, answer, version } = replay
  return (
    <div className="mt-4 flex flex-col gap-3" data-replay={status}>
      <p role="status">
        Then version {before.version} answered <span className="tnum">{before.status}</span>; now
        {version === undefined ? ' the answer is' : ` version ${version} answers`}{' '}
        <span className="tnum font-medium">{status}</span>.
      </p>
      {outputs !== undefined && (
        <div className="rounded-md border border-line">
          <DataTable label="Differences" columns={COLUMNS} rows={outputs} rowKey={({ name }) => name} />
        </div>
      )}
      <div className="grid gap-3 sm:grid-cols-2">
        <div className="min-w-0">
          <h3 className="mb-1 text-xs font-medium text-ink-2">Then</h3>
          <JsonView label="Outputs then" value={before.output ?? 'not kept'} maxHeight={220} />
        </div>
        <div className="min-w-0">
          <h3 className="mb-1 text-xs font-medium text-ink-2">Now</h3>
          <JsonView label="Answer now" value={answer} maxHeight={220} />
        </div>
      </div>
    </div>
  )
}
