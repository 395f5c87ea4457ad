/** All model versions: filter, stage, sort in the address. */
import { useQuery } from '@tanstack/react-query'
import { Boxes, FileUp } from 'lucide-react'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { queries } from '../api/queries.ts'
import type { ModelVersionItem } from '../api/types.ts'
import { VersionLink } from '../components/entity-link.tsx'
import { ExportMenu } from '../components/export-menu.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { StageBadge } from '../components/severity.tsx'
import { useParam, useSortParam } from '../components/use-filters.ts'
import { plural } from '../format/number.ts'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { buttonClass } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { type Column, DataTable, sortRows } from '../ui/data-table.tsx'
import { Segmented } from '../ui/field.tsx'
import { FilterBox } from '../ui/filter-box.tsx'
import { Empty } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

const STAGES = [
  'all',
  'registered',
  'assessed',
  'approved',
  'deployed',
  'retired',
  'quarantined',
  'retracted',
]

export const versionColumns: readonly Column<ModelVersionItem>[] = [
  {
    id: 'name',
    head: 'Version',
    sort: (row) => `${row.name}:${row.version}`,
    cell: (row) => <VersionLink name={row.name} version={row.version} />,
  },
  { id: 'stage', head: 'Stage', sort: (row) => row.stage, cell: (row) => <StageBadge stage={row.stage} /> },
  {
    id: 'serving',
    head: 'Serving',
    from: 'sm',
    sort: (row) => (row.serving ? 0 : 1),
    cell: (row) =>
      row.serving ? (
        <Badge bare>{row.isDefault ? 'yes, default' : 'yes'}</Badge>
      ) : (
        <span className="text-ink-3">no</span>
      ),
  },
  {
    id: 'digest',
    head: 'Digest',
    from: 'md',
    cell: (row) => <CopyText value={row.digest} shown={shortDigest(row.digest)} what="digest" />,
  },
  {
    id: 'createdBy',
    head: 'Registered by',
    from: 'lg',
    sort: (row) => row.createdBy,
    cell: (row) => <span className="text-ink-2">{row.createdBy}</span>,
  },
  {
    id: 'labels',
    head: 'Labels',
    from: 'xl',
    cell: (row) => (
      <span className="text-xs text-ink-3">
        {Object.entries(row.labels ?? {})
          .map(([name, value]) => `${name}=${value}`)
          .join('  ')}
      </span>
    ),
  },
  {
    id: 'updatedAt',
    head: 'Updated',
    align: 'right',
    sort: (row) => row.updatedAt,
    cell: (row) => <Ago time={row.updatedAt} className="text-ink-2" />,
  },
]

export const ModelsPage = () => {
  const query = useQuery(queries.models())
  const [text, setText] = useParam('q')
  const [stage, setStage] = useParam('stage', 'all')
  const [sort, setSort] = useSortParam('-updatedAt')
  const all = query.data?.items
  const rows = useMemo(() => {
    const needle = text.toLowerCase()
    const kept = all?.filter(
      (row) =>
        (stage === 'all' || row.stage === stage) &&
        (needle === '' ||
          `${row.name}:${row.version} ${row.digest} ${row.createdBy} ${row.description ?? ''}`
            .toLowerCase()
            .includes(needle)),
    )
    return kept && sortRows(kept, versionColumns, sort)
  }, [all, text, stage, sort])
  return (
    <Page
      title="Models"
      description={
        all === undefined
          ? 'Every version and the stage it is in'
          : `${plural(all.length, 'version')} of ${plural(new Set(all.map(({ name }) => name)).size, 'model')}`
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <FilterBox value={text} onChange={setText} label="Filter by name, digest, author" />
        <Segmented
          label="Stage"
          value={stage}
          onChange={setStage}
          choices={STAGES.map((value) => ({ value, label: value }))}
        />
        <span className="ml-auto flex items-center gap-2">
          <Link to={pb.upload()} className={buttonClass()}>
            <FileUp aria-hidden className="size-4" /> Upload
          </Link>
          <ExportMenu name="model-versions" rows={rows ?? []} />
        </span>
      </div>
      {query.isError && all === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Card flush>
          <DataTable
            label="Model versions"
            columns={versionColumns}
            rows={rows}
            rowKey={(row) => `${row.name}:${row.version}`}
            sort={sort}
            onSort={setSort}
            empty={
              all?.length === 0 ? (
                <Empty icon={Boxes} title="No model is registered" command="npx rampart apply -f model.yaml">
                  A version enters the house by registration. Describe it in a model.yaml and apply it.
                </Empty>
              ) : (
                <Empty title="No version matches">Change the filter or the stage.</Empty>
              )
            }
          />
        </Card>
      )}
    </Page>
  )
}
