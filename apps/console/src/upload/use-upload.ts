/** The state of an upload: files one after another, each hashed and sent, then the registration. */
import { useEffect, useRef, useState } from 'react'
import { call } from '../api/client.ts'
import { digestFile, isStored, sendFile } from './send-file.ts'
import type { Draft } from './upload-plan.ts'

export type FileState = {
  readonly step: 'waiting' | 'hashing' | 'sending' | 'stored'
  /** Bytes of the step that are done. */
  readonly done: number
  readonly digest?: string
}
export type Chosen = Draft['files'][number] & { readonly blob: Blob }

const WAITING: FileState = { step: 'waiting', done: 0 }

export const useUpload = () => {
  const [states, setStates] = useState<ReadonlyMap<Blob, FileState>>(new Map())
  const [phase, setPhase] = useState<'idle' | 'running'>('idle')
  const [error, setError] = useState<unknown>()
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const stateOf = (blob: Blob): FileState => states.get(blob) ?? WAITING
  const set = (blob: Blob, state: FileState) => setStates((before) => new Map(before).set(blob, state))

  const store = async ({ blob }: Chosen, signal: AbortSignal): Promise<string> => {
    const known = stateOf(blob).digest
    if (known !== undefined && stateOf(blob).step === 'stored') return known
    const digest = await digestFile(blob, (done) => set(blob, { step: 'hashing', done }), signal)
    if (!(await isStored(digest, signal))) {
      set(blob, { step: 'sending', done: 0, digest })
      await sendFile(blob, digest, (done) => set(blob, { step: 'sending', done, digest }), signal)
    }
    set(blob, { step: 'stored', done: blob.size, digest })
    return digest
  }

  /** True once the version is registered; what is stored already is not sent again by the next attempt. */
  const start = async (
    draft: { readonly name: string; readonly version: string; readonly description: string },
    files: readonly Chosen[],
  ): Promise<boolean> => {
    const controller = new AbortController()
    running.current = controller
    setPhase('running')
    setError(undefined)
    try {
      const artifacts = []
      for (const file of files)
        artifacts.push({ path: file.path, role: file.role, digest: await store(file, controller.signal) })
      await call('post', '/api/v1/models/{name}/versions', {
        path: { name: draft.name },
        body: {
          version: draft.version,
          artifacts,
          spec: draft.description === '' ? {} : { description: draft.description },
        },
      })
      return true
    } catch (failure) {
      if (!controller.signal.aborted) setError(failure)
      return false
    } finally {
      setPhase('idle')
    }
  }
  return { stateOf, phase, error, start, stop: () => running.current?.abort() }
}
