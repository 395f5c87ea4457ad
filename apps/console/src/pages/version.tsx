/** A model version as a passport: identity, gates with evidence, where it runs, decisions, actions. */
import { useQuery } from '@tanstack/react-query'
import { Diff, Workflow } from 'lucide-react'
import { Link, useParams } from 'react-router'
import { queries } from '../api/queries.ts'
import type { Passport } from '../api/types.ts'
import { TextLink } from '../components/entity-link.tsx'
import { GateList } from '../components/gate-list.tsx'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { StageBadge } from '../components/severity.tsx'
import { TransitionActions } from '../components/transition-actions.tsx'
import { VersionApproval } from '../components/version-approval.tsx'
import { VersionDocuments } from '../components/version-documents.tsx'
import { VersionGraph } from '../components/version-graph.tsx'
import { VersionDecisions, VersionRunning } from '../components/version-running.tsx'
import { VersionVerdict } from '../components/version-verdict.tsx'
import { bytes } from '../format/number.ts'
import { shortDigest } from '../format/text.ts'
import { pb } from '../path-builder.ts'
import { Badge } from '../ui/badge.tsx'
import { buttonClass } from '../ui/button.tsx'
import { Card, Fact, FactList } from '../ui/card.tsx'
import { CopyText } from '../ui/copy.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'

export const VersionPage = () => {
  const { name = '', version = '' } = useParams()
  const query = useQuery(queries.passport(name, version))
  const passport = query.data
  return (
    <Page
      title={`${name}:${version}`}
      crumbs={[
        { label: 'Models', to: pb.models() },
        { label: name, to: pb.model(name) },
      ]}
      badges={
        passport && (
          <>
            <StageBadge stage={passport.stage} />
            {passport.serving && <Badge>serving{passport.isDefault ? ', default' : ''}</Badge>}
          </>
        )
      }
      description={passport?.spec.description}
      actions={
        <>
          <Link to={pb.lineage(name, version)} className={buttonClass()}>
            <Workflow aria-hidden className="size-4" /> Lineage
          </Link>
          <Link to={pb.compare(name, { to: version })} className={buttonClass()}>
            <Diff aria-hidden className="size-4" /> Compare
          </Link>
        </>
      }
    >
      {passport !== undefined ? (
        <Body passport={passport} />
      ) : query.isError ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <BlockSkeleton height={180} />
          <BlockSkeleton height={280} />
        </>
      )}
    </Page>
  )
}

const Body = ({ passport }: { passport: Passport }) => (
  <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
    <div className="flex min-w-0 flex-col gap-4">
      <Identity passport={passport} />
      <Card title="Gates" note="in order; each with who said it and the signed statement" flush>
        <GateList passport={passport} />
      </Card>
      <Card title="Next step" note="with the policy's answer for you, now" className="xl:hidden">
        <TransitionActions passport={passport} />
      </Card>
      <VersionApproval passport={passport} />
      <VersionVerdict passport={passport} />
      <VersionGraph passport={passport} />
      <VersionRunning passport={passport} />
      <VersionDecisions passport={passport} />
    </div>
    <div className="flex min-w-0 flex-col gap-4">
      <Card title="Next step" note="with the policy's answer for you, now" className="hidden xl:block">
        <TransitionActions passport={passport} />
      </Card>
      <Contents passport={passport} />
    </div>
  </div>
)

const Identity = ({ passport }: { passport: Passport }) => (
  <Card title="Identity">
    <FactList>
      <Fact label="Digest">
        <CopyText value={passport.digest} shown={shortDigest(passport.digest)} what="digest" />
      </Fact>
      <Fact label="Registered by">{passport.createdBy}</Fact>
      <Fact label="Registered">
        <Ago time={passport.createdAt} />
      </Fact>
      <Fact label="Last change">
        <Ago time={passport.updatedAt} />
      </Fact>
      <Fact label="Revision">
        <span className="tnum">{passport.revision}</span>
      </Fact>
      <Fact label="Labels">
        <span className="flex flex-wrap gap-1.5">
          {Object.entries(passport.labels).map(([label, value]) => (
            <Badge key={label}>
              <span className="font-normal text-ink-3">{label}</span> {value}
            </Badge>
          ))}
          {Object.keys(passport.labels).length === 0 && <span className="text-ink-3">none</span>}
        </span>
      </Fact>
    </FactList>
  </Card>
)

const shapeText = (shape: readonly number[]): string =>
  `[${shape.map((size) => (size < 0 ? '∗' : size)).join(', ')}]`

const Contents = ({ passport }: { passport: Passport }) => (
  <>
    <Card title="Artifacts" flush>
      <ul className="divide-y divide-line">
        {passport.artifacts.map((artifact) => (
          <li key={artifact.path} className="flex items-center gap-3 px-4 py-2">
            <span className="min-w-0 flex-1 truncate font-mono text-xs" title={artifact.path}>
              {artifact.path}
            </span>
            <span className="text-xs text-ink-3">{artifact.role}</span>
            <span className="tnum text-xs whitespace-nowrap text-ink-2">{bytes(artifact.sizeBytes)}</span>
            <CopyText value={artifact.digest} shown={artifact.digest.slice(7, 15)} what="digest" />
          </li>
        ))}
      </ul>
    </Card>
    <VersionDocuments passport={passport} />
    {passport.signature !== undefined && (
      <Card title="Interface" note="as the graph declares it" flush>
        <table aria-label="Tensors" className="w-full text-xs">
          <tbody>
            {(['inputs', 'outputs'] as const).flatMap((side) =>
              (passport.signature?.[side] ?? []).map((tensor) => (
                <tr key={`${side} ${tensor.name}`} className="border-b border-line last:border-0">
                  <td className="py-2 pl-4 text-ink-3">{side === 'inputs' ? 'in' : 'out'}</td>
                  <td className="px-2 py-2 font-mono break-all">{tensor.name}</td>
                  <td className="px-2 py-2 text-ink-2">{tensor.datatype}</td>
                  <td className="tnum py-2 pr-4 text-right font-mono text-ink-2">
                    {shapeText(tensor.shape)}
                  </td>
                </tr>
              )),
            )}
          </tbody>
        </table>
      </Card>
    )}
    {passport.serving && (
      <p className="px-1 text-xs text-ink-3">
        See its <TextLink to={pb.route(passport.name)}>live traffic</TextLink> and{' '}
        <TextLink to={pb.telemetryOf(passport.name, passport.version)}>drift</TextLink>.
      </p>
    )}
  </>
)
