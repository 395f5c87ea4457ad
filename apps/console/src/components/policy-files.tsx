/** The files of a pack, and an editor: check compiles and tests a draft, save puts it in force with If-Match. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleX, Pencil } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { checkPolicy, savePolicy } from '../api/mutations.ts'
import { ApiProblem } from '../api/problem.ts'
import type { PolicyCheck, PolicyDetail, PolicyFault } from '../api/types.ts'
import { Button } from '../ui/button.tsx'
import { cx } from '../ui/class-names.ts'
import { TextField } from '../ui/field.tsx'
import { CodeEditor } from './code-editor.tsx'
import { PolicySimulate } from './policy-simulate.tsx'
import { ProblemNotice } from './query-state.tsx'
import { useParam } from './use-filters.ts'

type Props = { detail: PolicyDetail; etag: string | undefined }

const CHECK_AFTER_MS = 800

const faultsIn = (error: unknown): PolicyFault[] => {
  const details =
    error instanceof ApiProblem ? (error.details as { faults?: unknown } | undefined) : undefined
  return Array.isArray(details?.faults) ? (details.faults as PolicyFault[]) : []
}

const usePolicyDraft = ({ detail, etag }: Props) => {
  const client = useQueryClient()
  const [draft, setDraft] = useState<Record<string, string>>()
  // The etag of what was opened, not of what a refresh brought in behind the editor.
  const [openedEtag, setOpenedEtag] = useState<string>()
  const [message, setMessage] = useState('')
  const files = draft ?? detail.files
  const changed =
    draft === undefined ? [] : Object.keys(draft).filter((file) => draft[file] !== detail.files[file])
  const check = useMutation({
    mutationFn: (text: Record<string, string>) => checkPolicy(detail.pack, text),
  })
  // A pause in typing is checked by itself; the button is for those who do not want to wait.
  const { mutate } = check
  useEffect(() => {
    if (draft === undefined || changed.length === 0) return
    const timer = setTimeout(() => mutate(draft), CHECK_AFTER_MS)
    return () => clearTimeout(timer)
  }, [draft, changed.length, mutate])
  const save = useMutation({
    mutationFn: () => savePolicy(detail.pack, { files, message: message.trim() }, openedEtag ?? etag ?? '*'),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['policies'] })
      stop()
    },
  })
  const stop = () => {
    setDraft(undefined)
    setMessage('')
    check.reset()
  }
  return {
    editing: draft !== undefined,
    files,
    changed,
    message,
    setMessage,
    check,
    save,
    stop,
    start: () => {
      save.reset()
      setOpenedEtag(etag)
      setDraft({ ...detail.files })
    },
    edit: (file: string, text: string) => {
      save.reset()
      setDraft({ ...files, [file]: text })
    },
  }
}

/** The same array while nothing changed, so that the editor does not mark again what it has marked. */
const useFaultsOf = (faults: readonly PolicyFault[], file: string): readonly PolicyFault[] => {
  const key = JSON.stringify(faults)
  return useMemo(() => (JSON.parse(key) as PolicyFault[]).filter((fault) => fault.file === file), [key, file])
}

