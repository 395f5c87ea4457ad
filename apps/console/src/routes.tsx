/** The site map: every address, the page it shows, and what is fetched while the page is being opened. */
import type { QueryClient } from '@tanstack/react-query'
import { createBrowserRouter, type LoaderFunctionArgs, type RouteObject } from 'react-router'
import { approvalQueries } from './api/approval-queries.ts'
import { incidentQueries } from './api/incident-queries.ts'
import { queries } from './api/queries.ts'
import { registryQueries } from './api/registry-queries.ts'
import { responseQueries } from './api/response-queries.ts'
import { siemQueries } from './api/siem-queries.ts'
import { signerQueries } from './api/signer-queries.ts'
import { Shell } from './components/shell.tsx'
import { AlertSourcePage } from './pages/alert-source.tsx'
import { ApprovalPage } from './pages/approval.tsx'
import { ApprovalsPage } from './pages/approvals.tsx'
import { AuditPage } from './pages/audit.tsx'
import { AuditEntryPage } from './pages/audit-entry.tsx'
import { ComparePage } from './pages/compare.tsx'
import { ContainmentPage } from './pages/containment.tsx'
import { DecisionsPage } from './pages/decisions.tsx'
import { EvidencePage } from './pages/evidence.tsx'
import { IncidentPage } from './pages/incident.tsx'
import { IncidentsPage } from './pages/incidents.tsx'
import { LineagePage } from './pages/lineage.tsx'
import { ModelPage } from './pages/model.tsx'
import { ModelsPage } from './pages/models.tsx'
import { BrokenPage, NotFoundPage } from './pages/not-found.tsx'
import { OverviewPage } from './pages/overview.tsx'
import { PlaybookPage } from './pages/playbook.tsx'
import { PoliciesPage } from './pages/policies.tsx'
import { PolicyPage } from './pages/policy.tsx'
import { RegistriesPage } from './pages/registries.tsx'
import { RegistryPage } from './pages/registry.tsx'
import { RequestsPage } from './pages/requests.tsx'
import { ResponsePage } from './pages/response.tsx'
import { RoutePage } from './pages/route.tsx'
import { RoutesPage } from './pages/routes.tsx'
import { SettingsPage } from './pages/settings.tsx'
import { SiemPage } from './pages/siem.tsx'
import { SignalPage } from './pages/signal.tsx'
import { SignalsPage } from './pages/signals.tsx'
import { SignersPage } from './pages/signers.tsx'
import { SinkPage } from './pages/sink.tsx'
import { TelemetryPage } from './pages/telemetry.tsx'
import { TelemetryDetailPage } from './pages/telemetry-detail.tsx'
import { UploadPage } from './pages/upload.tsx'
import { VersionPage } from './pages/version.tsx'

type Params = Readonly<Record<string, string | undefined>>

const siteMap = (client: QueryClient): RouteObject[] => {
  // Not awaited: the page shows its skeleton at once and the answer arrives into it.
  const prefetch = (start: (params: Params) => Promise<unknown>) => (args: LoaderFunctionArgs) => {
    if (client.getQueryData(queries.session().queryKey) !== undefined) void start(args.params)
    return null
  }
  const page = (
    path: string,
    element: RouteObject['element'],
    start?: (params: Params) => Promise<unknown>,
  ) => ({
    path,
    element,
    ...(start === undefined ? {} : { loader: prefetch(start) }),
  })
  return [
    {
      index: true,
      element: <OverviewPage />,
      loader: prefetch(() => client.prefetchQuery(queries.overview())),
    },
    page('models', <ModelsPage />, () => client.prefetchQuery(queries.models())),
    page('models/:name', <ModelPage />, ({ name = '' }) => client.prefetchQuery(queries.model(name))),
    page('models/:name/versions/:version', <VersionPage />, ({ name = '', version = '' }) =>
      client.prefetchQuery(queries.passport(name, version)),
    ),
    page('models/:name/compare', <ComparePage />, ({ name = '' }) =>
      client.prefetchQuery(queries.model(name)),
    ),
    page('models/:name/versions/:version/lineage', <LineagePage />),
    page('upload', <UploadPage />),
    page('registries', <RegistriesPage />, () => client.prefetchQuery(registryQueries.registries())),
    page('registries/:name', <RegistryPage />, ({ name = '' }) =>
      client.prefetchQuery(registryQueries.registry(name)),
    ),
    page('evidence/:id', <EvidencePage />, ({ id = '' }) => client.prefetchQuery(queries.evidence(id))),
    page('response', <ResponsePage />, () => client.prefetchQuery(responseQueries.runs())),
    page('response/runs/:id', <ContainmentPage />, ({ id = '' }) =>
      client.prefetchQuery(responseQueries.run(id)),
    ),
    page('response/playbooks/:name', <PlaybookPage />, ({ name = '' }) =>
      client.prefetchQuery(responseQueries.playbook(name)),
    ),
    page('siem', <SiemPage />, () => client.prefetchQuery(siemQueries.sinks())),
    page('siem/sinks/:name', <SinkPage />, ({ name = '' }) => client.prefetchQuery(siemQueries.sink(name))),
    page('siem/sources/:name', <AlertSourcePage />, ({ name = '' }) =>
      client.prefetchQuery(siemQueries.source(name)),
    ),
    page('routes', <RoutesPage />, () => client.prefetchQuery(queries.routes())),
    page('routes/:name', <RoutePage />, ({ name = '' }) => client.prefetchQuery(queries.routeStats(name))),
    page('requests', <RequestsPage />),
    page('telemetry', <TelemetryPage />, () => client.prefetchQuery(queries.telemetry())),
    page('telemetry/:model/:version', <TelemetryDetailPage />, ({ model = '', version = '' }) =>
      client.prefetchQuery(queries.telemetryOf(model, version)),
    ),
    page('signals', <SignalsPage />, () => client.prefetchQuery(queries.signals())),
    page('incidents', <IncidentsPage />, () => client.prefetchQuery(incidentQueries.list(true))),
    page('incidents/:id', <IncidentPage />, ({ id = '' }) => client.prefetchQuery(incidentQueries.one(id))),
    page('signals/:id', <SignalPage />, ({ id = '' }) => client.prefetchQuery(queries.signal(id))),
    page('policies', <PoliciesPage />, () => client.prefetchQuery(queries.policies())),
    page('policies/:pack', <PolicyPage />, ({ pack = '' }) => client.prefetchQuery(queries.policy(pack))),
    page('decisions', <DecisionsPage />),
    page('audit', <AuditPage />, () => client.prefetchQuery(queries.checkpoint())),
    page('audit/:index', <AuditEntryPage />, ({ index }) =>
      client.prefetchQuery(queries.auditEntry(Number(index))),
    ),
    page('approvals', <ApprovalsPage />, () =>
      client.prefetchQuery(approvalQueries.list({ waitingForMe: true })),
    ),
    page('approvals/:id', <ApprovalPage />, ({ id = '' }) => client.prefetchQuery(approvalQueries.one(id))),
    page('signers', <SignersPage />, () => client.prefetchQuery(signerQueries.signers())),
    page('settings', <SettingsPage />),
    page('*', <NotFoundPage />),
  ]
}

export const createRouter = (client: QueryClient) =>
  createBrowserRouter([
    {
      path: '/',
      element: <Shell />,
      errorElement: <BrokenPage />,
      HydrateFallback: () => null,
      children: siteMap(client),
    },
  ])
