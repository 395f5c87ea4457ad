/** Gates top to bottom; the envelope of each statement opens in place. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CircleX, FileJson } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../api/queries.ts'
import type { Passport, PassportEvidence } from '../api/types.ts'
import { predicateName, shortId } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { CopyText } from '../ui/copy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { TextLink } from './entity-link.tsx'
import { type Gate, type GateState, gatesOf } from './gates.ts'
import { ProblemNotice } from './query-state.tsx'
import { StageBadge, VerifiedBadge } from './severity.tsx'

const STATE = {
  passed: { icon: CircleCheck, color: 'text-ok' },
  failed: { icon: CircleX, color: 'text-high' },
  pending: { icon: CircleDashed, color: 'text-ink-3' },
} as const satisfies Record<GateState, unknown>

export const GateList = ({ passport }: { passport: Passport }) => {
  const [open, setOpen] = useState<PassportEvidence>()
  const late = passport.transitions.filter(
    ({ to }) => to === 'retired' || to === 'quarantined' || to === 'retracted',
  )
  return (
    <>
      <ol>
        {gatesOf(passport).map((gate) => (
          <GateRow key={gate.id} gate={gate} onOpen={setOpen} />
        ))}
        {late.map((step) => (
          <li
            key={`${step.to} ${step.time}`}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2.5"
          >
            <StageBadge stage={step.to} />
            <span className="min-w-0 flex-1 text-ink-2">{step.reason}</span>
            <span className="text-xs text-ink-3">
              {step.principal}, <Ago time={step.time} />
            </span>
          </li>
        ))}
      </ol>
      {open !== undefined && <EnvelopeDialog evidence={open} onClose={() => setOpen(undefined)} />}
    </>
  )
}

const GateRow = ({ gate, onOpen }: { gate: Gate; onOpen: (evidence: PassportEvidence) => void }) => {
  const { icon: Icon, color } = STATE[gate.state]
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 border-b border-line px-4 py-3 last:border-0 sm:grid-cols-[1.25rem_7rem_minmax(0,1fr)_auto]">
      <Icon aria-hidden className={`mt-0.5 size-4.5 ${color}`} />
      <span className={`font-medium ${gate.state === 'pending' ? 'text-ink-3' : ''}`}>
        {gate.title}
        <span className="sr-only">: {gate.state}</span>
      </span>
      <div className="col-start-2 min-w-0 sm:col-start-3">
        <p className={gate.state === 'pending' ? 'text-ink-3' : 'text-ink-2'}>{gate.summary}</p>
        {gate.step !== undefined && (
          <p className="mt-0.5 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs text-ink-3">
            <span>
              {gate.step.principal}, <Ago time={gate.step.time} />
            </span>
            {gate.evidence !== undefined && (
              <>
                <VerifiedBadge verified={gate.evidence.verified} />
                {gate.evidence.signer !== '' && (
                  <span className="inline-flex items-center gap-1">
                    key
                    <CopyText
                      value={gate.evidence.signer}
                      shown={shortId(gate.evidence.signer)}
                      what="id of the signing key"
                    />
                  </span>
                )}
              </>
            )}
          </p>
        )}
      </div>
      <div className="col-start-2 sm:col-start-4">
        {gate.evidence !== undefined && (
          <Button
            variant="ghost"
            size="sm"
            onClick={() => gate.evidence && onOpen(gate.evidence)}
            className="-ml-2.5 sm:ml-0"
          >
            <FileJson aria-hidden className="size-3.5" />
            Statement
          </Button>
        )}
      </div>
    </li>
  )
}

const EnvelopeDialog = (props: { evidence: PassportEvidence; onClose: () => void }) => {
  const { evidence, onClose } = props
  const full = useQuery(queries.evidence(evidence.id))
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => !open && onClose()}
      title={`${predicateName(evidence.predicateType)} statement`}
      description={
        <span className="flex flex-wrap items-center gap-x-4">
          <VerifiedBadge verified={evidence.verified} />
          <TextLink to={pb.evidence(evidence.id)}>Open as page</TextLink>
        </span>
      }
    >
      <h3 className="eyebrow mb-1">What it says</h3>
      <JsonView label="Predicate" value={evidence.predicate} maxHeight={260} />
      <h3 className="eyebrow mt-3 mb-1">Signed envelope (DSSE)</h3>
      {full.data?.envelope !== undefined ? (
        <JsonView label="Envelope" value={full.data.envelope} maxHeight={220} />
      ) : full.isError ? (
        <ProblemNotice error={full.error} />
      ) : (
        <BlockSkeleton height={120} />
      )}
    </Dialog>
  )
}