export const PolicyFiles = (props: Props) => {
  const draft = usePolicyDraft(props)
  const names = Object.keys(draft.files).sort()
  const [chosen, setChosen] = useParam('file')
  const file = names.includes(chosen)
    ? chosen
    : (names.find((name) => !name.endsWith('_test.rego') && name.endsWith('.rego')) ?? names[0] ?? '')
  const faults = draft.check.data?.faults ?? faultsIn(draft.save.error)
  const shown = useFaultsOf(faults, file)
  const [place, setPlace] = useState<PolicyFault>()
  const goTo = (fault: PolicyFault) => {
    setChosen(fault.file)
    setPlace({ ...fault })
  }
  return (
    <div className="grid items-start gap-4 md:grid-cols-[13rem_minmax(0,1fr)]">
      <ul aria-label="Files" className="flex gap-1 overflow-x-auto md:flex-col">
        {names.map((name) => (
          <li key={name}>
            <button
              type="button"
              aria-current={name === file || undefined}
              onClick={() => setChosen(name)}
              className={cx(
                'flex h-8 w-full items-center gap-2 rounded-md px-2.5 font-mono text-xs whitespace-nowrap',
                name === file ? 'bg-accent-soft text-ink' : 'text-ink-2 hover:bg-hover',
              )}
            >
              <span className="truncate">{name}</span>
              {draft.changed.includes(name) && (
                <span className="ml-auto text-accent" role="img" aria-label="changed">
                  ●
                </span>
              )}
              {faults.some((fault) => fault.file === name) && (
                <CircleX aria-label="has faults" className="ml-auto size-3.5 text-critical" />
              )}
            </button>
          </li>
        ))}
      </ul>
      <div className="flex min-w-0 flex-col gap-3">
        <CodeEditor
          key={file}
          label={`Text of ${file}`}
          value={draft.files[file] ?? ''}
          faults={shown}
          language={file.endsWith('.rego') ? 'rego' : 'json'}
          goTo={place?.file === file ? place : undefined}
          readOnly={!draft.editing}
          onChange={(text) => draft.edit(file, text)}
        />
        {draft.editing ? (
          <EditBar draft={draft} />
        ) : (
          <div className="flex items-center gap-3">
            <Button onClick={draft.start}>
              <Pencil aria-hidden className="size-3.5" />
              Edit
            </Button>
            {draft.save.isSuccess && (
              <span role="status" className="inline-flex items-center gap-1.5 text-ink-2">
                <CircleCheck aria-hidden className="size-4 text-ok" /> Saved and in force.
              </span>
            )}
          </div>
        )}
        {props.detail.pack === 'response' && <PolicySimulate files={draft.files} />}
        {draft.check.data !== undefined && <CheckResult check={draft.check.data} onGo={goTo} />}
        {draft.check.isError && (
          <ProblemNotice title="The draft could not be checked" error={draft.check.error} />
        )}
        {draft.save.isError && <ProblemNotice title="Not saved" error={draft.save.error} />}
      </div>
    </div>
  )
}

const EditBar = ({ draft }: { draft: ReturnType<typeof usePolicyDraft> }) => {
  const nothing = draft.changed.length === 0 ? 'Nothing is changed' : undefined
  return (
    <div className="flex flex-wrap items-end gap-2">
      <div className="min-w-48 flex-1">
        <TextField
          label="What changes and why"
          value={draft.message}
          maxLength={500}
          onChange={(event) => draft.setMessage(event.target.value)}
        />
      </div>
      <Button onClick={draft.stop}>Cancel</Button>
      <Button onClick={() => draft.check.mutate(draft.files)} busy={draft.check.isPending}>
        Check
      </Button>
      <Button
        variant="primary"
        disabledReason={nothing ?? (draft.message.trim() === '' ? 'Say what changes and why' : undefined)}
        busy={draft.save.isPending}
        onClick={() => draft.save.mutate()}
      >
        Save
      </Button>
    </div>
  )
}

const CheckResult = ({ check, onGo }: { check: PolicyCheck; onGo: (fault: PolicyFault) => void }) => {
  const failed = check.tests.filter(({ passed }) => !passed)
  return (
    <section aria-label="Check" role="status" className="rounded-md border border-line bg-surface">
      <p className="flex items-center gap-2 px-3 py-2 font-medium">
        {check.ok ? (
          <CircleCheck aria-hidden className="size-4 text-ok" />
        ) : (
          <CircleX aria-hidden className="size-4 text-critical" />
        )}
        {check.ok
          ? `It compiles; ${check.tests.length} tests pass.`
          : check.faults.length > 0
            ? 'It does not compile.'
            : `${failed.length} of ${check.tests.length} tests fail.`}
      </p>
      {(check.faults.length > 0 || failed.length > 0) && (
        <ul className="border-t border-line">
          {check.faults.map((fault) => (
            <li
              key={`${fault.file}:${fault.line}:${fault.column}:${fault.message}`}
              className="flex flex-wrap gap-x-3 px-3 py-1.5"
            >
              <button
                type="button"
                onClick={() => onGo(fault)}
                className="tnum font-mono text-xs text-accent hover:underline"
              >
                {fault.file}:{fault.line}:{fault.column}
              </button>
              <span>{fault.message}</span>
            </li>
          ))}
          {failed.map((test) => (
            <li key={test.name} className="px-3 py-1.5">
              <span className="font-mono text-xs">{test.name}</span>{' '}
              <span className="text-ink-2">{test.message}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
