/** The decision log: what was asked of which policy, and what it answered. */
import { useQuery } from '@tanstack/react-query'
import { Gavel } from 'lucide-react'
import { useState } from 'react'
import { queries } from '../api/queries.ts'
import type { Decision } from '../api/types.ts'
import { EntityLink, TextLink } from '../components/entity-link.tsx'
import { ExportMenu } from '../components/export-menu.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { OutcomeBadge } from '../components/severity.tsx'
import { useParam } from '../components/use-filters.ts'
import { micros } from '../format/number.ts'
import { shortDigest, shortId } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Segmented } from '../ui/field.tsx'
import { FilterBox } from '../ui/filter-box.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const PACKS = ['all', 'promotion', 'authz', 'inference'].map((value) => ({ value, label: value }))
const READS = [
  { value: 'no', label: 'without reads' },
  { value: 'yes', label: 'all' },
]
const ANSWERS = [
  { value: 'any', label: 'any answer' },
  { value: 'true', label: 'allowed' },
  { value: 'false', label: 'denied' },
]

export const DecisionsPage = () => {
  const [pack, setPack] = useParam('pack', 'all')
  const [allow, setAllow] = useParam('allow', 'any')
  const [principal, setPrincipal] = useParam('principal')
  const [reads, setReads] = useParam('reads', 'no')
  const [cursor, setCursor] = useParam('cursor')
  const [open, setOpen] = useState<Decision>()
  const query = useQuery(
    queries.decisions({
      ...(pack === 'all' ? {} : { pack }),
      ...(allow === 'any' ? {} : { allow: allow === 'true' }),
      // Every look at a page is a decision of its own; they would hide the ones that changed something.
      ...(reads === 'no' ? { routine: false } : {}),
      ...(principal === '' ? {} : { principal }),
      ...(cursor === '' ? {} : { cursor }),
    }),
  )
  const rows = query.data?.items
  const next = query.data?.nextCursor
  return (
    <Page
      title="Decisions"
      description="Every answer a policy gave, with the digests of what was asked and of the rules that answered"
    >
      <div className="flex flex-wrap items-center gap-2">
        <FilterBox value={principal} onChange={setPrincipal} label="Asked by, as kind:id" />
        <Segmented label="Policy" value={pack} onChange={setPack} choices={PACKS} />
        <Segmented label="Answer" value={allow} onChange={setAllow} choices={ANSWERS} />
        <Segmented label="Reads of the API" value={reads} onChange={setReads} choices={READS} />
        <span className="ml-auto">
          <ExportMenu name="decisions" rows={rows ?? []} />
        </span>
      </div>
      {query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Decisions"
            columns={columns(setOpen)}
            rows={rows}
            rowKey={(row) => row.id}
            empty={
              <Empty icon={Gavel} title="No decision matches">
                A decision is written whenever a policy is asked.
              </Empty>
            }
          />
        </Card>
      )}
      <div className="flex justify-end gap-2">
        {cursor !== '' && <Button onClick={() => setCursor('')}>Newest</Button>}
        {next !== undefined && <Button onClick={() => setCursor(next)}>Older</Button>}
      </div>
      {open !== undefined && <DecisionDialog decision={open} onClose={() => setOpen(undefined)} />}
    </Page>
  )
}

const columns = (onOpen: (decision: Decision) => void): readonly Column<Decision>[] => [
  { id: 'allow', head: 'Answer', cell: (row) => <OutcomeBadge allow={row.allow} /> },
  {
    id: 'action',
    head: 'Question',
    cell: (row) => (
      <button
        type="button"
        data-row
        onClick={() => onOpen(row)}
        className="text-left font-medium group-hover/row:underline"
      >
        {row.action}
      </button>
    ),
  },
  {
    id: 'pack',
    head: 'Policy',
    from: 'lg',
    cell: (row) => <TextLink to={pb.policy(row.pack)}>{row.pack}</TextLink>,
  },
  {
    id: 'entity',
    head: 'About',
    from: 'md',
    cell: (row) =>
      row.entity === undefined ? <span className="text-ink-3">–</span> : <EntityLink entity={row.entity} />,
  },
  { id: 'principal', head: 'Asked by', from: 'sm', cell: (row) => row.principal },
  {
    id: 'reasons',
    head: 'Reasons',
    from: 'md',
    className: 'max-w-120',
    cell: (row) => <span className="text-ink-2">{row.reasons.join('; ') || '–'}</span>,
  },
  { id: 'times', head: 'Times', align: 'right', from: 'lg', cell: (row) => `${row.times}×` },
  { id: 'micros', head: 'Took', align: 'right', from: 'lg', cell: (row) => micros(row.evaluationMicros) },
  { id: 'time', head: 'When', align: 'right', cell: (row) => <Ago time={row.time} className="text-ink-2" /> },
]

const DecisionDialog = ({ decision, onClose }: { decision: Decision; onClose: () => void }) => (
  <Dialog
    wide
    open
    onOpenChange={(isOpen) => !isOpen && onClose()}
    title="Decision"
    description={<OutcomeBadge allow={decision.allow} />}
  >
    <FactList className="mb-4">
      <Fact label="Id">
        <CopyText value={decision.id} shown={shortId(decision.id)} what="decision id" />
      </Fact>
      <Fact label="Asked by">{decision.principal}</Fact>
      <Fact label="Rules">
        <CopyText
          value={decision.bundleDigest}
          shown={shortDigest(decision.bundleDigest)}
          what="bundle digest"
        />
      </Fact>
      <Fact label="Input">
        <CopyText
          value={decision.inputDigest}
          shown={shortDigest(decision.inputDigest)}
          what="input digest"
        />
      </Fact>
    </FactList>
    <JsonView label="Decision" value={decision} maxHeight={360} />
  </Dialog>
)
