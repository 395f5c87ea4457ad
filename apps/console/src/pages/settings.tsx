/** Keys, service accounts, and who I am. */
import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { ApiKeys } from '../components/api-keys.tsx'
import { Page } from '../components/page.tsx'
import { ServiceAccounts } from '../components/service-accounts.tsx'
import { useParam } from '../components/use-filters.ts'
import { Badge } from '../ui/badge.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { Tabs } from '../ui/tabs.tsx'

const TABS = [
  { id: 'keys', label: 'API keys' },
  { id: 'accounts', label: 'Service accounts' },
  { id: 'session', label: 'Session' },
]

export const SettingsPage = () => {
  const [tab, setTab] = useParam('tab', 'keys')
  return (
    <Page title="Settings">
      <Tabs label="Settings" tabs={TABS} active={tab} onSelect={setTab} />
      {tab === 'keys' && <ApiKeys />}
      {tab === 'accounts' && <ServiceAccounts />}
      {tab === 'session' && <SessionCard />}
    </Page>
  )
}

const SessionCard = () => {
  const session = useQuery(queries.session()).data
  if (session === undefined) return null
  const { principal, mode, product } = session
  return (
    <Card title="This session">
      <FactList>
        <Fact label="Signed in as">
          {principal.kind}:{principal.id}
        </Fact>
        <Fact label="Roles">
          <span className="flex gap-1.5">
            {principal.roles.map((role) => (
              <Badge key={role}>{role}</Badge>
            ))}
          </span>
        </Fact>
        <Fact label="Tenant">{principal.tenant}</Fact>
        <Fact label="Server">
          {product.name} {product.version}
        </Fact>
        <Fact label="Mode">{mode}</Fact>
      </FactList>
      {mode === 'development' && (
        <p className="mt-4 max-w-2xl border-t border-line pt-3 text-ink-2">
          Development mode: no identity provider is configured, the server listens on loopback only, and
          inference under /v2 is open to programs on this machine. Configure OIDC to leave it.
        </p>
      )}
    </Card>
  )
}
