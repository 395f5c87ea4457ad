/** Asks why, says what will happen, and does it; what went wrong is shown where it was asked. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextAreaField } from '../ui/field.tsx'
import { ProblemNotice } from './query-state.tsx'

type Props = {
  title: string
  /** The word on the button. */
  verb: string
  lines: readonly string[]
  danger?: boolean
  /** First parts of the keys of queries that show what changed. */
  refresh: readonly string[]
  act: (reason: string) => Promise<unknown>
  onClose: () => void
}

export const ReasonDialog = ({ title, verb, lines, danger = false, refresh, act, onClose }: Props) => {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const work = useMutation({
    mutationFn: () => act(reason.trim()),
    onSuccess: async () => {
      await Promise.all(refresh.map((key) => client.invalidateQueries({ queryKey: [key] })))
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') work.mutate()
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <ul className="list-disc space-y-1 rounded-md border border-line bg-sunken py-2.5 pr-3 pl-7 text-ink-2">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <TextAreaField
          label="Reason"
          hint="Kept in the audit log."
          value={reason}
          maxLength={1000}
          autoFocus
          onChange={(event) => setReason(event.target.value)}
        />
        {work.isError && <ProblemNotice title="It was refused" error={work.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant={danger ? 'danger' : 'primary'}
            busy={work.isPending}
            disabledReason={reason.trim() === '' ? 'Give a reason first' : undefined}
          >
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
