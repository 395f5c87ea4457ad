/** Two versions of a model side by side; both are in the address. */
import { useQuery } from '@tanstack/react-query'
import { ArrowLeftRight } from 'lucide-react'
import { useParams, useSearchParams } from 'react-router'
import { type DifferenceSide, lineageQueries, type VersionDifference } from '../api/lineage-queries.ts'
import { queries } from '../api/queries.ts'
import type { ModelVersionItem, Stage } from '../api/types.ts'
import { DifferenceTable } from '../components/difference-table.tsx'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { StageBadge } from '../components/severity.tsx'
import { GraphDifference } from '../components/version-graph-diff.tsx'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { SelectField } from '../ui/field.tsx'
import { BlockSkeleton, Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const TITLES: Readonly<Record<keyof VersionDifference['sections'], string>> = {
  metrics: 'Figures of the assessment',
  interface: 'Inputs and outputs',
  files: 'Files',
  specification: 'Specification',
  components: 'Bill of materials',
  evidence: 'Evidence',
  lineage: 'Lineage',
}

/** What the address leaves open: from what serves, else from the one before; to the newest other one. */
const pairOf = (
  versions: readonly ModelVersionItem[],
  given: { from: string | null; to: string | null },
): { from: string; to: string } => {
  const all = versions.map(({ version }) => version)
  const serving = versions.find(({ isDefault }) => isDefault)?.version
  const to = given.to ?? all.find((one) => one !== (given.from ?? serving)) ?? ''
  const from = given.from ?? (serving !== to ? serving : undefined) ?? all.find((one) => one !== to) ?? ''
  return { from, to }
}

const Side = ({ name, label, side }: { name: string; label: string; side: DifferenceSide }) => (
  <Card
    title={
      <>
        <span className="font-normal text-ink-3">{label} </span>
        <TextLink to={pb.version(name, side.version)}>
          {name}:{side.version}
        </TextLink>
      </>
    }
    actions={<StageBadge stage={side.stage as Stage} />}
  >
    <FactList>
      <Fact label="Digest">
        <CopyText value={side.digest} shown={shortDigest(side.digest)} what="digest" />
      </Fact>
      <Fact label="Registered">
        <Ago time={side.createdAt} /> by {side.createdBy}
      </Fact>
      <Fact label="Verdict">
        {side.verdict === undefined ? (
          <span className="text-ink-3">none yet</span>
        ) : (
          <span>
            <Badge tone={side.verdict.decision === 'allow' ? 'ok' : 'high'}>{side.verdict.decision}</Badge>{' '}
            <span className="text-xs text-ink-2">{side.verdict.reasons.join('; ')}</span>
          </span>
        )}
      </Fact>
    </FactList>
  </Card>
)

const Found = ({ found }: { found: VersionDifference }) => (
  <>
    <div className="grid items-start gap-4 md:grid-cols-2">
      <Side name={found.name} label="From" side={found.from} />
      <Side name={found.name} label="To" side={found.to} />
    </div>
    <DifferenceTable title={TITLES.metrics} section={found.sections.metrics} />
    <DifferenceTable title={TITLES.interface} section={found.sections.interface} />
    <Card title="Graph" note="from the one to the other" flush>
      {found.graph.unavailable === undefined ? (
        <GraphDifference name={found.name} version={found.to.version} against={found.from.version} />
      ) : (
        <p className="px-4 py-3 text-sm text-ink-2">Not compared: {found.graph.unavailable}</p>
      )}
    </Card>
    {(['files', 'specification', 'components', 'evidence', 'lineage'] as const).map((part) => (
      <DifferenceTable key={part} title={TITLES[part]} section={found.sections[part]} />
    ))}
  </>
)

export const ComparePage = () => {
  const { name = '' } = useParams()
  const [params, setParams] = useSearchParams()
  const model = useQuery(queries.model(name))
  const versions = model.data?.versions ?? []
  const { from, to } = pairOf(versions, { from: params.get('from'), to: params.get('to') })
  const query = useQuery(lineageQueries.difference(name, from, to))
  const choose = (pair: { from: string; to: string }) =>
    setParams(pair, { replace: true, preventScrollReset: true })
  const choices = versions.map(({ version, stage }) => ({ value: version, label: `${version} · ${stage}` }))
  return (
    <Page
      title={`Compare versions of ${name}`}
      crumbs={[
        { label: 'Models', to: pb.models() },
        { label: name, to: pb.model(name) },
      ]}
    >
      <div className="flex flex-wrap items-end gap-2">
        <div className="w-44">
          <SelectField
            label="From"
            value={from}
            choices={choices}
            onChange={({ target }) => choose({ from: target.value, to })}
          />
        </div>
        <Button aria-label="Swap the versions" onClick={() => choose({ from: to, to: from })}>
          <ArrowLeftRight aria-hidden className="size-4" />
        </Button>
        <div className="w-44">
          <SelectField
            label="To"
            value={to}
            choices={choices}
            onChange={({ target }) => choose({ from, to: target.value })}
          />
        </div>
      </div>
      {model.isError ? (
        <ProblemNotice error={model.error} onRetry={() => void model.refetch()} />
      ) : model.data !== undefined && (from === to || versions.length < 2) ? (
        <Card>
          <Empty title={versions.length < 2 ? 'There is only one version' : 'Choose two versions'}>
            {versions.length < 2
              ? 'Register a second one to compare them.'
              : 'A version does not differ from itself.'}
          </Empty>
        </Card>
      ) : query.data !== undefined ? (
        <Found found={query.data} />
      ) : query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <BlockSkeleton height={110} />
          <BlockSkeleton height={280} />
        </>
      )}
    </Page>
  )
}
