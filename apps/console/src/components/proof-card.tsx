/** The inclusion proof, step by step, judged by WebCrypto in this browser. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import type { InclusionProof } from '../api/types.ts'
import { base64Bytes, fromUtf8, hashBytes, hex } from '../merkle/encoding.ts'
import { checkInclusion, type InclusionResult } from '../merkle/inclusion.ts'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'

const judge = async ({ leaf, proof, checkpoint, entry }: InclusionProof): Promise<InclusionResult> => {
  try {
    const result = await checkInclusion({
      leaf: base64Bytes(leaf),
      index: proof.index,
      treeSize: proof.treeSize,
      hashes: proof.hashes.map(hashBytes),
      root: hashBytes(checkpoint.rootHash),
    })
    if (proof.index !== entry.index || proof.treeSize !== checkpoint.size) {
      return { ok: false, reason: 'the proof is about another entry or another checkpoint', steps: [] }
    }
    return result
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error), steps: [] }
  }
}

const short = (bytes: Uint8Array): string => `${hex(bytes).slice(0, 16)}…`

export const ProofCard = ({ answer }: { answer: InclusionProof }) => {
  const { leaf, proof, checkpoint } = answer
  const query = useQuery({
    queryKey: ['proof', leaf, proof, checkpoint.rootHash],
    queryFn: () => judge(answer),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const result = query.data
  return (
    <Card title="Inclusion proof" note="recomputed in this browser (RFC 6962)">
      {result === undefined ? (
        <BlockSkeleton height={220} />
      ) : (
        <>
          <p
            role="status"
            data-proof={result.ok ? 'ok' : 'failed'}
            className={`mb-3 flex items-start gap-2 rounded-md border px-3 py-2 ${result.ok ? 'border-ok/30 bg-ok/8' : 'border-critical/35 bg-critical/8'}`}
          >
            {result.ok ? (
              <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
            ) : (
              <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-critical" />
            )}
            <span>
              {result.ok
                ? `The log of ${checkpoint.size} entries with the signed root contains exactly this entry.`
                : `Not proven: ${result.reason}. This entry is not what was signed.`}
            </span>
          </p>
          <Steps answer={answer} result={result} />
        </>
      )}
      <details className="mt-3">
        <summary className="cursor-pointer text-xs text-ink-2 hover:text-ink">
          The exact bytes that were hashed, and the checkpoint
        </summary>
        <div className="mt-2 flex flex-col gap-2">
          <JsonView label="Hashed bytes" value={fromUtf8(base64Bytes(leaf))} maxHeight={160} />
          <JsonView label="Checkpoint" value={checkpoint.note ?? checkpoint} maxHeight={160} />
        </div>
      </details>
    </Card>
  )
}

const Row = ({
  label,
  bytes,
  what,
  strong = false,
}: {
  label: string
  bytes: Uint8Array
  what: string
  strong?: boolean
}) => (
  <li
    className={`flex items-baseline justify-between gap-3 border-b border-line py-1 last:border-0 ${strong ? 'font-medium' : ''}`}
  >
    <span className="text-xs text-ink-2">{label}</span>
    <CopyText value={hex(bytes)} shown={short(bytes)} what={what} />
  </li>
)

const Steps = ({ answer, result }: { answer: InclusionProof; result: InclusionResult }) => (
  <ol aria-label="Steps of the proof">
    {result.leaf !== undefined && (
      <Row label="SHA-256 of 0x00 and this entry" bytes={result.leaf} what="leaf hash" />
    )}
    {result.steps.map((step, at) => (
      <Row
        key={hex(step.result)}
        label={`${at + 1}. with the ${step.side} sibling ${short(step.sibling)}`}
        bytes={step.result}
        what="node hash"
      />
    ))}
    {result.root !== undefined && (
      <Row strong label="Recomputed root" bytes={result.root} what="recomputed root" />
    )}
    <li className="flex items-baseline justify-between gap-3 py-1 font-medium">
      <span className="text-xs text-ink-2">Signed root</span>
      <CopyText
        value={answer.checkpoint.rootHash}
        shown={`${answer.checkpoint.rootHash.slice(0, 16)}…`}
        what="signed root"
      />
    </li>
  </ol>
)
