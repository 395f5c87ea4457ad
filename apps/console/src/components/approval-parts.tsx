/** Parts that the inbox, a request and a version share: the state of a request, and answering it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CircleSlash, CircleX, type LucideIcon, TimerOff } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type AnswerVerb, type Approval, answerApproval, withdrawApproval } from '../api/approval-queries.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextAreaField } from '../ui/field.tsx'
import { rightWords } from './approval-words.ts'
import { ProblemNotice } from './query-state.tsx'
import { ReasonDialog } from './reason-dialog.tsx'
import { useRefusal } from './rights.ts'

const STATES: Record<Approval['state'], { tone: Tone; icon: LucideIcon }> = {
  open: { tone: 'accent', icon: CircleDashed },
  approved: { tone: 'ok', icon: CircleCheck },
  rejected: { tone: 'high', icon: CircleX },
  expired: { tone: 'neutral', icon: TimerOff },
  withdrawn: { tone: 'neutral', icon: CircleSlash },
  stale: { tone: 'neutral', icon: CircleSlash },
}

export const ApprovalBadge = ({ state }: { state: Approval['state'] }) => (
  <Badge tone={STATES[state].tone} icon={STATES[state].icon}>
    {state}
  </Badge>
)

/** Approve and reject, disabled with policy's reason where this person may not. */
export const ApprovalAnswer = ({ approval }: { approval: Approval }) => {
  const [verb, setVerb] = useState<AnswerVerb>()
  const why = (right: Approval['mayApprove']) => (right.allow ? undefined : rightWords(right))
  return (
    <>
      <Button variant="primary" disabledReason={why(approval.mayApprove)} onClick={() => setVerb('approve')}>
        Approve
      </Button>
      <Button variant="danger" disabledReason={why(approval.mayReject)} onClick={() => setVerb('reject')}>
        Reject
      </Button>
      {verb !== undefined && (
        <AnswerDialog approval={approval} verb={verb} onClose={() => setVerb(undefined)} />
      )}
    </>
  )
}

/** Taking a request back; the approvals given in it count no more. */
export const WithdrawButton = ({ approval }: { approval: Approval }) => {
  const refused = useRefusal()('approval:request')
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button variant="ghost" disabledReason={refused} onClick={() => setOpen(true)}>
        Withdraw
      </Button>
      {open && (
        <ReasonDialog
          title={`Withdraw the request for ${approval.name}`}
          verb="Withdraw"
          danger
          lines={[
            'The request is taken back; approvals given in it count no more.',
            'Somebody has to ask again before the version can be approved.',
          ]}
          refresh={['approvals', 'overview', 'models']}
          act={(reason) => withdrawApproval(approval.id, reason)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

const WORDS = {
  approve: {
    title: 'Approve',
    lines: [
      'Signs an approval of exactly these bytes in your name.',
      'It stops counting when bytes, evidence or policy change, and when it ends.',
    ],
  },
  reject: {
    title: 'Reject',
    lines: [
      'Closes the request; approvals given in it count no more.',
      'The version can only be approved after somebody asks again and says what is different.',
    ],
  },
} as const

type DialogProps = { approval: Approval; verb: AnswerVerb; onClose: () => void }

const AnswerDialog = ({ approval, verb, onClose }: DialogProps) => {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const { title, lines } = WORDS[verb]
  const { onBehalfOf } = approval.mayApprove
  const answer = useMutation({
    mutationFn: () => answerApproval(verb, approval, reason.trim()),
    onSuccess: async () => {
      await Promise.all(
        ['approvals', 'models', 'overview', 'verdicts'].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      )
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') answer.mutate()
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`${title} ${approval.name}`}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <ul className="list-disc space-y-1 rounded-md border border-line bg-sunken py-2.5 pr-3 pl-7 text-ink-2">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
          {onBehalfOf !== undefined && <li>On behalf of {onBehalfOf}, whose right was handed to you.</li>}
        </ul>
        <TextAreaField
          label="Reason"
          hint="Part of what is signed; others will read it."
          value={reason}
          maxLength={2000}
          autoFocus
          onChange={(event) => setReason(event.target.value)}
        />
        {answer.isError && <ProblemNotice title="It was refused" error={answer.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            variant={verb === 'approve' ? 'primary' : 'danger'}
            busy={answer.isPending}
            disabledReason={reason.trim() === '' ? 'Give a reason first' : undefined}
          >
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
