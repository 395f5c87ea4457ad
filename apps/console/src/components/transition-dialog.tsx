/** Asks for the reason, shows what the step will touch, and for what cannot be undone asks for the name. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { transition } from '../api/mutations.ts'
import { queries } from '../api/queries.ts'
import type { Passport, Stage } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextAreaField, TextField } from '../ui/field.tsx'
import { ProblemNotice } from './query-state.tsx'
import { ONE_WAY, VERBS } from './transition-words.ts'

/** What a step does to what runs, in a sentence each. */
export const blastRadius = (passport: Passport, to: Stage): string[] => {
  const lines: string[] = []
  const leaves = to === 'retired' || to === 'quarantined' || to === 'retracted'
  if (leaves && passport.serving) {
    lines.push(
      `Stops answering at once: callers of /v2/models/${passport.name} ${passport.isDefault ? 'get another deployed version, or 404 if there is none' : 'no longer reach this version'}.`,
    )
  }
  if (leaves && !passport.serving) lines.push('It is not serving, so no caller notices.')
  if (to === 'deployed') lines.push(`Becomes reachable under /v2/models/${passport.name} within a second.`)
  if (to === 'approved') lines.push('Signs an approval statement in your name; nothing is served yet.')
  if (to === 'retracted')
    lines.push('Cannot be undone: these artifacts can never be served again under any version.')
  lines.push('The step, your name and the reason are written to the audit log.')
  return lines
}

type Props = { passport: Passport; to: Stage; onClose: () => void }

export const TransitionDialog = ({ passport, to, onClose }: Props) => {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const full = `${passport.name}:${passport.version}`
  const mutation = useMutation({
    mutationFn: () => transition(passport, to, reason.trim()),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: queries.models().queryKey }),
        client.invalidateQueries({ queryKey: queries.overview().queryKey }),
        client.invalidateQueries({ queryKey: ['decisions'] }),
        client.invalidateQueries({ queryKey: ['audit'] }),
      ])
      onClose()
    },
  })
  const oneWay = ONE_WAY.includes(to)
  const blocked =
    reason.trim() === ''
      ? 'Give a reason first'
      : oneWay && typed !== full
        ? `Type ${full} to confirm`
        : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (blocked === undefined) mutation.mutate()
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`${VERBS[to]} ${full}`}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <ul className="list-disc space-y-1 rounded-md border border-line bg-sunken py-2.5 pr-3 pl-7 text-ink-2">
          {blastRadius(passport, to).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <TextAreaField
          label="Reason"
          hint="Others will read this in the audit log."
          value={reason}
          maxLength={2000}
          autoFocus
          onChange={(event) => setReason(event.target.value)}
        />
        {oneWay && (
          <TextField
            label={`Type ${full} to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className="font-mono"
          />
        )}
        {mutation.isError && <ProblemNotice title="The step was refused" error={mutation.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant={oneWay ? 'danger' : 'primary'}
            disabledReason={blocked}
            busy={mutation.isPending}
          >
            {VERBS[to]}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
