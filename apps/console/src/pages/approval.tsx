/** One request for approval: what is asked, who has answered, what counts and why not, and the answer to give. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useParams } from 'react-router'
import { type ApprovalDetail, approvalQueries, commentApproval } from '../api/approval-queries.ts'
import { ApprovalAnswer, ApprovalBadge, WithdrawButton } from '../components/approval-parts.tsx'
import { neededWords, rightWords } from '../components/approval-words.ts'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { TextField } from '../ui/field.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

export const ApprovalPage = () => {
  const { id = '' } = useParams()
  const query = useQuery(approvalQueries.one(id))
  const approval = query.data
  return (
    <Page
      title={approval === undefined ? 'Approval' : `Approval of ${approval.name}`}
      crumbs={[{ label: 'Approvals', to: pb.approvals() }]}
      badges={approval && <ApprovalBadge state={approval.state} />}
      description={approval?.reason}
      actions={
        approval?.state === 'open' && (
          <>
            <WithdrawButton approval={approval} />
            <ApprovalAnswer approval={approval} />
          </>
        )
      }
    >
      {approval !== undefined ? (
        <Body approval={approval} />
      ) : query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <BlockSkeleton height={260} />
      )}
    </Page>
  )
}

const Body = ({ approval }: { approval: ApprovalDetail }) => (
  <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
    <div className="flex min-w-0 flex-col gap-4">
      <Needed approval={approval} />
      <Given approval={approval} />
    </div>
    <History approval={approval} />
  </div>
)

const Needed = ({ approval }: { approval: ApprovalDetail }) => (
  <Card title="What it waits for">
    <div className="flex flex-col gap-4">
      <p className="text-base">{neededWords(approval)}</p>
      <FactList>
        <Fact label="Version">
          <TextLink to={pb.version(approval.model, approval.version)}>{approval.name}</TextLink>
        </Fact>
        <Fact label="Digest">
          <CopyText value={approval.digest} shown={shortDigest(approval.digest)} what="digest" />
        </Fact>
        <Fact label="Asked by">{approval.requestedBy}</Fact>
        <Fact label="Asked">
          <Ago time={approval.createdAt} />
        </Fact>
        <Fact label="Ends">
          <Ago time={approval.expiresAt} />
        </Fact>
        <Fact label="Needed in all">
          {Object.entries(approval.needs)
            .map(([role, count]) => `${count} ${role}`)
            .join(', ')}
        </Fact>
        <Fact label="Rule">
          <span className="flex flex-wrap gap-1.5">
            {approval.quorums.map((name) => (
              <Badge key={name}>{name}</Badge>
            ))}
            <TextLink to={pb.policy('approval')}>policy</TextLink>
          </span>
        </Fact>
        {approval.approvers.length > 0 && <Fact label="Asked by name">{approval.approvers.join(', ')}</Fact>}
      </FactList>
      {approval.state === 'open' && (
        <p className="flex items-start gap-2 text-ink-2">
          {approval.mayApprove.allow ? (
            <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
          ) : (
            <CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
          )}
          <span>
            <span className="text-ink-3">May you approve?</span> {rightWords(approval.mayApprove)}
          </span>
        </p>
      )}
      {approval.state === 'open' && !approval.bindingIsCurrent && (
        <p className="text-medium">
          Bytes, evidence or policy changed since it was asked: a new request takes its place.
        </p>
      )}
    </div>
  </Card>
)

const Given = ({ approval }: { approval: ApprovalDetail }) => (
  <Card title="Approvals given" note="each a signed statement" flush>
    {approval.approvals.length === 0 ? (
      <p className="p-4 text-ink-3">None yet.</p>
    ) : (
      <ul className="divide-y divide-line">
        {approval.approvals.map((one) => (
          <li key={one.evidence} className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3 px-4 py-3">
            {one.counts ? (
              <CircleCheck aria-label="counts" className="mt-0.5 size-4.5 text-ok" />
            ) : (
              <CircleX aria-label="does not count" className="mt-0.5 size-4.5 text-high" />
            )}
            <div className="min-w-0">
              <p>
                <span className="font-medium">{one.approver}</span>
                {one.onBehalfOf !== undefined && ` for ${one.onBehalfOf}`}
                <span className="text-ink-3"> as {one.roles.join(', ')}</span>
              </p>
              <p className="break-words text-ink-2">{one.reason}</p>
              {one.why !== undefined && <p className="text-high">does not count: {one.why}</p>}
              <p className="mt-0.5 flex flex-wrap gap-x-3 text-xs text-ink-3">
                <Ago time={one.at} />
                {one.expiresAt !== undefined && (
                  <span>
                    counts until <Ago time={one.expiresAt} />
                  </span>
                )}
                <TextLink to={pb.evidence(one.evidence)}>statement</TextLink>
              </p>
            </div>
          </li>
        ))}
      </ul>
    )}
  </Card>
)

const History = ({ approval }: { approval: ApprovalDetail }) => (
  <Card title="History" flush>
    <ol className="divide-y divide-line">
      {approval.history.map((entry) => (
        <li key={`${entry.time} ${entry.action}`} className="px-4 py-2.5">
          <p className="flex flex-wrap gap-x-2">
            <span className="font-medium">{entry.action}</span>
            <span className="text-ink-2">{entry.principal}</span>
            <Ago time={entry.time} className="ml-auto text-xs text-ink-3" />
          </p>
          <p className="break-words text-ink-2">{entry.text}</p>
        </li>
      ))}
    </ol>
    <Comment id={approval.id} />
  </Card>
)

const Comment = ({ id }: { id: string }) => {
  const client = useQueryClient()
  const [text, setText] = useState('')
  const send = useMutation({
    mutationFn: () => commentApproval(id, text.trim()),
    onSuccess: async () => {
      setText('')
      await client.invalidateQueries({ queryKey: ['approvals'] })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') send.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-2 border-t border-line p-4">
      <TextField
        label="Comment"
        value={text}
        maxLength={2000}
        onChange={(event) => setText(event.target.value)}
      />
      {send.isError && <ProblemNotice title="It was not kept" error={send.error} />}
      <div>
        <Button
          type="submit"
          size="sm"
          busy={send.isPending}
          disabledReason={text.trim() === '' ? 'Write something first' : undefined}
        >
          Comment
        </Button>
      </div>
    </form>
  )
}
