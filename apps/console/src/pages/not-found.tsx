/** An address that leads nowhere, or a page that broke: said plainly, with a way on. */
import { useRouteError } from 'react-router'
import { TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { pb } from '../path-builder.ts'
import { Empty } from '../ui/notice.tsx'

export const NotFoundPage = () => (
  <Page title="Not found">
    <Empty
      title="There is no page at this address"
      action={<TextLink to={pb.overview()}>Go to the overview</TextLink>}
    />
  </Page>
)

export const BrokenPage = () => {
  const error = useRouteError()
  return (
    <main className="mx-auto max-w-2xl p-6">
      <ProblemNotice title="This page broke" error={error} onRetry={() => location.reload()} />
    </main>
  )
}
