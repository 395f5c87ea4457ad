/** A new version from files of this computer: dropped or chosen, hashed here, sent, registered. */
import { useQueryClient } from '@tanstack/react-query'
import { FileUp, X } from 'lucide-react'
import { type DragEvent, useId, useRef, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { Page } from '../components/page.tsx'
import { ProblemNotice } from '../components/query-state.tsx'
import { useRefusal } from '../components/rights.ts'
import { bytes, plural } from '../format/number.ts'
import { pb } from '../path-builder.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { cx } from '../ui/class-names.ts'
import { TextAreaField, TextField } from '../ui/field.tsx'
import { type FileRole, faultsOf, guessRole, ROLES } from '../upload/upload-plan.ts'
import { type Chosen, type FileState, useUpload } from '../upload/use-upload.ts'

const chosenOf = (list: FileList): Chosen[] =>
  [...list].map((blob) => ({ path: blob.name, sizeBytes: blob.size, role: guessRole(blob.name), blob }))

const DropZone = ({ busy, onFiles }: { busy: boolean; onFiles: (files: Chosen[]) => void }) => {
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (!busy) onFiles(chosenOf(event.dataTransfer.files))
  }
  return (
    <fieldset
      aria-label="Drop zone"
      data-drop-zone
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        'flex flex-col items-center gap-2 rounded-lg border-2 border-dashed px-4 py-8 text-center transition-colors',
        over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-sunken',
      )}
    >
      <FileUp aria-hidden className="size-6 text-ink-3" />
      <p className="font-medium">Drop the files of the version here</p>
      <p className="text-xs text-ink-3">
        the model file, its card, reference rows; nothing is sent before you register
      </p>
      <input
        ref={input}
        type="file"
        multiple
        aria-label="Files of the version"
        className="sr-only"
        tabIndex={-1}
        onChange={({ target }) => {
          if (target.files !== null) onFiles(chosenOf(target.files))
          target.value = ''
        }}
      />
      <Button
        disabledReason={busy ? 'An upload is running' : undefined}
        onClick={() => input.current?.click()}
      >
        Choose files
      </Button>
    </fieldset>
  )
}

const STEP_WORDS: Readonly<Record<FileState['step'], string>> = {
  waiting: 'not sent yet',
  hashing: 'computing its digest',
  sending: 'on its way',
  stored: 'stored',
}

type RowProps = {
  file: Chosen
  state: FileState
  busy: boolean
  onRole: (role: FileRole) => void
  onRemove: () => void
}

const FileRow = ({ file, state, busy, onRole, onRemove }: RowProps) => {
  const id = useId()
  const moving = state.step === 'hashing' || state.step === 'sending'
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <span id={id} className="min-w-0 flex-1 basis-40 truncate font-mono text-xs" title={file.path}>
        {file.path}
      </span>
      <span className="tnum text-xs whitespace-nowrap text-ink-2">{bytes(file.sizeBytes)}</span>
      <select
        aria-label={`Role of ${file.path}`}
        value={file.role}
        disabled={busy}
        onChange={({ target }) => onRole(target.value as FileRole)}
        className="h-7 rounded-md border border-line-strong bg-surface px-2 text-xs text-ink"
      >
        {ROLES.map((role) => (
          <option key={role}>{role}</option>
        ))}
      </select>
      <span className="w-36 text-xs text-ink-3" aria-live="polite">
        {moving ? (
          <>
            <progress
              aria-labelledby={id}
              value={state.done}
              max={Math.max(file.sizeBytes, 1)}
              className="h-1.5 w-full"
            />
            {STEP_WORDS[state.step]}
          </>
        ) : (
          STEP_WORDS[state.step]
        )}
      </span>
      <IconButton label={`Leave out ${file.path}`} onClick={onRemove} disabled={busy}>
        <X aria-hidden className="size-4" />
      </IconButton>
    </li>
  )
}

export const UploadPage = () => {
  const [params] = useSearchParams()
  const [name, setName] = useState(params.get('name') ?? '')
  const [version, setVersion] = useState('')
  const [description, setDescription] = useState('')
  const [files, setFiles] = useState<readonly Chosen[]>([])
  const upload = useUpload()
  const navigate = useNavigate()
  const client = useQueryClient()
  const busy = upload.phase === 'running'
  const refusal = useRefusal()
  const refused = refusal('model:register') ?? refusal('artifact:write')
  const faults = faultsOf({ name, version, files })
  const faultOf = (field: string, touched: boolean) =>
    touched ? faults.find((fault) => fault.field === field)?.message : undefined
  const add = (more: Chosen[]) => {
    const names = new Set(more.map(({ path }) => path))
    setFiles((before) => [...before.filter(({ path }) => !names.has(path)), ...more])
  }
  const change = (file: Chosen, role: FileRole) =>
    setFiles((before) => before.map((one) => (one === file ? { ...one, role } : one)))
  const register = async () => {
    if (!(await upload.start({ name, version, description }, files))) return
    await client.invalidateQueries({ queryKey: ['models'] })
    await navigate(pb.version(name, version))
  }
  const filesFault = faultOf('files', files.length > 0)
  return (
    <Page
      title="Register a version"
      crumbs={[{ label: 'Models', to: pb.models() }]}
      description={
        refused === undefined
          ? 'It is scanned and assessed before anybody can approve it.'
          : `Somebody else has to do this: ${refused}.`
      }
    >
      <form
        className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]"
        onSubmit={(event) => {
          event.preventDefault()
          if (refused === undefined && faults.length === 0 && !busy) void register()
        }}
      >
        <div className="flex min-w-0 flex-col gap-4">
          <DropZone busy={busy} onFiles={add} />
          {files.length > 0 && (
            <Card title="Files" note={plural(files.length, 'file')} flush>
              <ul className="divide-y divide-line">
                {files.map((file) => (
                  <FileRow
                    key={file.path}
                    file={file}
                    state={upload.stateOf(file.blob)}
                    busy={busy}
                    onRole={(role) => change(file, role)}
                    onRemove={() => setFiles((before) => before.filter((one) => one !== file))}
                  />
                ))}
              </ul>
              {filesFault !== undefined && (
                <p role="alert" className="border-t border-line px-4 py-2 text-xs text-critical">
                  {filesFault}
                </p>
              )}
            </Card>
          )}
          {upload.error !== undefined && <ProblemNotice title="Not registered" error={upload.error} />}
        </div>
        <Card title="Version">
          <div className="flex flex-col gap-3">
            <TextField
              label="Model"
              value={name}
              disabled={busy}
              error={faultOf('name', name !== '')}
              placeholder="card-fraud"
              onChange={({ target }) => setName(target.value)}
            />
            <TextField
              label="Version"
              value={version}
              disabled={busy}
              error={faultOf('version', version !== '')}
              placeholder="1.0.0"
              onChange={({ target }) => setVersion(target.value)}
            />
            <TextAreaField
              label="Description"
              value={description}
              disabled={busy}
              maxLength={4096}
              onChange={({ target }) => setDescription(target.value)}
            />
            <div className="flex gap-2">
              <Button
                type="submit"
                variant="primary"
                busy={busy}
                disabledReason={
                  refused ??
                  (faults.length === 0 ? undefined : faults.map(({ message }) => message).join('; '))
                }
              >
                Upload and register
              </Button>
              {busy && <Button onClick={upload.stop}>Stop</Button>}
            </div>
            <p className="text-xs text-ink-3">
              Columns, labels and limits are described in a model.yaml: use rampart apply for those.
            </p>
          </div>
        </Card>
      </form>
    </Page>
  )
}
