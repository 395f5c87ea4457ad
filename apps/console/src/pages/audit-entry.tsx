/** One audit entry, and the proof that the signed log contains it, checked here and not by the server. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { queries } from '../api/queries.ts'
import type { InclusionProof } from '../api/types.ts'
import { EntityLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProofCard } from '../components/proof-card.tsx'
import { Loaded } from '../components/query-state.tsx'
import { pb } from '../path-builder.ts'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { Outcome } from './audit.tsx'

export const AuditEntryPage = () => {
  const index = Number(useParams()['index'])
  const query = useQuery(queries.auditEntry(index))
  return (
    <Page title={`Audit entry ${index}`} crumbs={[{ label: 'Audit', to: pb.audit() }]}>
      <Loaded query={query} skeleton={<BlockSkeleton height={420} />}>
        {(answer) => (
          <>
            <Facts answer={answer} />
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <ProofCard answer={answer} />
              <Card title="Details">
                <JsonView label="Details" value={answer.entry.details} />
              </Card>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}

const Facts = ({ answer: { entry } }: { answer: InclusionProof }) => (
  <Card title="Entry">
    <FactList>
      <Fact label="Action">
        <span className="font-mono text-xs">{entry.action}</span>
      </Fact>
      <Fact label="Outcome">
        <Outcome outcome={entry.outcome} />
      </Fact>
      <Fact label="About">
        <EntityLink entity={entry.entity} />
      </Fact>
      <Fact label="By">{entry.principal}</Fact>
      <Fact label="When">
        <Ago time={entry.time} />
      </Fact>
    </FactList>
  </Card>
)
