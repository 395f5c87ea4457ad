/** The inclusion proof, step by step, judged by WebCrypto in this browser. */
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import { queries } from '../api/queries.ts'
import type { InclusionProof, PublicKey } from '../api/types.ts'
import { count } from '../format/number.ts'
import { shortId } from '../format/text.ts'
import { type CheckpointResult, checkCheckpoint } from '../merkle/checkpoint.ts'
import { base64Bytes, fromUtf8, hashBytes, hex } from '../merkle/encoding.ts'
import { checkInclusion, type InclusionResult } from '../merkle/inclusion.ts'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'

type Judgement = { inclusion: InclusionResult; signature: CheckpointResult; shown: boolean }

/** Does the page show what was hashed? The entry beside a good proof could still have been altered on its way. */
const showsTheLeaf = ({ leaf, entry }: InclusionProof): boolean => {
  const signed = JSON.parse(fromUtf8(base64Bytes(leaf))) as Record<string, unknown>
  const same = (name: keyof typeof entry) => canonical(signed[name]) === canonical(entry[name])
  return (['index', 'time', 'principal', 'action', 'entity', 'outcome', 'details'] as const).every(same)
}

/** Key order does not matter for what an entry says. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

const judgeInclusion = async ({
  leaf,
  proof,
  checkpoint,
  entry,
}: InclusionProof): Promise<InclusionResult> => {
  try {
    if (proof.index !== entry.index || proof.treeSize !== checkpoint.size) {
      return { ok: false, reason: 'the proof is about another entry or another checkpoint', steps: [] }
    }
    return await checkInclusion({
      leaf: base64Bytes(leaf),
      index: proof.index,
      treeSize: proof.treeSize,
      hashes: proof.hashes.map(hashBytes),
      root: hashBytes(checkpoint.rootHash),
    })
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error), steps: [] }
  }
}

const judge = async (answer: InclusionProof, keys: readonly PublicKey[]): Promise<Judgement> => {
  const inclusion = await judgeInclusion(answer)
  return {
    inclusion,
    signature: await checkCheckpoint(
      answer.checkpoint,
      keys.filter(({ use }) => use === 'audit'),
    ),
    // Bytes that are not proven are not worth comparing, and may not even be JSON.
    shown: inclusion.ok && showsTheLeaf(answer),
  }
}

const verdictOf = (
  { inclusion, signature, shown }: Judgement,
  size: number,
): { ok: boolean; text: string } => {
  if (!inclusion.ok)
    return { ok: false, text: `Not proven: ${inclusion.reason}. This entry is not what was signed.` }
  if (!signature.ok)
    return { ok: false, text: `Not proven: the checkpoint does not verify, ${signature.reason}.` }
  if (!shown)
    return { ok: false, text: 'Not proven: the entry shown here differs from the bytes that were signed.' }
  return { ok: true, text: `The signed log of ${count(size)} entries contains exactly this entry.` }
}

const short = (bytes: Uint8Array): string => `${hex(bytes).slice(0, 16)}…`

export const ProofCard = ({ answer }: { answer: InclusionProof }) => {
  const { leaf, proof, checkpoint } = answer
  const keys = useQuery(queries.keys()).data?.items
  const query = useQuery({
    queryKey: ['proof', leaf, proof, checkpoint, keys],
    queryFn: () => judge(answer, keys ?? []),
    enabled: keys !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const result = query.data
  return (
    <Card title="Inclusion proof" note="recomputed in this browser (RFC 6962)">
      {result === undefined ? (
        <BlockSkeleton height={220} />
      ) : (
        <>
          <Verdict {...verdictOf(result, checkpoint.size)} />
          <Steps answer={answer} judgement={result} />
        </>
      )}
      <details className="mt-3">
        <summary className="cursor-pointer text-xs text-ink-2 hover:text-ink">
          The exact bytes that were hashed, and the checkpoint
        </summary>
        <div className="mt-2 flex flex-col gap-2">
          <JsonView label="Hashed bytes" value={fromUtf8(base64Bytes(leaf))} maxHeight={160} />
          <JsonView label="Checkpoint" value={checkpoint.note} maxHeight={160} />
        </div>
      </details>
    </Card>
  )
}

const Verdict = ({ ok, text }: { ok: boolean; text: string }) => (
  <p
    role="status"
    data-proof={ok ? 'ok' : 'failed'}
    className={`mb-3 flex items-start gap-2 rounded-md border px-3 py-2 ${ok ? 'border-ok/30 bg-ok/8' : 'border-critical/35 bg-critical/8'}`}
  >
    {ok ? (
      <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
    ) : (
      <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-critical" />
    )}
    <span>{text}</span>
  </p>
)

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

const Steps = ({ answer, judgement }: { answer: InclusionProof; judgement: Judgement }) => {
  const { inclusion: result, signature } = judgement
  return (
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
      <li className="flex items-baseline justify-between gap-3 border-t border-line py-1 font-medium">
        <span className="text-xs text-ink-2">Ed25519 signature of the checkpoint</span>
        {signature.ok ? (
          <span className="inline-flex items-center gap-1 text-xs">
            <span className="text-ok">valid,</span> key
            <CopyText value={signature.keyid} shown={shortId(signature.keyid)} what="id of the audit key" />
          </span>
        ) : (
          <span className="text-xs text-critical">{signature.reason}</span>
        )}
      </li>
    </ol>
  )
}
