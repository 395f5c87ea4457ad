/** One pack: files and editor, try-it, history. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { queries } from '../api/queries.ts'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { PolicyFiles } from '../components/policy-files.tsx'
import { PolicyHistory } from '../components/policy-history.tsx'
import { PolicyTryIt } from '../components/policy-try.tsx'
import { Loaded } from '../components/query-state.tsx'
import { useParam } from '../components/use-filters.ts'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { CopyText } from '../ui/copy.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { Ago } from '../ui/time.tsx'

const TABS = [
  { id: 'files', label: 'Files' },
  { id: 'try', label: 'Try it' },
  { id: 'history', label: 'History' },
]

export const PolicyPage = () => {
  const { pack = '' } = useParams()
  const query = useQuery(queries.policy(pack))
  const [tab, setTab] = useParam('tab', 'files')
  const detail = query.data?.data
  return (
    <Page
      title={pack}
      crumbs={[{ label: 'Policies', to: pb.policies() }]}
      badges={
        detail && (
          <>
            <Badge>version {detail.version}</Badge>
            {detail.differsFromShipped && <Badge>differs from shipped</Badge>}
          </>
        )
      }
      description={
        detail && (
          <span className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
            <span>
              {detail.message === '' ? 'Saved' : detail.message}, {detail.author},{' '}
              <Ago time={detail.createdAt} />
            </span>
            <CopyText value={detail.digest} shown={shortDigest(detail.digest)} what="digest" />
            <TextLink to={pb.decisions({ pack })}>its decisions</TextLink>
          </span>
        )
      }
    >
      <Tabs label="Policy" tabs={TABS} active={tab} onSelect={setTab} />
      <Loaded query={query} skeleton={<BlockSkeleton height={480} />}>
        {({ data, etag }) => (
          <>
            {tab === 'files' && <PolicyFiles detail={data} etag={etag} />}
            {tab === 'try' && <PolicyTryIt pack={pack} inputPaths={data.inputPaths} />}
            {tab === 'history' && <PolicyHistory pack={pack} version={data.version} etag={etag} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}
