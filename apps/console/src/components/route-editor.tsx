/** Changes or creates a route: its spec as a document, weights as sliders, and what would change before it does. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useNavigate } from 'react-router'
import { putRoute } from '../api/mutations.ts'
import { ApiProblem } from '../api/problem.ts'
import type { PolicyFault, Route } from '../api/types.ts'
import { diffLines } from '../format/line-diff.ts'
import { percent } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/class-names.ts'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { CodeEditor } from './code-editor.tsx'
import { ProblemNotice } from './query-state.tsx'
import { type Draft, faultsOf, readDraft, weightsOf, withWeight } from './route-draft.ts'

const pretty = (spec: unknown): string => JSON.stringify(spec, null, 2)

const NEW_SPEC = { backends: [{ model: 'card-fraud', alias: 'latest', weight: 100 }] }

type Props = { route?: Route; onClose: () => void }

export const RouteEditor = ({ route, onClose }: Props) => {
  const client = useQueryClient()
  const navigate = useNavigate()
  const before = route === undefined ? '' : pretty(route.spec)
  const [name, setName] = useState(route?.name ?? '')
  const [text, setText] = useState(route === undefined ? pretty(NEW_SPEC) : before)
  const draft = useMemo(() => readDraft(text), [text])
  const save = useMutation({
    // Revision 0 stands for "there is none yet": nobody else's route is overwritten unseen.
    mutationFn: (spec: unknown) => putRoute(name, spec, `"${route?.revision ?? 0}"`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['routes'] })
      onClose()
      if (route === undefined) void navigate(pb.route(name))
    },
  })
  const edit = (next: string) => {
    save.reset()
    setText(next)
  }
  const blocked =
    name.trim() === ''
      ? 'Give it a name'
      : draft.fault !== undefined
        ? 'It is not well-formed'
        : text === before
          ? 'Nothing is changed'
          : undefined
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => !open && onClose()}
      title={route === undefined ? 'New route' : `Change ${route.name}`}
      description="The spec of its manifest. It is in force as soon as it is saved; calls under way are still answered."
    >
      <div className="flex flex-col gap-4">
        {route === undefined && (
          <TextField
            label="Name"
            hint="Callers use it in /v2/models/NAME/infer."
            value={name}
            autoFocus
            className="font-mono"
            onChange={(event) => setName(event.target.value)}
          />
        )}
        <Weights draft={draft} onChange={edit} />
        <CodeEditor
          label="Spec of the route"
          value={text}
          language="json"
          faults={draft.fault === undefined ? NO_FAULTS : draft.fault}
          minLines={10}
          onChange={edit}
        />
        {route !== undefined && text !== before && draft.fault === undefined && (
          <Changes before={before} after={pretty(draft.spec)} />
        )}
        {save.isError && <Refusal error={save.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={save.isPending}
            disabledReason={blocked}
            onClick={() => save.mutate(draft.spec)}
          >
            {route === undefined ? 'Create' : 'Save'}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

const NO_FAULTS: readonly PolicyFault[] = []

/** One slider per backend, once there is a choice to weigh. */
const Weights = ({ draft, onChange }: { draft: Draft; onChange: (text: string) => void }) => {
  const weights = weightsOf(draft)
  if (weights.length < 2) return null
  const total = weights.reduce((sum, { weight }) => sum + weight, 0)
  return (
    <fieldset className="min-w-0 rounded-md border border-line px-3 pt-1.5 pb-2.5">
      <legend className="px-1 text-xs font-medium text-ink-2">Weights</legend>
      {weights.map(({ label, weight }, at) => (
        <label key={label} className="flex items-center gap-3 py-1">
          <span className="w-24 shrink-0 truncate font-mono text-xs sm:w-56">{label}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={Math.min(100, weight)}
            className="min-w-0 flex-1 accent-accent"
            onChange={(event) => onChange(pretty(withWeight(draft, at, Number(event.target.value))))}
          />
          <span className="tnum w-20 shrink-0 text-right sm:w-24 text-xs text-ink-2">
            {weight} · {percent(total === 0 ? 0 : weight / total)}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

const MARKS = { same: ' ', removed: '−', added: '+' } as const

const Changes = ({ before, after }: { before: string; after: string }) => {
  const lines = useMemo(() => diffLines(before, after), [before, after])
  return (
    <section aria-label="What changes">
      <h3 className="mb-1 text-xs font-medium text-ink-2">What changes</h3>
      <pre className="max-h-56 overflow-auto rounded-md border border-line bg-sunken py-1.5 font-mono text-xs leading-5">
        {lines.map(({ kind, text }, at) => (
          <div
            key={`${at} ${text}`}
            className={cx(
              'px-3',
              kind === 'same' && 'text-ink-3',
              kind === 'removed' && 'bg-critical/10 text-ink-2',
              kind === 'added' && 'bg-ok/10 text-ink',
            )}
          >
            <span aria-hidden className="mr-2 inline-block w-2 select-none">
              {MARKS[kind]}
            </span>
            {text}
          </div>
        ))}
      </pre>
    </section>
  )
}

/** The answer comes below what was being looked at. */
const reveal = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' })

const Refusal = ({ error }: { error: Error }) => {
  const faults = error instanceof ApiProblem ? faultsOf(error.details) : []
  if (faults.length === 0)
    return (
      <div ref={reveal}>
        <ProblemNotice title="Not saved" error={error} />
      </div>
    )
  return (
    <section ref={reveal} role="alert" className="rounded-md border border-critical/40 px-3 py-2">
      <p className="font-medium">Not saved: the spec cannot work as it is.</p>
      <ul className="mt-1">
        {faults.map(({ pointer, message }) => (
          <li key={`${pointer} ${message}`}>
            <code className="text-xs">{pointer}</code> {message}
          </li>
        ))}
      </ul>
    </section>
  )
}
