/** What a person does with an incident: take it, move it on, say what it was, leave a word. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import {
  assignIncident,
  commentIncident,
  type Disposition,
  type IncidentDetail,
  type IncidentStatus,
  moveIncident,
} from '../api/incident-queries.ts'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SelectField, TextAreaField } from '../ui/field.tsx'
import { ProblemNotice } from './query-state.tsx'
import { useRefusal } from './rights.ts'

const NEXT: Readonly<Record<IncidentStatus, readonly { to: IncidentStatus; word: string }[]>> = {
  open: [
    { to: 'acknowledged', word: 'Acknowledge' },
    { to: 'resolved', word: 'Resolve' },
    { to: 'closed', word: 'Close' },
  ],
  acknowledged: [
    { to: 'contained', word: 'Contained' },
    { to: 'resolved', word: 'Resolve' },
    { to: 'closed', word: 'Close' },
  ],
  contained: [
    { to: 'resolved', word: 'Resolve' },
    { to: 'closed', word: 'Close' },
  ],
  resolved: [
    { to: 'closed', word: 'Close' },
    { to: 'open', word: 'Open again' },
  ],
  closed: [{ to: 'open', word: 'Open again' }],
}

const DISPOSITIONS = [
  { value: '', label: 'not judged yet' },
  { value: 'true-positive', label: 'true positive: an attack' },
  { value: 'benign', label: 'benign: real, and meant to be' },
  { value: 'false-positive', label: 'false positive: nothing there' },
]

type Props = { incident: IncidentDetail; etag: string; me: string | undefined }
type Asked = { to: IncidentStatus; word: string }

const useAgain = () => {
  const client = useQueryClient()
  return { onSettled: () => client.invalidateQueries({ queryKey: ['incidents'] }) }
}

export const HandlingCard = ({ incident, etag, me }: Props) => {
  const [asked, ask] = useState<Asked>()
  const refused = useRefusal()('incident:write')
  const again = useAgain()
  const assign = useMutation({
    mutationFn: (owner: string | null) => assignIncident(incident.id, owner, etag),
    ...again,
  })
  const isMine = me !== undefined && incident.owner === me
  return (
    <Card title="Handle">
      <div className="flex flex-wrap gap-2">
        {NEXT[incident.status].map((next, at) => (
          <Button
            key={next.to}
            variant={at === 0 ? 'primary' : 'secondary'}
            disabledReason={refused}
            onClick={() => ask(next)}
          >
            {next.word}
          </Button>
        ))}
        <Button
          busy={assign.isPending}
          disabledReason={refused ?? (me === undefined ? 'Who you are is not known' : undefined)}
          onClick={() => assign.mutate(isMine ? null : (me ?? null))}
        >
          {isMine ? 'Give it back' : 'Take it'}
        </Button>
      </div>
      {assign.isError && <ProblemNotice title="Not assigned" error={assign.error} />}
      <CommentBox id={incident.id} refused={refused} />
      {asked !== undefined && (
        <MoveDialog incident={incident} etag={etag} asked={asked} onDone={() => ask(undefined)} />
      )}
    </Card>
  )
}

const CommentBox = ({ id, refused }: { id: string; refused: string | undefined }) => {
  const [text, setText] = useState('')
  const again = useAgain()
  const comment = useMutation({
    mutationFn: () => commentIncident(id, text),
    ...again,
    onSuccess: () => setText(''),
  })
  return (
    <form
      className="mt-3 flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (refused === undefined && text.trim() !== '') comment.mutate()
      }}
    >
      <TextAreaField
        label="Comment"
        value={text}
        maxLength={8000}
        onChange={(event) => setText(event.target.value)}
      />
      <div>
        <Button
          type="submit"
          busy={comment.isPending}
          disabledReason={refused ?? (text.trim() === '' ? 'Write something first' : undefined)}
        >
          Add to the timeline
        </Button>
      </div>
      {comment.isError && <ProblemNotice title="Not added" error={comment.error} />}
    </form>
  )
}

const MoveDialog = (props: { incident: IncidentDetail; etag: string; asked: Asked; onDone: () => void }) => {
  const { incident, etag, asked, onDone } = props
  const [reason, setReason] = useState('')
  const [disposition, setDisposition] = useState<string>(incident.disposition ?? '')
  const again = useAgain()
  const move = useMutation({
    mutationFn: () =>
      moveIncident(
        incident.id,
        {
          to: asked.to,
          reason,
          ...(disposition === '' ? {} : { disposition: disposition as Disposition }),
        },
        etag,
      ),
    ...again,
    onSuccess: onDone,
  })
  const judges = asked.to === 'closed' || asked.to === 'resolved'
  return (
    <Dialog
      open
      onOpenChange={onDone}
      title={asked.word}
      description={judges ? 'What it was teaches how far its detectors are believed from now on.' : undefined}
    >
      <div className="flex flex-col gap-3">
        {judges && (
          <SelectField
            label="It was"
            value={disposition}
            onChange={(event) => setDisposition(event.target.value)}
            choices={DISPOSITIONS}
          />
        )}
        <TextAreaField label="Reason" value={reason} onChange={(event) => setReason(event.target.value)} />
        {move.isError && <ProblemNotice title="Not done" error={move.error} />}
        <div>
          <Button
            variant="primary"
            busy={move.isPending}
            disabledReason={
              asked.to === 'closed' && disposition === '' ? 'Say what it was before closing it' : undefined
            }
            onClick={() => move.mutate()}
          >
            {asked.word}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
