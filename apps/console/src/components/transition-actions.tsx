/** What can be done with a version now; the policy's answer stands beside each action before anyone clicks. */
import { CircleCheck, CircleX } from 'lucide-react'
import { useState } from 'react'
import type { Passport, TransitionAction } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import { TransitionDialog } from './transition-dialog.tsx'
import { ONE_WAY, VERBS } from './transition-words.ts'

export const TransitionActions = ({ passport }: { passport: Passport }) => {
  const [chosen, setChosen] = useState<TransitionAction>()
  // Assessment is the assessor's step: nobody takes it by hand, so it is no button.
  const actions = passport.actions.filter(({ to }) => to !== 'assessed')
  if (actions.length === 0) {
    return <p className="text-ink-2">A {passport.stage} version has no further steps.</p>
  }
  return (
    <>
      <ul className="divide-y divide-line">
        {actions.map((action) => (
          <li
            key={action.to}
            className="flex flex-wrap items-center gap-x-4 gap-y-1.5 py-2.5 first:pt-0 last:pb-0"
          >
            <span className="w-40 shrink-0">
              <Button
                variant={
                  ONE_WAY.includes(action.to)
                    ? 'danger'
                    : action.allow && (action.to === 'approved' || action.to === 'deployed')
                      ? 'primary'
                      : 'secondary'
                }
                disabledReason={action.allow ? undefined : action.reasons.join('; ') || 'The policy refuses'}
                onClick={() => setChosen(action)}
                className="w-full"
              >
                {VERBS[action.to] ?? action.to}
              </Button>
            </span>
            <PolicyAnswer action={action} />
          </li>
        ))}
      </ul>
      {chosen !== undefined && (
        <TransitionDialog passport={passport} to={chosen.to} onClose={() => setChosen(undefined)} />
      )}
    </>
  )
}

const PolicyAnswer = ({ action }: { action: TransitionAction }) => {
  const Icon = action.allow ? CircleCheck : CircleX
  return (
    <div className="flex min-w-0 flex-1 basis-56 items-start gap-1.5 text-ink-2">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${action.allow ? 'text-ok' : 'text-high'}`} />
      {action.allow ? (
        <span>The promotion policy allows this for you.</span>
      ) : action.reasons.length > 1 ? (
        <ul className="min-w-0 list-disc space-y-0.5 pl-4">
          {action.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      ) : (
        <span className="min-w-0">{action.reasons[0] ?? 'The promotion policy refuses.'}</span>
      )}
    </div>
  )
}
