/** ZIP archives: PyTorch, Keras, NumPy and plain ones. The kind decides which members are raw tensor data. */

import { readZipDirectory } from '../archive/zip-directory.ts'
import type { ZipMember } from '../archive/zip-members.ts'
import { openZipMembers, recoverZipMembers } from '../archive/zip-members.ts'
import { MalformedError } from '../byte-stream.ts'
import { type Content, drain } from '../content.ts'
import { scanKerasArchive } from '../keras/keras-archive.ts'
import type { Reader, ScanTask } from '../reader.ts'
import { LimitError, quoted } from '../scan-context.ts'
import { scanPickles } from './pickle-file.ts'
import { judgeTorchScript } from './torchscript.ts'

type Opened = ZipMember & { readonly content: Content }

const RAW_STORAGE = /^(?:[^/]+\/)?(?:data|xl_data)\/\d+$/
const TORCH_NOTES =
  /^(?:[^/]+\/)?(?:\.data\/serialization_id|\.?version|byteorder|\.format_version|\.storage_alignment)$/
const MAX_NOTE = 256

const members = (task: ScanTask): readonly ZipMember[] => {
  const { context, content } = task
  const source = content.source()
  try {
    const directory = readZipDirectory(source)
    if (directory === undefined) throw new MalformedError('zip: there is no end record')
    if (directory.prefix > 0)
      context.report('archive-prefix', `${directory.prefix} bytes stand before the archive`)
    if (directory.trailing > 0)
      context.report('trailing-data', `${directory.trailing} bytes follow the archive`)
    if (directory.entries.length > context.limits.maxMembers)
      throw new LimitError('archive-limit', `${directory.entries.length} members`)
    for (const oddity of directory.oddities) context.report('archive-mismatch', oddity)
    return openZipMembers(context, source, directory)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    context.report('archive-damaged', error.message)
    return recoverZipMembers(context, source)
  }
}

const isDirectory = ({ entry }: ZipMember): boolean => entry.name.endsWith('/') && entry.bytes === 0

const scanTorchPickle = (task: ScanTask, member: Opened, storages: Map<string, number | undefined>): void => {
  const child = task.context.member(member.entry.name)
  child.setFormat('pickle')
  const stream = member.content.open()
  scanPickles(child, stream, {
    persistentIds: 'torch',
    onStorage: (key, bytes) => void storages.set(key, bytes),
  })
  drain(stream)
}

/** Every storage that the pickle asks for must be there and large enough. */
const judgeStorages = (
  task: ScanTask,
  all: readonly ZipMember[],
  storages: ReadonlyMap<string, number | undefined>,
): void => {
  const sizes = new Map(all.map(({ entry }) => [entry.name.split('/').slice(-2).join('/'), entry.bytes]))
  for (const [key, bytes] of storages) {
    const size = sizes.get(`data/${key}`)
    if (size === undefined)
      task.context.report('torch-layout', `storage ${quoted(key)} is not in the archive`)
    else if (bytes !== undefined && size < bytes)
      task.context.report('torch-layout', `storage ${quoted(key)} is smaller than its tensors`)
  }
}

const scanTorch = (task: ScanTask, all: readonly Opened[]): void => {
  const script = all.some(({ entry }) => /(^|\/)code\/.+\.py$/.test(entry.name))
  task.context.setFormat(script ? 'torchscript' : 'pytorch')
  if (script) judgeTorchScript(task.context, all)
  const storages = new Map<string, number | undefined>()
  for (const member of all) {
    const { name, bytes } = member.entry
    if (RAW_STORAGE.test(name) || (TORCH_NOTES.test(name) && bytes <= MAX_NOTE)) continue
    if (script && /(^|\/)(code\/.+\.(py|py\.debug_pkl)|constants\/\d+)$/.test(name)) continue
    if (name.endsWith('.pkl')) scanTorchPickle(task, member, storages)
    else task.scanMember(name, member.content)
  }
  if (!script) judgeStorages(task, all, storages)
}

const isKeras = (names: ReadonlySet<string>): boolean =>
  names.has('config.json') && (names.has('metadata.json') || names.has('model.weights.h5'))

export const scanZip: Reader = (task) => {
  task.context.setFormat('zip')
  const found = members(task)
  const all = found.filter((member): member is Opened => member.content !== undefined && !isDirectory(member))
  const names = new Set(all.map(({ entry }) => entry.name))
  if (all.some(({ entry }) => /(^|\/)data\.pkl$/.test(entry.name))) {
    scanTorch(task, all)
    return
  }
  if (isKeras(names)) {
    task.context.setFormat('keras')
    scanKerasArchive(
      task,
      all.map(({ entry, content }) => ({ name: entry.name, content })),
    )
    return
  }
  if (all.length > 0 && all.every(({ entry }) => entry.name.endsWith('.npy'))) task.context.setFormat('npz')
  for (const { entry, content } of all) task.scanMember(entry.name, content)
}
