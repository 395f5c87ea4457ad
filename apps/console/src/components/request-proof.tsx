/** The proof of a record, link by link, judged in this browser. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import { queries } from '../api/queries.ts'
import type { RecordProof } from '../api/types.ts'
import { judgeRecordProof } from '../merkle/record-proof.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { saveFile } from '../ui/save-file.ts'
import { TextLink } from './entity-link.tsx'
import { Loaded } from './query-state.tsx'

export const RequestProof = ({ id }: { id: string }) => {
  const query = useQuery(queries.requestProof(id))
  return (
    <Loaded query={query} skeleton={<BlockSkeleton height={200} />}>
      {(proof) => <Judged proof={proof} />}
    </Loaded>
  )
}

const Judged = ({ proof }: { proof: RecordProof }) => {
  const keys = useQuery(queries.keys()).data?.items
  const judged = useQuery({
    queryKey: ['record-proof', proof, keys],
    queryFn: () =>
      judgeRecordProof(
        proof,
        (keys ?? []).filter(({ use }) => use === 'audit'),
      ),
    enabled: keys !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const steps = judged.data
  if (steps === undefined) return <BlockSkeleton height={200} />
  const isValid = steps.every(({ ok }) => ok)
  return (
    <>
      <p
        role="status"
        data-proof={isValid ? 'ok' : 'failed'}
        className={`mb-3 flex items-start gap-2 rounded-md border px-3 py-2 ${isValid ? 'border-ok/30 bg-ok/8' : 'border-critical/35 bg-critical/8'}`}
      >
        <Mark ok={isValid} />
        <span>
          {isValid
            ? 'This record is exactly as it was written: this browser recomputed every hash and checked the signature.'
            : 'Not proven: the record shown here is not what was signed.'}
        </span>
      </p>
      <ol aria-label="Steps of the proof">
        {steps.map(({ label, ok, detail }) => (
          <li key={label} className="flex items-start gap-2 border-b border-line py-1.5 last:border-0">
            <Mark ok={ok} />
            <span className="w-20 shrink-0 text-xs leading-5 text-ink-2">{label}</span>
            <span className="min-w-0 wrap-anywhere">{detail}</span>
          </li>
        ))}
      </ol>
      <div className="mt-3 flex flex-wrap items-center gap-3 text-xs text-ink-2">
        <Button
          onClick={() => saveFile(`proof-${proof.id}.json`, new Blob([JSON.stringify(proof, null, 2)]))}
        >
          Save the proof
        </Button>
        <span>
          <code>rampart audit verify-proof FILE</code> checks it without a server;{' '}
          <TextLink to={pb.auditEntry(proof.audit.index)}>entry {proof.audit.index}</TextLink> anchors it.
        </span>
      </div>
    </>
  )
}

const Mark = ({ ok }: { ok: boolean }) =>
  ok ? (
    <CircleCheck aria-label="holds" className="mt-0.5 size-4 shrink-0 text-ok" />
  ) : (
    <CircleX aria-label="does not hold" className="mt-0.5 size-4 shrink-0 text-critical" />
  )
