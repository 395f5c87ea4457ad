/** The verdict about a version's bytes: may they be served, what every gate says, what the scan found where, and the history. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, CircleX, ShieldCheck, ShieldX } from 'lucide-react'
import { useState } from 'react'
import { ApiProblem } from '../api/problem.ts'
import type { Passport } from '../api/types.ts'
import { type SignedVerdict, verdictQueries } from '../api/verdict-queries.ts'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { TextLink } from './entity-link.tsx'
import { ProblemNotice } from './query-state.tsx'
import { type ScanFinding, scanFindings } from './scan-findings.ts'
import { SeverityBadge } from './severity.tsx'
import { type GateTone, type VerdictGate, verdictGates } from './verdict-gates.ts'

const TONE = {
  ok: { icon: CircleCheck, color: 'text-ok' },
  bad: { icon: CircleX, color: 'text-high' },
  open: { icon: CircleDashed, color: 'text-ink-3' },
} as const satisfies Record<GateTone, unknown>

const DecisionBadge = ({ decision }: { decision: 'allow' | 'deny' }) =>
  decision === 'allow' ? (
    <Badge tone="ok" icon={ShieldCheck}>
      these bytes may be served
    </Badge>
  ) : (
    <Badge tone="high" icon={ShieldX}>
      refused
    </Badge>
  )

export const VersionVerdict = ({ passport }: { passport: Passport }) => {
  const query = useQuery(verdictQueries.verdict(passport.digest))
  const [isOpen, setOpen] = useState(false)
  const history = (
    <Button variant="ghost" size="sm" onClick={() => setOpen(true)}>
      History
    </Button>
  )
  return (
    <Card title="Verdict" note="one signed answer per digest; serving asks it" actions={history} flush>
      {query.data !== undefined ? (
        <Body signed={query.data} passport={passport} />
      ) : query.isError ? (
        <Missing error={query.error} />
      ) : (
        <BlockSkeleton height={220} />
      )}
      {isOpen && <History digest={passport.digest} onClose={() => setOpen(false)} />}
    </Card>
  )
}

const Missing = ({ error }: { error: Error }) =>
  error instanceof ApiProblem && error.status === 404 ? (
    <p className="p-4 text-ink-3">There is no verdict yet.</p>
  ) : (
    <ProblemNotice error={error} />
  )

const Body = ({ signed, passport }: { signed: SignedVerdict; passport: Passport }) => {
  const { verdict, verdictDigest } = signed
  const findings = scanFindings(passport)
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-line px-4 py-3">
        <DecisionBadge decision={verdict.decision} />
        <span className="text-xs text-ink-3">
          issued <Ago time={verdict.issuedAt} />, expires <Ago time={verdict.expiresAt} />
        </span>
        <span className="inline-flex items-center gap-1 text-xs text-ink-3">
          envelope{' '}
          <CopyText value={verdictDigest} shown={shortDigest(verdictDigest)} what="digest of the envelope" />
        </span>
        {verdict.subjects.length > 1 && (
          <p className="w-full text-xs text-ink-3">
            The versions {verdict.subjects.map(({ name, stage }) => `${name} (${stage})`).join(', ')} have
            these bytes. Those in use speak for them.
          </p>
        )}
        {verdict.reasons.length > 0 && (
          <ul className="w-full list-disc pl-5 text-ink-2">
            {verdict.reasons.map((reason) => (
              <li key={reason} className="break-words">
                {reason}
              </li>
            ))}
          </ul>
        )}
      </div>
      <ol aria-label="Gates of the verdict">
        {verdictGates(verdict).map((gate) => (
          <Row key={gate.title} gate={gate} />
        ))}
        <li className="flex flex-wrap items-center gap-x-3 px-4 py-2.5 text-xs text-ink-3">
          decided by the policy <TextLink to={pb.policy('verdict')}>verdict</TextLink>
          <CopyText
            value={verdict.policyBundleDigest}
            shown={shortDigest(verdict.policyBundleDigest)}
            what="digest of the policy"
          />
        </li>
      </ol>
      {findings.length > 0 && <Findings findings={findings} />}
    </>
  )
}

const Row = ({ gate }: { gate: VerdictGate }) => {
  const { icon: Icon, color } = TONE[gate.tone]
  return (
    <li className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 border-b border-line px-4 py-2.5 sm:grid-cols-[1.25rem_7rem_8rem_minmax(0,1fr)]">
      <Icon aria-hidden className={`mt-0.5 size-4.5 ${color}`} />
      <span className="font-medium">{gate.title}</span>
      <span className="col-start-2 text-ink-2 sm:col-start-3">{gate.answer}</span>
      <div className="col-start-2 min-w-0 text-xs text-ink-3 sm:col-start-4 sm:pt-0.5">
        {gate.detail !== '' && <p className="break-words">{gate.detail}</p>}
        <p className="flex flex-wrap gap-x-3">
          {gate.at !== undefined && <Ago time={gate.at} />}
          {gate.evidence.map((id, at) => (
            <TextLink key={id} to={pb.evidence(id)}>
              statement{gate.evidence.length > 1 ? ` ${at + 1}` : ''}
            </TextLink>
          ))}
        </p>
      </div>
    </li>
  )
}

const Findings = ({ findings }: { findings: readonly ScanFinding[] }) => (
  <ul aria-label="Findings of the scan" className="divide-y divide-line border-t border-line">
    {findings.map((one) => (
      <li key={`${one.path} ${one.rule} ${one.location}`} className="px-4 py-2.5">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <SeverityBadge severity={one.severity} />
          <span className="font-medium">{one.rule}</span>
          <span className="font-mono text-xs break-all text-ink-3">
            {one.path}
            {one.location !== '' && ` at ${one.location}`}
          </span>
        </div>
        <p className="mt-0.5 break-words text-ink-2">{one.message}</p>
      </li>
    ))}
  </ul>
)

const History = ({ digest, onClose }: { digest: string; onClose: () => void }) => {
  const query = useQuery(verdictQueries.history(digest))
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => !open && onClose()}
      title="History of the verdict"
      description="Every verdict that said something new, newest first; each was signed."
    >
      {query.data === undefined ? (
        query.isError ? (
          <ProblemNotice error={query.error} />
        ) : (
          <BlockSkeleton height={160} />
        )
      ) : (
        <ol className="divide-y divide-line">
          {query.data.items.map((entry) => (
            <li key={entry.envelope.signatures[0]?.sig} className="flex flex-wrap gap-x-4 gap-y-1 py-2.5">
              <DecisionBadge decision={entry.decision} />
              <span className="text-xs text-ink-3">
                <Ago time={entry.issuedAt} />
              </span>
              <span className="min-w-0 flex-1 text-xs break-words text-ink-3">{entry.cause}</span>
              {entry.reasons.length > 0 && (
                <p className="w-full break-words text-ink-2">{entry.reasons.join('; ')}</p>
              )}
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  )
}
