/** One signal with the evidence its detector gave. */
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { incidentQueries } from '../api/incident-queries.ts'
import { queries } from '../api/queries.ts'
import type { Signal } from '../api/types.ts'
import { EntityLink, TextLink } from '../components/entity-link.tsx'
import { Page } from '../components/page.tsx'
import { Loaded } from '../components/query-state.tsx'
import { SeverityBadge, SignalStateBadge } from '../components/severity.tsx'
import { plural, statistic } from '../format/number.ts'
import { shortId, words } from '../format/text.ts'
import { absoluteTime, clockTime } from '../format/time.ts'
import { pb } from '../path-builder.ts'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

export const SignalPage = () => {
  const { id = '' } = useParams()
  const query = useQuery(queries.signal(id))
  const signal = query.data
  return (
    <Page
      title={signal?.title ?? 'Signal'}
      crumbs={[{ label: 'Signals', to: pb.signals() }]}
      badges={
        signal && (
          <>
            <SeverityBadge severity={signal.severity} />
            <SignalStateBadge state={signal.state} />
          </>
        )
      }
    >
      <Loaded query={query} skeleton={<BlockSkeleton height={360} />}>
        {(found) => <Body signal={found} />}
      </Loaded>
    </Page>
  )
}

const Body = ({ signal }: { signal: Signal }) => (
  <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
    <div className="flex min-w-0 flex-col gap-4">
      <Card title="What is asserted">
        <FactList>
          <Fact label="About">
            <EntityLink entity={signal.entity} />
          </Fact>
          <Fact label="Detector">
            <span className="font-mono text-xs">{signal.detector}</span>
          </Fact>
          <Fact label="First seen">
            <Ago time={signal.firstTime} />
          </Fact>
          <Fact label="Last seen">
            <Ago time={signal.lastTime} />
          </Fact>
          <Fact label="Seen">
            <span className="tnum">{plural(signal.occurrences, 'time')}</span>
          </Fact>
          {signal.p_value !== undefined && (
            <Fact label="p-value">
              <span className="tnum">{statistic(signal.p_value)}</span>
            </Fact>
          )}
          {signal.window !== undefined && (
            <Fact label="Window">
              <span title={`${absoluteTime(signal.window.from)} to ${absoluteTime(signal.window.to)}`}>
                {clockTime(signal.window.from)} – {clockTime(signal.window.to)}
              </span>
            </Fact>
          )}
        </FactList>
      </Card>
      <Card title="Evidence" note="as the detector gave it" flush>
        <EvidenceTable evidence={signal.evidence} />
      </Card>
      <Card title="Raw signal">
        <JsonView label="Signal" value={signal} maxHeight={360} />
      </Card>
    </div>
    <Around signal={signal} />
  </div>
)

/** Objects inside evidence become rows of their own: `limits.alpha`. */
const flatten = (evidence: Readonly<Record<string, unknown>>, prefix = ''): [string, unknown][] =>
  Object.entries(evidence).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && prefix === ''
      ? flatten(value as Record<string, unknown>, `${name} `)
      : [[`${prefix}${name}`, value]],
  )

const EvidenceTable = ({ evidence }: { evidence: Readonly<Record<string, unknown>> }) => (
  <table aria-label="Evidence" className="w-full">
    <tbody>
      {flatten(evidence).map(([name, value]) => (
        <tr key={name} className="border-b border-line align-top last:border-0">
          <th scope="row" className="w-48 py-2 pl-4 text-left font-normal text-ink-3">
            {words(name)}
          </th>
          <td className="tnum py-2 pr-4 break-words">
            {typeof value === 'number' ? (
              statistic(value)
            ) : typeof value === 'object' ? (
              <code className="text-xs break-all text-ink-2">{JSON.stringify(value)}</code>
            ) : (
              String(value)
            )}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

const Around = ({ signal }: { signal: Signal }) => {
  const incident = useQuery(incidentQueries.ofSignal(signal.id)).data?.items[0]
  const version = signal.entity.kind === 'model-version' ? signal.entity.id.split(':') : undefined
  const [name, number] = version ?? []
  const feature = typeof signal.evidence['feature'] === 'string' ? signal.evidence['feature'] : undefined
  return (
    <Card title="Look further">
      <ul className="flex flex-col gap-2">
        {incident !== undefined && (
          <li>
            <TextLink to={pb.incident(incident.id)}>Its incident: {incident.title}</TextLink>
          </li>
        )}
        {name !== undefined && number !== undefined && (
          <>
            <li>
              <TextLink to={pb.telemetryOf(name, number, feature === undefined ? {} : { feature })}>
                Drift of {feature ?? signal.entity.id}
              </TextLink>
            </li>
            <li>
              <TextLink to={pb.route(name)}>Live traffic of {name}</TextLink>
            </li>
            <li>
              <TextLink to={pb.version(name, number)}>
                Passport, and the steps that take it out of service
              </TextLink>
            </li>
          </>
        )}
        {(signal.related ?? []).map((related) => (
          <li key={`${related.kind}:${related.id}`}>
            <EntityLink entity={related} />
          </li>
        ))}
        <li>
          <TextLink to={pb.signals({ entity: `${signal.entity.kind}:${signal.entity.id}` })}>
            Other signals about the same
          </TextLink>
        </li>
      </ul>
      <dl className="mt-4 flex flex-col gap-3 border-t border-line pt-3">
        {signal.techniques !== undefined && signal.techniques.length > 0 && (
          <Fact label="Techniques (MITRE ATLAS, ATT&CK)">{signal.techniques.join(', ')}</Fact>
        )}
        <Fact label="Id">
          <CopyText value={signal.id} shown={shortId(signal.id)} what="signal id" />
        </Fact>
        <Fact label="Key">
          <CopyText value={signal.key} what="signal key" />
        </Fact>
      </dl>
    </Card>
  )
}
