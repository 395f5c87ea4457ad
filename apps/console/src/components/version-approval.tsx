/** The approval that a version waits for, on its page. */
import { useQuery } from '@tanstack/react-query'
import { approvalQueries } from '../api/approval-queries.ts'
import type { Passport } from '../api/types.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { Ago } from '../ui/time.tsx'
import { ApprovalAnswer } from './approval-parts.tsx'
import { neededWords } from './approval-words.ts'
import { TextLink } from './entity-link.tsx'

export const VersionApproval = ({ passport }: { passport: Passport }) => {
  const { name: model, version } = passport
  const query = useQuery(approvalQueries.list({ state: 'open', model, version }))
  const [open] = query.data?.items ?? []
  if (open === undefined) return null
  return (
    <Card title="Waits for approval" actions={<ApprovalAnswer approval={open} />}>
      <p>{neededWords(open)}</p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-ink-3">
        <span>
          asked by {open.requestedBy}, <Ago time={open.createdAt} />
        </span>
        <TextLink to={pb.approval(open.id)}>Details</TextLink>
      </p>
      <p className="mt-1 break-words text-ink-2">{open.reason}</p>
    </Card>
  )
}
