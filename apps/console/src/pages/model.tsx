/** One model: its versions, newest first. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { queries } from '../api/queries.ts'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { useSortParam } from '../components/use-filters.ts'
import { plural } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Card } from '../ui/card.tsx'
import { DataTable, sortRows } from '../ui/data-table.tsx'
import { versionColumns } from './models.tsx'

export const ModelPage = () => {
  const { name = '' } = useParams()
  const query = useQuery(queries.model(name))
  const [sort, setSort] = useSortParam('-updatedAt')
  const versions = query.data?.versions
  const current = versions?.find(({ isDefault }) => isDefault)
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Models', to: pb.models() }]}
      description={current?.description ?? versions?.[0]?.description}
    >
      {query.isError && versions === undefined ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <p className="text-ink-2">
            {current === undefined ? (
              'No version of it is serving by default.'
            ) : (
              <>
                <TextLink to={pb.version(name, current.version)}>{current.version}</TextLink> answers by
                default: <TextLink to={pb.route(name)}>live traffic</TextLink>,{' '}
                <TextLink to={pb.telemetryOf(name, current.version)}>drift</TextLink>.
              </>
            )}
          </p>
          <Card
            title="Versions"
            note={versions && plural(versions.length, 'version')}
            actions={
              (versions?.length ?? 0) > 1 && (
                <TextLink to={pb.compare(name)} className="text-xs font-medium">
                  Compare
                </TextLink>
              )
            }
            flush
          >
            <DataTable
              label={`Versions of ${name}`}
              columns={versionColumns}
              rows={versions && sortRows(versions, versionColumns, sort)}
              rowKey={(row) => row.version}
              sort={sort}
              onSort={setSort}
              skeletonRows={3}
            />
          </Card>
        </>
      )}
    </Page>
  )
}
