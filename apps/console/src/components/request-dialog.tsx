/** One record of the inference log: what was decided and answered, the payload if it was kept, its proof, and a replay. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { queries } from '../api/queries.ts'
import type { InferenceRecord } from '../api/types.ts'
import { statistic } from '../format/number.ts'
import { shortDigest, shortId } from '../format/text.ts'
import { duration } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { Ago } from '../ui/time.tsx'
import { TextLink } from './entity-link.tsx'
import { Loaded } from './query-state.tsx'
import { RequestProof } from './request-proof.tsx'
import { RequestReplay } from './request-replay.tsx'
import { OutcomeBadge } from './severity.tsx'

const TABS = [
  { id: 'payload', label: 'Payload' },
  { id: 'proof', label: 'Proof' },
  { id: 'replay', label: 'Replay' },
  { id: 'record', label: 'Record' },
]

export const RequestDialog = ({ id, onClose }: { id: string; onClose: () => void }) => {
  const query = useQuery(queries.request(id))
  return (
    <Dialog
      wide
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title="Request"
      description={<span className="font-mono text-xs wrap-anywhere">{id}</span>}
    >
      <Loaded query={query} skeleton={<BlockSkeleton height={320} />}>
        {(record) => <Details record={record} />}
      </Loaded>
    </Dialog>
  )
}

const Details = ({ record }: { record: InferenceRecord }) => {
  const [tab, setTab] = useState('payload')
  return (
    <>
      <Facts record={record} />
      <Tabs label="Parts of the record" tabs={TABS} active={tab} onSelect={setTab} />
      <div className="mt-4 min-h-56">
        {tab === 'payload' && <Payload record={record} />}
        {tab === 'proof' && <RequestProof id={record.id} />}
        {tab === 'replay' && <RequestReplay record={record} />}
        {tab === 'record' && <JsonView label="Record" value={JSON.parse(record.record)} maxHeight={360} />}
      </div>
    </>
  )
}

const Facts = ({ record }: { record: InferenceRecord }) => (
  <>
    <FactList className="mb-4">
      <Fact label="Decision">
        {record.decision === null ? 'not asked' : <OutcomeBadge allow={record.decision === 'allow'} />}
      </Fact>
      <Fact label="Status">
        <span className="tnum">{record.status}</span>
      </Fact>
      <Fact label="Took">{duration(record.latency_ms)}</Fact>
      <Fact label="When">
        <Ago time={record.time} />
      </Fact>
      <Fact label="Caller">
        <span className="wrap-anywhere">{record.principal ?? '–'}</span>
      </Fact>
      <Fact label="Route">
        <TextLink to={pb.route(record.route)}>{record.route}</TextLink>
      </Fact>
      <Fact label="Version">
        <TextLink to={pb.version(record.model, record.version)}>
          {record.model}:{record.version}
        </TextLink>
        {record.backend !== null && <span className="text-ink-3"> on {record.backend}</span>}
        {record.choice !== null && <span className="text-ink-3"> by {record.choice}</span>}
      </Fact>
      <Fact label="Answer">
        {record.label ?? '–'}
        {record.score !== null && <span className="tnum text-ink-3"> {statistic(record.score)}</span>}
      </Fact>
      <Fact label="Rows">
        <span className="tnum">{record.rows}</span>
      </Fact>
      <Copied label="Request id" value={record.request_id} />
      <Copied label="Decision id" value={record.decision_id} shown={shortId} />
      <Copied label="Trace" value={record.trace_id} shown={shortId} />
      <Copied label="Input digest" value={record.input_digest} shown={shortDigest} />
    </FactList>
    {record.reasons !== null && (
      <Note>
        The policy refused this call: <span className="font-medium">{record.reasons.join('; ')}</span>
      </Note>
    )}
    {record.obligations !== undefined && <Note>Obligations: {JSON.stringify(record.obligations)}</Note>}
  </>
)

const Copied = ({
  label,
  value,
  shown = (text) => text,
}: {
  label: string
  value: string | null
  shown?: (text: string) => string
}) =>
  value === null ? null : (
    <Fact label={label}>
      <CopyText value={value} shown={shown(value)} what={label.toLowerCase()} />
    </Fact>
  )

const Note = ({ children }: { children: ReactNode }) => (
  <p className="mb-4 rounded-md border border-line bg-sunken px-3 py-2 text-sm wrap-anywhere">{children}</p>
)

const Payload = ({ record }: { record: InferenceRecord }) =>
  record.input === undefined ? (
    <Note>
      The payload was not kept, only its digest. Whether it is kept is up to the route (<code>spec.log</code>)
      and the policy.
    </Note>
  ) : (
    <div className="grid gap-3 sm:grid-cols-2">
      <div className="min-w-0">
        <h3 className="mb-1 text-xs font-medium text-ink-2">
          Inputs{record.redacted && <span className="text-ink-3">, some values left out</span>}
        </h3>
        <JsonView label="Inputs" value={record.input} maxHeight={300} />
      </div>
      <div className="min-w-0">
        <h3 className="mb-1 text-xs font-medium text-ink-2">Outputs as answered</h3>
        <JsonView label="Outputs" value={record.output ?? 'not kept'} maxHeight={300} />
      </div>
    </div>
  )
