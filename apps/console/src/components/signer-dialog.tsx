/** One signer: its identities, what rests on it, and taking its word back with the consequences in sight. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { revokeSigner, type Signer, signerQueries } from '../api/signer-queries.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { CopyText } from '../ui/copy.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { BlockSkeleton } from '../ui/notice.tsx'
import { Ago } from '../ui/time.tsx'
import { TextLink } from './entity-link.tsx'
import { ProblemNotice } from './query-state.tsx'

type Identity = { readonly validFrom?: string; readonly validUntil?: string }

export const SignerDialog = ({ signer, onClose }: { signer: Signer; onClose: () => void }) => {
  const query = useQuery(signerQueries.signer(signer.name))
  const [revoking, setRevoking] = useState(false)
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Signer ${signer.name}`}
      description={signer.spec.description ?? 'Its signatures count for the versions below.'}
    >
      {query.data === undefined ? (
        query.isError ? (
          <ProblemNotice error={query.error} />
        ) : (
          <BlockSkeleton height={160} />
        )
      ) : (
        <div className="flex flex-col gap-4">
          {signer.revocation !== undefined && (
            <p className="text-high">
              Revoked by {signer.revocation.by} <Ago time={signer.revocation.at} />:{' '}
              {signer.revocation.reason}
            </p>
          )}
          <Identities signer={signer} />
          <Dependents names={query.data.dependents} />
          {signer.state === 'trusted' &&
            (revoking ? (
              <Revocation signer={signer} dependents={query.data.dependents} onDone={onClose} />
            ) : (
              <div>
                <Button variant="danger" onClick={() => setRevoking(true)}>
                  Revoke
                </Button>
              </div>
            ))}
        </div>
      )}
    </Dialog>
  )
}

const validity = ({ validFrom, validUntil }: Identity): string =>
  [validFrom && `from ${validFrom}`, validUntil && `until ${validUntil}`].filter(Boolean).join(' ') ||
  'always valid'

const Identities = ({ signer }: { signer: Signer }) => (
  <section>
    <h3 className="eyebrow mb-1">Identities</h3>
    <ul className="divide-y divide-line">
      {signer.identities.map((id, at) => (
        <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-1.5">
          <CopyText value={id} shown={id.replace(/(:[0-9a-f]{12})[0-9a-f]+$/, '$1…')} what="identity" />
          <span className="text-xs text-ink-3">
            {validity((signer.spec.identities[at] ?? {}) as Identity)}
          </span>
        </li>
      ))}
    </ul>
    <p className="mt-1 text-xs text-ink-3">
      To rotate, apply the signer with the new identity beside the old one, and give the old one an end. What
      it signed before stays good.
    </p>
  </section>
)

const Dependents = ({ names }: { names: readonly string[] }) => (
  <section>
    <h3 className="eyebrow mb-1">Versions that rest on it</h3>
    {names.length === 0 ? (
      <p className="text-ink-3">None.</p>
    ) : (
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {names.map((name) => {
          const [model = '', version = ''] = name.split(/:(.*)/s)
          return (
            <li key={name}>
              <TextLink to={pb.version(model, version)}>{name}</TextLink>
            </li>
          )
        })}
      </ul>
    )}
  </section>
)

type RevocationProps = { signer: Signer; dependents: readonly string[]; onDone: () => void }

const Revocation = ({ signer, dependents, onDone }: RevocationProps) => {
  const client = useQueryClient()
  const [reason, setReason] = useState('')
  const revoke = useMutation({
    mutationFn: () => revokeSigner(signer.name, reason.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['signers'] })
      onDone()
    },
  })
  const what =
    dependents.length === 0
      ? 'No version rests on it.'
      : `${dependents.length} version${dependents.length === 1 ? ' is' : 's are'} decided about again: each without another signature that counts is quarantined and stops being served.`
  return (
    <form
      className="flex flex-col gap-3 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (reason.trim() !== '') revoke.mutate()
      }}
    >
      <p>
        <strong>Revoking is for good.</strong> {what}
      </p>
      <TextField
        label="Why"
        hint="Kept with the signer and in the audit log."
        value={reason}
        maxLength={2000}
        autoFocus
        onChange={(event) => setReason(event.target.value)}
      />
      {revoke.isError && <ProblemNotice title="It was not revoked" error={revoke.error} />}
      <div>
        <Button
          type="submit"
          variant="danger"
          busy={revoke.isPending}
          disabledReason={reason.trim() === '' ? 'Say why' : undefined}
        >
          Revoke {signer.name}
        </Button>
      </div>
    </form>
  )
}
