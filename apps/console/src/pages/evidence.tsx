/** One piece of evidence: what it says, about which digest, and the envelope that proves who said it. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { queries } from '../api/queries.ts'
import { Page } from '../components/page.tsx'
import { Loaded } from '../components/query-state.tsx'
import { VerifiedBadge } from '../components/severity.tsx'
import { predicateName, shortDigest } from '../format/text.ts'
import { base64Bytes, fromUtf8 } from '../merkle/encoding.ts'
import { pb } from '../path-builder.ts'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const decoded = (payload: string): unknown => {
  try {
    return JSON.parse(fromUtf8(base64Bytes(payload)))
  } catch {
    return payload
  }
}

export const EvidencePage = () => {
  const { id = '' } = useParams()
  const query = useQuery(queries.evidence(id))
  return (
    <Page
      title={query.data === undefined ? 'Evidence' : `${predicateName(query.data.predicateType)} statement`}
      crumbs={[{ label: 'Models', to: pb.models() }]}
      badges={query.data && <VerifiedBadge bare={false} verified={query.data.verified} />}
    >
      <Loaded query={query} skeleton={<BlockSkeleton height={420} />}>
        {(evidence) => (
          <>
            <Card title="About">
              <FactList>
                <Fact label="Subject">
                  <CopyText
                    value={evidence.subjectDigest}
                    shown={shortDigest(evidence.subjectDigest)}
                    what="digest"
                  />
                </Fact>
                {evidence.signer !== undefined && <Fact label="Signed by">{evidence.signer}</Fact>}
                {evidence.createdAt !== undefined && (
                  <Fact label="Made">
                    <Ago time={evidence.createdAt} />
                  </Fact>
                )}
                <Fact label="Predicate type">
                  <span className="font-mono text-xs break-all">{evidence.predicateType}</span>
                </Fact>
              </FactList>
            </Card>
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Card title="Statement" note="decoded payload">
                <JsonView
                  label="Statement"
                  value={
                    evidence.envelope === undefined ? evidence.predicate : decoded(evidence.envelope.payload)
                  }
                  maxHeight={560}
                />
              </Card>
              <Card title="Envelope" note="as signed (DSSE)">
                <JsonView
                  label="Envelope"
                  value={evidence.envelope ?? 'The server keeps no envelope for this record.'}
                  maxHeight={560}
                />
              </Card>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}
